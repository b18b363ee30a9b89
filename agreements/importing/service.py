"""The steps of an import: the file is brought, its columns named, everything tried, then all of it taken or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.importing import meanings, writing
from agreements.importing.reading import Entry, Fault, Reader
from agreements.models import ImportRun
from agreements.parties import roles_of
from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.roles import SIDES
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, clean_name
from core.documents.registers.reading import first_sheet
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.store import files
from core.workflow import enqueue, handler
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

MOST_KEPT = 500
"""Faults that are shown; more of them are counted."""
PORTION = 500
BUSY = ("checking", "importing")


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
    lines = _lines(file.content)
    header = next(lines, None)
    if header is None or next(lines, None) is None:
        raise NotValid(_("В таблице нет строк: нужна строка заголовков и хотя бы одна строка данных"), "file")
    headers = [" ".join(str("" if cell is None else cell).split())[:200] for cell in header[1]]
    while headers and not headers[-1]:
        headers.pop()
    with transaction():
        run = ImportRun(
            organisation_id=actor.organisation_id,
            person_id=actor.id,
            person_name=actor.name,
            file_name=clean_name(file.name),
            sha256=files().put(file.content),
            headers=headers,
            mapping=meanings.guess(headers),
            created_at=clock.now(),
        )
        db.session.add(run)
        db.session.flush()
        data = {"file": run.file_name, "sha256": run.sha256}
        audit.append(actor.who(), audit.Act("agreement_import", run.id, "upload", data=data))
        return run


def _lines(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows that hold anything, with their numbers in the sheet."""
    for number, cells in enumerate(first_sheet(content), 1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, cells


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


def check(run_id: int, mapping: Mapping[str, str], actor: Actor, version: int | None = None) -> ImportRun:
    """Name the columns and try every row: a job. Raises NotValid (the mapping), NotNow (busy)."""
    run_for(run_id, actor)
    wrong = meanings.faults(mapping)
    if wrong:
        raise NotValid("; ".join(wrong), fields={"mapping": "; ".join(wrong)})
    with transaction():
        run = _idle(run_id, version)
        run.mapping, run.state = dict(mapping), "checking"
        _start(run, "agreements.import_check", actor)
        return run


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
    if run.state in BUSY or run.state == "done":
        raise NotNow(_("Загрузка уже выполняется или завершена"))
    return run


def _start(run: ImportRun, kind: str, actor: Actor) -> None:
    run.turn += 1
    run.done, run.faults, run.fault_count = 0, [], 0
    enqueue(kind, {"id": run.id}, key=f"{kind}:{run.id}:{run.turn}", person_id=actor.id)


@handler("agreements.import_check")
def check_job(job: Job) -> None:
    """The dry run: nothing is written but what was found."""
    run = db.session.get_one(ImportRun, int(job.payload["id"]))
    if run.state == "checking":
        entries, faults = _read(run, job)
        _checked(run.id, "faulty" if faults else "checked", len(entries), faults)


@handler("agreements.import_run")
def import_job(job: Job) -> None:
    """Every row is tried once more (the register may have moved on), then all of them are written, or none."""
    run = db.session.get_one(ImportRun, int(job.payload["id"]))
    if run.state != "importing":
        return
    entries, faults = _read(run, job)
    if faults:
        _checked(run.id, "faulty", len(entries), faults)
        return
    actor = actors.by_id(run.person_id)
    with transaction():
        row = locked(ImportRun, run.id)
        if row is None or row.state != "importing":
            return
        writing.write(entries, row, actor)
        row.state, row.done, row.finished_at = "done", len(entries), clock.now()
        audit.append(actor.who(), audit.Act("agreement_import", row.id, "done", data={"rows": len(entries)}))


def _read(run: ImportRun, job: Job) -> tuple[list[Entry], list[Fault]]:
    """Every row and every fault, telling the progress as it goes."""
    lines = list(_lines(files().get(run.sha256)))[1:]
    run_id, reader = run.id, Reader(run.headers, run.mapping, run.organisation_id)
    entries: list[Entry] = []
    faults: list[Fault] = []
    for place, (number, cells) in enumerate(lines):
        if place % PORTION == 0:
            _progress(run_id, job, place, len(lines))
        entry, wrong = reader.read(number, cells)
        entries.append(entry)
        faults += wrong
    return entries, faults


def _progress(run_id: int, job: Job, done: int, total: int) -> None:
    heartbeat(job, done)
    with transaction():
        run = locked(ImportRun, run_id)
        assert run is not None
        run.done, run.total = done, total


def _checked(run_id: int, state: str, total: int, faults: list[Fault]) -> None:
    with transaction():
        run = locked(ImportRun, run_id)
        assert run is not None
        run.state, run.total, run.done = state, total, total
        run.fault_count, run.faults = len(faults), [fault.plain() for fault in faults[:MOST_KEPT]]
