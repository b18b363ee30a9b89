"""The steps of an import: the file is brought, its columns named, everything tried, then all of it taken or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.importing import marked, meanings, writing
from agreements.importing.reading import AMBIGUOUS, Entry, Fault, Reader, directory
from agreements.importing.sheet import table
from agreements.models import ImportRun
from agreements.parties import roles_of
from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.roles import SIDES
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, clean_name
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.store import files
from core.workflow import enqueue, handler
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

MOST_KEPT = 5000
"""Faults that are kept; more of them are counted."""
MOST_UNKNOWN = 200
"""Unknown organisations that are kept."""
PORTION = 500
BUSY = ("checking", "importing")
KINDS = ("agreements.import_check", "agreements.import_run")


def may_import(actor: Actor) -> bool:
    """Whether the actor brings his organisation's agreements in: its coordinator or registrar."""
    roles = ("coordinator", "registrar")
    known = actor.side in SIDES and actor.side != "system" and actor.organisation_id is not None
    return known and any(actor.has(*roles_of(role, actor.side)) for role in roles)


def _refuse_others(actor: Actor) -> None:
    if not may_import(actor):
        raise NotAllowed(_("Загружает координатор или делопроизводство стороны"))


def upload(file: Upload, actor: Actor) -> ImportRun:
    """Keep the file and guess what its columns mean. Raises NotAllowed, NotValid."""
    _refuse_others(actor)
    found = table(file.content)
    if found is None:
        raise NotValid(_("В таблице нет строк: нужна строка заголовков и хотя бы одна строка данных"), "file")
    with transaction():
        run = ImportRun(
            organisation_id=actor.organisation_id,
            person_id=actor.id,
            person_name=actor.name,
            file_name=clean_name(file.name),
            sha256=files().put(file.content),
            headers=found.headers,
            mapping=meanings.guess(found.headers),
            total=len(found.lines),
            created_at=clock.now(),
        )
        db.session.add(run)
        db.session.flush()
        data = {"file": run.file_name, "sha256": run.sha256}
        audit.append(actor.who(), audit.Act("agreement_import", run.id, "upload", data=data))
        return run


def run_for(run_id: int, actor: Actor) -> ImportRun:
    """An import of the actor's organisation. Raises NotAllowed, NotFound."""
    _refuse_others(actor)
    run = db.session.get(ImportRun, run_id)
    if run is None or run.organisation_id != actor.organisation_id:
        raise NotFound(_("Загрузка не найдена"))
    return run


def runs(actor: Actor) -> list[ImportRun]:
    """The newest imports of the actor's organisation."""
    _refuse_others(actor)
    statement = select(ImportRun).where(ImportRun.organisation_id == actor.organisation_id)
    return list(db.session.scalars(statement.order_by(ImportRun.id.desc()).limit(30)))


def check(
    run_id: int,
    mapping: Mapping[str, str],
    actor: Actor,
    version: int | None = None,
    matches: Mapping[str, str] | None = None,
) -> ImportRun:
    """Name the columns and try every row: a job. `matches`: a party as the file writes it → ИНН or name of who it is.

    Raises NotValid (the mapping, a match that is nobody), NotNow (busy).
    """
    run_for(run_id, actor)
    wrong = meanings.faults(mapping)
    if wrong:
        raise NotValid("; ".join(wrong), fields={"mapping": "; ".join(wrong)})
    meant = _meant(matches or {})
    with transaction():
        run = _idle(run_id, version)
        run.mapping, run.matches, run.state = dict(mapping), {**run.matches, **meant}, "checking"
        _start(run, "agreements.import_check", actor)
        return run


def _meant(matches: Mapping[str, str]) -> dict[str, int]:
    """Organisations by the names of the file. Raises NotValid with each that is nobody or several."""
    known = directory() if matches else {}
    found = {text: known.get(meanings.same(given)) for text, given in matches.items() if given.strip()}
    wrong = {
        text: _("организации «%(text)s» нет в справочнике", text=matches[text][:80])
        if place is None
        else _("под именем «%(text)s» несколько организаций: укажите ИНН", text=matches[text][:80])
        for text, place in found.items()
        if place is None or place == AMBIGUOUS
    }
    if wrong:
        raise NotValid("; ".join(wrong.values()), fields=wrong)
    return {text: place for text, place in found.items() if place is not None}


def start(run_id: int, actor: Actor, version: int | None = None) -> ImportRun:
    """Take a file that was tried without a fault. Raises NotNow."""
    run_for(run_id, actor)
    with transaction():
        run = _idle(run_id, version)
        if run.state != "checked":
            raise NotNow(_("Сначала проверьте файл: загрузить можно только без ошибок"))
        run.state = "importing"
        _start(run, "agreements.import_run", actor)
        audit.append(actor.who(), audit.Act("agreement_import", run.id, "start", data={"rows": run.total}))
        return run


def _idle(run_id: int, version: int | None) -> ImportRun:
    run = locked(ImportRun, run_id)
    assert run is not None
    expect_version(run, version)
    if run.state == "done" or (run.state in BUSY and not failed(run)):
        raise NotNow(_("Загрузка уже выполняется или завершена"))
    return run


def failed(run: ImportRun) -> bool:
    """Whether the job of a busy import was given up: nothing is written, and it may be checked anew."""
    if run.state not in BUSY:
        return False
    keys = [f"{kind}:{run.id}:{run.turn}" for kind in KINDS]
    return db.session.scalar(select(Job.id).where(Job.key.in_(keys), Job.state == "failed")) is not None


def marked_file(run_id: int, actor: Actor) -> bytes:
    """The file with its faulty cells marked. Raises NotAllowed, NotFound (also where there are no faults)."""
    run = run_for(run_id, actor)
    if not run.faults:
        raise NotFound(_("Ошибок нет"))
    return marked.marked(files().get(run.sha256), run.faults)


def _start(run: ImportRun, kind: str, actor: Actor) -> None:
    run.turn += 1
    run.done, run.faults, run.fault_count, run.unknown = 0, [], 0, []
    enqueue(kind, {"id": run.id}, key=f"{kind}:{run.id}:{run.turn}", person_id=actor.id)


@handler("agreements.import_check")
def check_job(job: Job) -> None:
    """The dry run: nothing is written but what was found."""
    run = db.session.get_one(ImportRun, int(job.payload["id"]))
    if run.state == "checking":
        _checked(run.id, _read(run, job))


@handler("agreements.import_run")
def import_job(job: Job) -> None:
    """Every row is tried once more (the register may have moved on), then all of them are written, or none.

    One transaction writes everything: a worker that is killed in it leaves nothing, and whoever takes its job over
    begins anew.
    """
    run = db.session.get_one(ImportRun, int(job.payload["id"]))
    if run.state != "importing":
        return
    read = _read(run, job)
    if read.faults:
        _checked(run.id, read)
        return
    actor = actors.by_id(run.person_id)
    with transaction():
        row = locked(ImportRun, run.id)
        if row is None or row.state != "importing":
            return
        writing.write(read.entries, row, actor)
        row.state, row.done, row.finished_at = "done", len(read.entries), clock.now()
        audit.append(actor.who(), audit.Act("agreement_import", row.id, "done", data={"rows": len(read.entries)}))


@dataclass
class Read:
    """What a file holds: its rows, what is wrong with them, which organisations nobody knows."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)


def _read(run: ImportRun, job: Job) -> Read:
    """Every row and every fault, telling the progress as it goes."""
    found = table(files().get(run.sha256))
    lines = found.lines if found else []
    run_id, reader = run.id, Reader(run.headers, run.mapping, run.organisation_id, run.matches)
    read = Read()
    for place, (number, cells) in enumerate(lines):
        if place % PORTION == 0:
            _progress(run_id, job, place, len(lines))
        entry, wrong = reader.read(number, cells)
        read.entries.append(entry)
        read.faults += wrong
    read.unknown = [each.plain() for each in list(reader.unknown.values())[:MOST_UNKNOWN]]
    _progress(run_id, job, len(lines), len(lines))
    return read


def _progress(run_id: int, job: Job, done: int, total: int) -> None:
    heartbeat(job, done)
    with transaction():
        run = locked(ImportRun, run_id)
        assert run is not None
        run.done, run.total = done, total


def _checked(run_id: int, read: Read) -> None:
    with transaction():
        run = locked(ImportRun, run_id)
        assert run is not None
        run.state = "faulty" if read.faults else "checked"
        run.total = run.done = len(read.entries)
        run.fault_count, run.faults = len(read.faults), [fault.plain() for fault in read.faults[:MOST_KEPT]]
        run.unknown = read.unknown
