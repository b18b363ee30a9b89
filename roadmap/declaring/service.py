"""The steps of an import of values: the file is brought, its columns named, everything tried, then all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core import audit
from core.accounts import actors
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, transaction
from core.documents.attachments import Upload
from core.documents.registers.runs import PORTION, Progress, Runs, named_columns
from core.errors import NotAllowed, NotFound, NotValid
from core.store import files
from core.web.kept import russian
from core.workflow import handler
from core.workflow.models import Job
from roadmap import readers
from roadmap.declaring.columns import known, mapping_faults
from roadmap.declaring.preview import preview_of
from roadmap.declaring.reading import Entry, Found, Reader, Standing
from roadmap.importing import sheet
from roadmap.importing.grid import Table, guess
from roadmap.models import Indicator, IndicatorValue, ValueImport
from roadmap.queries.indicators import newest_of
from roadmap.rows.known import directory
from roadmap.service.indicators import plan_for, value_of

RUNS = Runs(ValueImport, "indicator_import", "roadmap.values")
SHOWN = 30
DECLARED = ("new", "changed")
"""States of rows that are written; the others stand already."""


def upload(file: Upload, roadmap_id: int, actor: Actor) -> ValueImport:
    """Keep the file and guess what its columns mean. Raises NotFound (the plan), NotAllowed, NotValid (the file)."""
    plan = plan_for(roadmap_id, actor)
    if actor.organisation_id is None:
        raise NotAllowed(_("Значения заявляет организация: Вы ни к одной не относитесь"))
    found = read_table(file.content, file.name)
    with transaction():
        run = ValueImport(
            organisation_id=actor.organisation_id,
            roadmap_id=plan.id,
            headers=found.headers,
            mapping=guess(found.headers, known),
            total=len(found.lines),
            preview={},
        )
        return RUNS.brought(run, file, actor)


def read_table(content: bytes, name: str) -> Table:
    """The values' table of a file. Raises NotValid with what to do."""
    if not name.lower().endswith((".xlsx", ".xlsm")):
        raise NotValid(_("Нужен файл Excel (.xlsx); старый .xls пересохраните"), "file")
    found = sheet.table(content, known)
    if found is None:
        raise NotValid(_("Не найдена строка заголовков: нужны столбцы «Код», «Период», «Значение»"), "file")
    if not found.lines:
        raise NotValid(_("В таблице нет строк: под заголовками ничего нет"), "file")
    return found


def run_for(run_id: int, actor: Actor) -> ValueImport:
    """An import of the actor's organisation into a plan he sees. Raises NotFound."""
    run = db.session.get(ValueImport, run_id)
    if run is None or run.organisation_id != actor.organisation_id or not may_see(actor, readers.PLAN, run.roadmap_id):
        raise NotFound(_("Загрузка не найдена"))
    return run


def runs(roadmap_id: int, actor: Actor) -> list[ValueImport]:
    """The newest imports of the actor's organisation into a plan. Raises NotFound."""
    plan = plan_for(roadmap_id, actor)
    statement = select(ValueImport).where(
        ValueImport.roadmap_id == plan.id, ValueImport.organisation_id == actor.organisation_id
    )
    return list(db.session.scalars(statement.order_by(ValueImport.id.desc()).limit(SHOWN)))


def check(run_id: int, mapping: Mapping[str, str], actor: Actor, version: int | None = None) -> ValueImport:
    """Name the columns and try every row: a job. Raises NotFound, NotValid (the mapping), NotNow (busy)."""
    run = run_for(run_id, actor)
    named = named_columns(mapping, run.headers, mapping_faults)
    with transaction():
        run = RUNS.begin_check(run_id, named, version, actor)
        run.preview = {}
        return run


def start(run_id: int, actor: Actor, version: int | None = None) -> ValueImport:
    """Declare what was tried without a fault: a job. Raises NotFound, NotNow."""
    run_for(run_id, actor)
    return RUNS.begin_import(run_id, version, actor)


def marked_file(run: ValueImport) -> bytes:
    """The brought sheet with its faulty cells marked. Raises NotFound where there are no faults."""
    return RUNS.marked(run)


@handler("roadmap.values_check")
def check_job(job: Job) -> None:
    """The dry run: nothing is written but what was found."""
    RUNS.check_job(job, _read, _keep)


@handler("roadmap.values_run")
def import_job(job: Job) -> None:
    """Everything is tried once more, then declared whole or not at all."""
    RUNS.import_job(job, _read, _keep, _write)


def _read(run: ValueImport, progress: Progress) -> Found:
    """Every row and every fault, telling the progress as it goes. Each row is tried as who brought the file."""
    table, actor = read_table(files().get(run.sha256), run.file_name), actors.by_id(run.person_id)
    reader, found = Reader(table, run.mapping, _standing(run, actor), actor), Found(lines=len(table.lines))
    for place, line in enumerate(table.lines):
        if place % PORTION == 0:
            progress(place, len(table.lines))
        entry, wrong = reader.read(line)
        found.faults += wrong
        if entry is not None:
            found.entries.append(entry)
    progress(len(table.lines), len(table.lines))
    return found


def _standing(run: ValueImport, actor: Actor) -> Standing:
    plan = plan_for(run.roadmap_id, actor)
    indicators = db.session.scalars(select(Indicator).where(Indicator.roadmap_id == plan.id)).all()
    values = {
        ((row.indicator_id, row.period, row.organisation_id, row.region_code, row.speciality), row.kind): row
        for row in newest_of(plan.id)
    }
    return Standing(plan, {row.code.casefold(): row for row in indicators}, directory(), values)


def _keep(run: ValueImport, found: Found) -> None:
    wanted = {entry.new.organisation_id for entry in found.entries} - {None}
    named = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(wanted))
    run.total = run.done = found.lines
    run.preview = preview_of(found.entries, dict(db.session.execute(named).tuples().all()))


def _write(run: ValueImport, found: Found, actor: Actor) -> None:
    """New rows beside what stands; nothing that stands is touched. One line of the journal an indicator."""
    source = russian(_l("из файла «%(name)s»", name=run.file_name))
    written: dict[int, list[IndicatorValue]] = {}
    for entry in _to_declare(found.entries):
        new = entry.new if entry.new.source else replace(entry.new, source=source)
        written.setdefault(entry.indicator.id, []).append(value_of(entry.indicator, new, actor))
    for rows in written.values():
        db.session.add_all(rows)
    db.session.flush()
    for indicator_id, rows in written.items():
        data = {"import": run.id, "sha256": run.sha256, "values": [row.id for row in rows]}
        audit.append(actor.who(), audit.Act("indicator", indicator_id, "import", data=data))


def _to_declare(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.state in DECLARED)
