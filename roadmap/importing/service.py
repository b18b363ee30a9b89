"""The steps of a plan's import: the file is brought, its columns named, everything tried, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, transaction
from core.documents.attachments import Upload
from core.documents.registers.runs import Progress, Runs, named_columns
from core.errors import NotAllowed, NotFound, NotValid
from core.store import files
from core.workflow import handler
from core.workflow.models import Job
from roadmap import readers
from roadmap.importing import sheet, word, writing
from roadmap.importing.draft import Draft, Standing, draft_of
from roadmap.importing.grid import Table, guess
from roadmap.importing.measured import Measured, measured_in
from roadmap.importing.preview import preview_of
from roadmap.models import Dependency, Edition, Item, PlanImport, Roadmap, RoadmapSection
from roadmap.rows import BY_NAME, Known, known_for, known_of
from roadmap.rules.people import COORDINATORS
from roadmap.service.plans import NewPlan, check_editable, check_new_plan, create_plan, first_only

RUNS = Runs(PlanImport, "roadmap_import", "roadmap.import")
SHOWN = 30


def may_import(actor: Actor) -> bool:
    """Whether the actor brings plans in: a coordinator of a side."""
    return actor.has(*COORDINATORS) and actor.organisation_id is not None


def upload(file: Upload, actor: Actor, *, roadmap_id: int | None = None, plan: NewPlan | None = None) -> PlanImport:
    """Keep the file and guess what its columns mean: for a draft plan that is there, or for a plan yet to be drawn.

    Raises NotFound (a plan the actor may not see), NotAllowed, NotNow (its first edition is no draft), NotValid.
    """
    if roadmap_id is not None:
        _draft_edition(roadmap_id, actor)
    elif plan is None:
        raise NotValid(_("Укажите план или назовите новый"), "plan")
    else:
        check_new_plan(plan, actor)
    found = read_table(file.content, file.name)
    with transaction():
        run = PlanImport(
            organisation_id=actor.organisation_id,
            roadmap_id=roadmap_id,
            plan=_plain(plan) if plan and roadmap_id is None else {},
            headers=found.headers,
            mapping=guess(found.headers),
            total=len(found.lines),
            preview={},
        )
        return RUNS.brought(run, file, actor)


def read_table(content: bytes, name: str) -> Table:
    """The plan's table of a file. Raises NotValid with what to do."""
    if is_word(name):
        found = word.table(content, name)
    elif name.lower().endswith((".xlsx", ".xlsm")):
        found = sheet.table(content)
    else:
        raise NotValid(_("Нужен файл Excel (.xlsx) или Word (.docx); старые .xls и .doc пересохраните"), "file")
    if found is None:
        raise NotValid(
            _("Не найдена строка заголовков плана: нужны столбцы «№ п/п», «Мероприятие», «Срок», «Ответственный»"),
            "file",
        )
    if not found.lines:
        raise NotValid(_("В таблице нет строк: под заголовками ничего нет"), "file")
    return found


def is_word(name: str) -> bool:
    return name.lower().endswith((".docx", ".docm", ".doc"))


def _plain(plan: NewPlan) -> dict[str, Any]:
    return {
        "title": plan.title.strip(),
        "period_start": plan.period_start.isoformat(),
        "period_end": plan.period_end.isoformat(),
        "parties": list(plan.parties),
    }


def _planned(run: PlanImport) -> NewPlan:
    kept = run.plan
    start, end = (date.fromisoformat(kept[name]) for name in ("period_start", "period_end"))
    return NewPlan(kept["title"], start, end, kept["parties"])


def _draft_edition(roadmap_id: int, actor: Actor) -> Edition:
    """The first edition of a plan, if the actor may edit it now. Raises NotFound, NotAllowed, NotNow."""
    if not may_see(actor, readers.PLAN, roadmap_id):
        raise NotFound(_("План не найден"))
    statement = select(Edition).where(Edition.roadmap_id == roadmap_id).order_by(Edition.number.desc()).limit(1)
    edition = db.session.scalars(statement).one_or_none()
    if edition is None or not may_see(actor, readers.EDITION, edition.id):
        raise NotFound(_("План не найден"))
    first_only(edition)
    check_editable(edition, actor)
    return edition


def check_takes_items(roadmap_id: int, actor: Actor) -> None:
    """Raises NotFound, NotAllowed, NotNow where a file can bring nothing into this plan now."""
    _draft_edition(roadmap_id, actor)


def run_for(run_id: int, actor: Actor) -> PlanImport:
    """An import of the actor's organisation. Raises NotFound, NotAllowed."""
    run = db.session.get(PlanImport, run_id)
    if run is None or run.organisation_id != actor.organisation_id:
        raise NotFound(_("Загрузка не найдена"))
    if not may_import(actor):
        raise NotAllowed(_("План загружает координатор Стороны"))
    return run


def runs(actor: Actor, roadmap_id: int | None = None) -> list[PlanImport]:
    """The newest imports of the actor's organisation, of one plan or of all."""
    if not may_import(actor):
        raise NotAllowed(_("План загружает координатор Стороны"))
    statement = select(PlanImport).where(PlanImport.organisation_id == actor.organisation_id)
    if roadmap_id is not None:
        statement = statement.where(PlanImport.roadmap_id == roadmap_id)
    return list(db.session.scalars(statement.order_by(PlanImport.id.desc()).limit(SHOWN)))


def mapping_faults(mapping: Mapping[str, str]) -> list[str]:
    """What keeps a mapping from being used, in words."""
    given = list(mapping.values())
    wrong = [_("Нет такого значения столбца: %(name)s", name=name) for name in set(given) - set(BY_NAME)]
    wrong += [
        _("Два столбца означают одно: %(name)s", name=BY_NAME[name].label)
        for name in sorted(set(given) & set(BY_NAME))
        if given.count(name) > 1
    ]
    if "title" not in given:
        wrong.append(_("Ни один столбец не означает: %(name)s", name=BY_NAME["title"].label))
    if not {"responsible_side", "unit"} & set(given):
        wrong.append(_("Укажите столбец, где назван ответственный"))
    return wrong


def check(run_id: int, mapping: Mapping[str, str], actor: Actor, version: int | None = None) -> PlanImport:
    """Name the columns and try every row: a job. Raises NotValid (the mapping), NotNow (busy)."""
    run = run_for(run_id, actor)
    named = named_columns(mapping, run.headers, mapping_faults)
    with transaction():
        run = RUNS.begin_check(run_id, named, version, actor)
        run.preview = {}
        return run


def start(run_id: int, actor: Actor, version: int | None = None) -> PlanImport:
    """Take a file that was tried without a fault: a job. Raises NotNow."""
    run = run_for(run_id, actor)
    if run.roadmap_id is not None:
        _draft_edition(run.roadmap_id, actor)
    return RUNS.begin_import(run_id, version, actor)


@handler("roadmap.import_check")
def check_job(job: Job) -> None:
    """The dry run: nothing is written but what was found."""
    RUNS.check_job(job, _read, _keep)


@handler("roadmap.import_run")
def import_job(job: Job) -> None:
    """Everything is tried once more, then written whole or not at all."""
    RUNS.import_job(job, _read, _keep, _write)


def _read(run: PlanImport, progress: Progress) -> Draft:
    content = files().get(run.sha256)
    found = read_table(content, run.file_name)
    progress(0, len(found.lines))
    known, standing = _against(run)
    measured = Measured() if is_word(run.file_name) else measured_in(content, known.indicators)
    draft = draft_of(found, run.mapping, replace(known, indicators={*known.indicators, *measured.codes}), standing)
    draft.indicators, draft.faults = measured.new, [*measured.faults, *draft.faults]
    progress(len(draft.rows), len(draft.rows))
    return draft


def _keep(run: PlanImport, draft: Draft) -> None:
    had = _against(run)[1].sections
    run.preview = preview_of(draft, had)


def _write(run: PlanImport, draft: Draft, actor: Actor) -> None:
    if run.roadmap_id is None:
        run.roadmap_id = create_plan(_planned(run), actor).id
    edition = db.session.scalars(select(Edition).where(Edition.roadmap_id == run.roadmap_id, Edition.number == 1)).one()
    writing.write(edition.id, draft, {"import": run.id, "sha256": run.sha256}, actor)


def _against(run: PlanImport) -> tuple[Known, Standing]:
    """What the rows are read against: the plan that is there, or the one to be drawn."""
    if run.roadmap_id is None:
        new = _planned(run)
        parties = db.session.scalars(select(Organisation).where(Organisation.id.in_(new.parties)))
        return known_of(new.period_start, new.period_end, parties, ()), Standing()
    plan = db.session.get_one(Roadmap, run.roadmap_id)
    items = db.session.execute(select(Item.id, Item.code, Item.dropped).where(Item.roadmap_id == plan.id)).all()
    codes = {row.id: row.code for row in items}
    after: dict[str, list[str]] = {}
    for one in db.session.scalars(select(Dependency).where(Dependency.roadmap_id == plan.id)):
        after.setdefault(codes[one.item_id], []).append(codes[one.after_id])
    titles = db.session.execute(
        select(RoadmapSection.number, RoadmapSection.title).where(RoadmapSection.roadmap_id == plan.id)
    )
    return known_for(plan), Standing(
        dict(titles.tuples().all()),
        frozenset(codes.values()),
        frozenset(row.code for row in items if not row.dropped),
        after,
    )


def marked_file(run: PlanImport) -> bytes:
    """The brought sheet with its faulty cells marked. Raises NotFound where there are no faults, or no sheet."""
    if is_word(run.file_name):
        raise NotFound(_("Файл Word с отметками не выдаётся: ошибки перечислены на странице"))
    return RUNS.marked(run)
