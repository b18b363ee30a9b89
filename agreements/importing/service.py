"""The steps of an import: the file is brought, its columns named, everything tried, then all of it taken or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.importing import meanings, writing
from agreements.importing.reading import AMBIGUOUS, Entry, Fault, Reader, directory
from agreements.importing.sheet import table
from agreements.models import ImportRun
from agreements.parties import roles_of
from core.accounts.actor import Actor
from core.accounts.roles import SIDES
from core.db import db, transaction
from core.documents.attachments import Upload
from core.documents.registers.runs import PORTION, Progress, Runs
from core.errors import NotAllowed, NotFound, NotValid
from core.store import files
from core.workflow import handler
from core.workflow.models import Job

MOST_UNKNOWN = 200
"""Unknown organisations that are kept."""
RUNS = Runs(ImportRun, "agreement_import", "agreements.import")


def may_import(actor: Actor) -> bool:
    """Whether the actor brings his organisation's agreements in: its coordinator or registrar."""
    roles = ("coordinator", "registrar")
    known = actor.side in SIDES and actor.side != "system" and actor.organisation_id is not None
    return known and any(actor.has(*roles_of(role, actor.side)) for role in roles)


def refuse_others(actor: Actor) -> None:
    """Raises NotAllowed for whoever may not bring agreements in."""
    if not may_import(actor):
        raise NotAllowed(_("Загружает координатор или делопроизводство стороны"))


def upload(file: Upload, actor: Actor) -> ImportRun:
    """Keep the file and guess what its columns mean. Raises NotAllowed, NotValid."""
    refuse_others(actor)
    found = table(file.content)
    if found is None:
        raise NotValid(_("В таблице нет строк: нужна строка заголовков и хотя бы одна строка данных"), "file")
    with transaction():
        run = ImportRun(
            organisation_id=actor.organisation_id,
            headers=found.headers,
            mapping=meanings.guess(found.headers),
            total=len(found.lines),
        )
        return RUNS.brought(run, file, actor)


def run_for(run_id: int, actor: Actor) -> ImportRun:
    """An import of the actor's organisation. Raises NotAllowed, NotFound."""
    refuse_others(actor)
    run = db.session.get(ImportRun, run_id)
    if run is None or run.organisation_id != actor.organisation_id:
        raise NotFound(_("Загрузка не найдена"))
    return run


def runs(actor: Actor) -> list[ImportRun]:
    """The newest imports of the actor's organisation."""
    refuse_others(actor)
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
        run = RUNS.begin_check(run_id, mapping, version, actor)
        run.matches, run.unknown = {**run.matches, **meant}, []
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
    return RUNS.begin_import(run_id, version, actor)


def marked_file(run_id: int, actor: Actor) -> bytes:
    """The file with its faulty cells marked. Raises NotAllowed, NotFound (also where there are no faults)."""
    return RUNS.marked(run_for(run_id, actor))


@handler("agreements.import_check")
def check_job(job: Job) -> None:
    """The dry run: nothing is written but what was found."""
    RUNS.check_job(job, _read, _keep)


@handler("agreements.import_run")
def import_job(job: Job) -> None:
    """Everything is tried once more, then written whole or not at all."""
    RUNS.import_job(job, _read, _keep, lambda run, read, actor: writing.write(read.entries, run, actor))


@dataclass
class Read:
    """What a file holds: its rows, what is wrong with them, which organisations nobody knows."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)


def _read(run: ImportRun, progress: Progress) -> Read:
    """Every row and every fault, telling the progress as it goes."""
    found = table(files().get(run.sha256))
    lines = found.lines if found else []
    reader = Reader(run.headers, run.mapping, run.organisation_id, run.matches)
    read = Read()
    for place, (number, cells) in enumerate(lines):
        if place % PORTION == 0:
            progress(place, len(lines))
        entry, wrong = reader.read(number, cells)
        read.entries.append(entry)
        read.faults += wrong
    read.unknown = [each.plain() for each in list(reader.unknown.values())[:MOST_UNKNOWN]]
    progress(len(lines), len(lines))
    return read


def _keep(run: ImportRun, read: Read) -> None:
    run.unknown = read.unknown
