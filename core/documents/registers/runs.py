"""Documents room, registers: the life of an import: brought, its columns named, tried, then taken whole or not at all.

A domain gives its table of runs, how it reads a file and how it writes what was read; what happens between stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from flask_babel import gettext as _
from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned, db, expect_version, locked, transaction
from core.documents.attachments import Upload, clean_name
from core.documents.registers.marked import marked
from core.errors import NotFound, NotNow, NotValid, Refusal
from core.store import files
from core.workflow import enqueue
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

MOST_KEPT = 5000
"""Faults that are kept; more of them are counted."""
PORTION = 500
BUSY = ("checking", "importing")


def named_columns(
    mapping: Mapping[str, str], headers: Sequence[Any], faults: Callable[[Mapping[str, str]], list[str]]
) -> dict[str, str]:
    """Place of a column → what it means, of those that mean something. Raises NotValid with all that `faults` finds."""
    named = {place: name for place, name in mapping.items() if name}
    wrong = faults(named)
    beyond = set(named) - {str(place) for place in range(len(headers))}
    if beyond:
        wrong.append(_("В файле нет столбцов: %(all)s", all=", ".join(sorted(beyond))))
    if wrong:
        raise NotValid("; ".join(wrong), fields={"mapping": "; ".join(wrong)})
    return named


class Run(Versioned, Model):
    """One file of an import, as each table of runs has it. Nothing of it is in the register until all of it is."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    person_name: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Hash)
    headers: Mapped[list[str]] = mapped_column(Json)
    """As they stand in the file, by column."""
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Number of a column (text) → what it means."""
    state: Mapped[str] = mapped_column(Code, default="uploaded")
    """uploaded, checking, faulty, checked, importing, done."""
    turn: Mapped[int] = mapped_column(default=0)
    """How many times it was checked or started: each is one job."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{"row", "column", "message"}: the first of them; `fault_count` is how many there are."""
    fault_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FaultLike(Protocol):
    """What cannot be taken: where, and why."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def message(self) -> str: ...


class Outcome(Protocol):
    """What a file holds: its rows, and what is wrong with them."""

    @property
    def entries(self) -> Sequence[Any]: ...
    @property
    def faults(self) -> Sequence[FaultLike]: ...


RunOf = TypeVar("RunOf", bound=Run)
Found = TypeVar("Found", bound=Outcome)
Progress = Callable[[int, int], None]
"""Tells how many of how many rows are read."""


@dataclass(frozen=True)
class Runs(Generic[RunOf]):
    """Imports of one kind. `subject`: their name in the journal; `job`: the jobs are `<job>_check` and `<job>_run`."""

    model: type[RunOf]
    subject: str
    job: str

    def brought(self, run: RunOf, file: Upload, actor: Actor) -> RunOf:
        """Keep the file as a new run, inside the caller's transaction."""
        run.person_id, run.person_name = actor.id or 0, actor.name
        run.file_name, run.sha256 = clean_name(file.name), files().put(file.content)
        run.created_at = clock.now()
        db.session.add(run)
        db.session.flush()
        data = {"file": run.file_name, "sha256": run.sha256}
        audit.append(actor.who(), audit.Act(self.subject, run.id, "upload", data=data))
        return run

    def begin_check(self, run_id: int, mapping: Mapping[str, str], version: int | None, actor: Actor) -> RunOf:
        """Name the columns and try every row: a job. Raises NotNow (busy)."""
        with transaction():
            run = self._idle(run_id, version)
            run.mapping, run.state = dict(mapping), "checking"
            self._start(run, "check", actor)
            return run

    def begin_import(self, run_id: int, version: int | None, actor: Actor) -> RunOf:
        """Take a file that was tried without a fault: a job. Raises NotNow."""
        with transaction():
            run = self._idle(run_id, version)
            if run.state != "checked":
                raise NotNow(_("Сначала проверьте файл: загрузить можно только без ошибок"))
            run.state = "importing"
            self._start(run, "run", actor)
            audit.append(actor.who(), audit.Act(self.subject, run.id, "start", data={"rows": run.total}))
            return run

    def _idle(self, run_id: int, version: int | None) -> RunOf:
        run = self._locked(run_id)
        expect_version(run, version)
        if run.state == "done" or (run.state in BUSY and not self.failed(run)):
            raise NotNow(_("Загрузка уже выполняется или завершена"))
        return run

    def _locked(self, run_id: int) -> RunOf:
        run = locked(self.model, run_id)
        assert run is not None
        return run

    def _start(self, run: RunOf, what: str, actor: Actor) -> None:
        run.turn += 1
        run.done, run.faults, run.fault_count = 0, [], 0
        kind = f"{self.job}_{what}"
        enqueue(kind, {"id": run.id}, key=f"{kind}:{run.id}:{run.turn}", person_id=actor.id)

    def failed(self, run: RunOf) -> bool:
        """Whether the job of a busy import was given up: nothing is written, and it may be checked anew."""
        if run.state not in BUSY:
            return False
        keys = [f"{self.job}_{what}:{run.id}:{run.turn}" for what in ("check", "run")]
        return db.session.scalar(select(Job.id).where(Job.key.in_(keys), Job.state == "failed")) is not None

    def marked(self, run: RunOf) -> bytes:
        """The brought sheet with its faulty cells marked. Raises NotFound where there are no faults."""
        if not run.faults:
            raise NotFound(_("Ошибок нет"))
        return marked(files().get(run.sha256), run.faults)

    def check_job(
        self, job: Job, read: Callable[[RunOf, Progress], Found], keep: Callable[[RunOf, Found], None]
    ) -> None:
        """The dry run: nothing is written but what was found. `keep` puts more into the run than its faults."""
        run = self._of(job)
        if run.state == "checking":
            self._checked(run.id, read(run, self._progress(run.id, job)), keep)

    def import_job(
        self,
        job: Job,
        read: Callable[[RunOf, Progress], Found],
        keep: Callable[[RunOf, Found], None],
        write: Callable[[RunOf, Found, Actor], None],
    ) -> None:
        """Every row is tried once more (the register may have moved on), then all of them are written, or none.

        One transaction writes everything: a worker that is killed in it leaves nothing, and whoever takes its job over
        begins anew.
        """
        run = self._of(job)
        if run.state != "importing":
            return
        found = read(run, self._progress(run.id, job))
        if found.faults:
            self._checked(run.id, found, keep)
            return
        try:
            self._take(run.id, found, actors.by_id(run.person_id), write)
        except Refusal as refusal:
            self._refused(run.id, str(refusal))

    def _take(self, run_id: int, found: Found, actor: Actor, write: Callable[[RunOf, Found, Actor], None]) -> None:
        with transaction():
            row = self._locked(run_id)
            if row.state != "importing":
                return
            write(row, found, actor)
            row.state, row.done, row.finished_at = "done", len(found.entries), clock.now()
            audit.append(actor.who(), audit.Act(self.subject, row.id, "done", data={"rows": len(found.entries)}))

    def _refused(self, run_id: int, why: str) -> None:
        """What was clean cannot be taken now (the draft went to approval meanwhile): told as a fault of the file."""
        with transaction():
            run = self._locked(run_id)
            run.state, run.fault_count = "faulty", 1
            run.faults = [{"row": 1, "column": str(_("весь файл")), "message": why}]

    def _of(self, job: Job) -> RunOf:
        return db.session.get_one(self.model, int(job.payload["id"]))

    def _progress(self, run_id: int, job: Job) -> Progress:
        def told(done: int, total: int) -> None:
            heartbeat(job, done)
            with transaction():
                run = self._locked(run_id)
                run.done, run.total = done, total

        return told

    def _checked(self, run_id: int, found: Found, keep: Callable[[RunOf, Found], None]) -> None:
        with transaction():
            run = self._locked(run_id)
            run.state = "faulty" if found.faults else "checked"
            run.total = run.done = len(found.entries)
            run.fault_count = len(found.faults)
            run.faults = [
                {"row": fault.row, "column": fault.column, "message": fault.message}
                for fault in found.faults[:MOST_KEPT]
            ]
            keep(run, found)
