"""Drawing a plan: sections, items of a draft edition, and the steps of an edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.accounts.roles import SIDE_OF_KIND
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap import readers
from roadmap.effects.amending import new_item
from roadmap.graph import circle_with
from roadmap.models import (
    EDITABLE_EDITION,
    TERMS,
    Dependency,
    Edition,
    Item,
    ItemTerms,
    Roadmap,
    RoadmapParty,
    RoadmapSection,
)
from roadmap.rows import Before
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service.dependencies import wait_for
from roadmap.states import roadmap as machine
from roadmap.terms import checked


@dataclass(frozen=True)
class NewPlan:
    """A plan to draw: its subject, its period, the organisations that approve it in their order."""

    title: str
    period_start: date
    period_end: date
    parties: Sequence[int]
    agreement: tuple[str, int, str] | None = None
    """The agreement it is an appendix of: (kind, id, title)."""
    sample: bool = False


@dataclass(frozen=True)
class NewItem:
    """An item to add to a draft: section, what it says, and (at an import) its own number."""

    section: int
    terms: Mapping[str, Any]
    number: int | None = None
    indicators: Sequence[int] = field(default_factory=tuple)
    depends: Sequence[Before] = ()
    """What it waits for."""


def create_plan(new: NewPlan, actor: Actor) -> Roadmap:
    """A plan with its first edition as a draft. A coordinator of one of the parties draws it."""
    check_new_plan(new, actor)
    with transaction():
        plan = _plan(new)
        db.session.add(plan)
        db.session.flush()
        edition = _first_edition(plan, actor)
        readers.of_plan(plan)
        audit.append(actor.who(), audit.Act("roadmap", edition.id, "create", None, "draft"))
        return plan


def check_new_plan(new: NewPlan, actor: Actor) -> None:
    """Raises NotValid, NotAllowed where the actor may not draw this plan."""
    faults: dict[str, Any] = {}
    if not new.title.strip():
        faults["title"] = _("Назовите предмет плана")
    if new.period_end <= new.period_start:
        faults["period_end"] = _("Конец периода раньше начала")
    if len(set(new.parties)) < 2:
        faults["parties"] = _("Нужны две разные Стороны")
    if faults:
        raise NotValid(_("План не создан"), fields=faults)
    if not actor.has(*COORDINATORS) or actor.organisation_id not in new.parties:
        raise NotAllowed(_("План составляет координатор одной из Сторон"))


def _plan(new: NewPlan) -> Roadmap:
    organisations = {
        row.id: row for row in db.session.scalars(select(Organisation).where(Organisation.id.in_(new.parties)))
    }
    if len(organisations) != len(set(new.parties)):
        raise NotFound(_("Организация не найдена"))
    kind, agreement_id, title = new.agreement or ("", None, "")
    return Roadmap(
        title=new.title.strip(),
        period_start=new.period_start,
        period_end=new.period_end,
        agreement_kind=kind,
        agreement_id=agreement_id,
        agreement_title=title,
        sample=new.sample,
        created_at=clock.now(),
        parties=[
            RoadmapParty(organisation_id=one, side=SIDE_OF_KIND[organisations[one].kind], position=place)
            for place, one in enumerate(new.parties, start=1)
        ],
    )


def _first_edition(plan: Roadmap, actor: Actor) -> Edition:
    edition = Edition(
        roadmap_id=plan.id,
        number=1,
        state="draft",
        initiator_side=actor.side,
        drafters=[actor.id] if actor.id else [],
        created_at=clock.now(),
    )
    db.session.add(edition)
    db.session.flush()
    return edition


def editable(edition_id: int, actor: Actor) -> Edition:
    """The edition under its lock, if the actor may edit its terms now. Raises NotFound, NotAllowed, NotNow."""
    row = locked_edition(edition_id, actor)
    check_editable(row, actor)
    return row


def check_editable(row: Edition, actor: Actor) -> None:
    """Raises NotAllowed, NotNow where the actor may not edit the edition's terms now."""
    if not actor.has(*COORDINATORS) or not side_of(row, actor):
        raise NotAllowed(_("Проект плана правит координатор Стороны"))
    if row.state not in EDITABLE_EDITION:
        raise NotNow(_("Редакция уже на согласовании или утверждена: её текст не меняется"))


def locked_edition(edition_id: int, actor: Actor) -> Edition:
    """The edition under its lock. Raises NotFound for what the actor may not see."""
    row = locked(Edition, edition_id) if may_see(actor, readers.EDITION, edition_id) else None
    if row is None:
        raise NotFound(_("План не найден"))
    return row


def add_section(edition_id: int, number: int, title: str, actor: Actor) -> RoadmapSection:
    """Name a section, or rename it while the plan has never been approved."""
    if not title.strip() or not 1 <= number <= 99:
        raise NotValid(_("Укажите номер раздела от 1 до 99 и название"), "title")
    with transaction():
        edition = editable(edition_id, actor)
        first_only(edition)
        section = db.session.get(RoadmapSection, (edition.roadmap_id, number))
        if section is None:
            section = RoadmapSection(roadmap_id=edition.roadmap_id, number=number)
            db.session.add(section)
        section.title = title.strip()
        audit.append(
            actor.who(), audit.Act("roadmap", edition.id, "add_section", data={"number": number, "title": title})
        )
        db.session.flush()
        return section


def first_only(edition: Edition) -> None:
    """Raises NotNow: a later edition takes only what change requests brought."""
    if edition.number > 1:
        raise NotNow(_("Утверждённый план меняется только запросами на изменение"))


def add_item(edition_id: int, new: NewItem, actor: Actor) -> Item:
    """Add an item to a first edition under the next free number of its section (or its own, at an import)."""
    with transaction():
        edition = editable(edition_id, actor)
        first_only(edition)
        if db.session.get(RoadmapSection, (edition.roadmap_id, new.section)) is None:
            raise NotValid(_("Нет раздела %(number)s", number=new.section), "section")
        values = checked(new.terms, edition.roadmap)
        item = new_item(edition, new.section)
        if new.number is not None and new.number != item.number:
            _renumber(item, new.number)
        terms = ItemTerms(edition_id=edition.id, item_id=item.id, **values)
        db.session.add(terms)
        db.session.flush()
        item.terms_id = terms.id
        _link_indicators(item, new.indicators)
        wait_for(item, new.depends, actor, fresh=True)
        let_read(edition, item, terms)
        audit.append(actor.who(), audit.Act("roadmap_item", item.id, "add", None, "draft", data={"code": item.code}))
        return item


def _renumber(item: Item, number: int) -> None:
    taken = db.session.scalar(
        select(Item.id).where(
            Item.roadmap_id == item.roadmap_id, Item.section == item.section, Item.number == number, Item.id != item.id
        )
    )
    if taken is not None:
        raise NotValid(_("Номер %(code)s уже занят", code=f"{item.section}.{number}"), "number")
    item.number, item.code = number, f"{item.section}.{number}"
    db.session.flush()


def _link_indicators(item: Item, indicators: Sequence[int]) -> None:
    from roadmap.models import ItemIndicator

    db.session.add_all(ItemIndicator(item_id=item.id, indicator_id=one) for one in indicators)
    db.session.flush()


def let_read(edition: Edition, item: Item, terms: ItemTerms) -> None:
    parties = [party.organisation_id for party in edition.roadmap.parties]
    readers.of_item(item, terms, parties)
    working = {*parties, *(terms.co_organisations or []), *([terms.organisation_id] if terms.organisation_id else [])}
    if working - set(parties):
        set_readers(readers.PLAN, edition.roadmap_id, parties, granted=working - set(parties))


def edit_item(
    edition_id: int, item_id: int, values: Mapping[str, Any], version: int | None, actor: Actor,
    depends: Sequence[Before] | None = None,
) -> ItemTerms:  # fmt: skip
    """Change terms of an item in a draft edition. A later edition takes only what change requests brought.

    `depends`, where it is given, is all the item waits for from now on.
    """
    with transaction():
        edition = editable(edition_id, actor)
        first_only(edition)
        terms = _terms(edition, item_id)
        expect_version(terms, version)
        now = {name: getattr(terms, name) for name in TERMS}
        values = checked({**now, **values}, edition.roadmap)
        changed = {name: value for name, value in values.items() if now[name] != value}
        no_circle(edition, item_id, changed.get("after_item_id"))
        for name, value in changed.items():
            setattr(terms, name, value)
        if changed:
            audit.append(actor.who(), edited(item_id, changed, terms.version + 1))
            let_read(edition, db.session.get_one(Item, item_id), terms)
        db.session.flush()
        if depends is not None:
            wait_for(db.session.get_one(Item, item_id), depends, actor)
        return terms


def no_circle(edition: Edition, item_id: int, after_id: int | None) -> None:
    """«В течение N дней после» counts as a dependency: it closes no circle with the others."""
    circle = circle_with(edition.roadmap_id, item_id, after_id) if after_id else []
    if circle:
        raise NotValid(_("Получится круг: %(circle)s", circle=" → ".join(circle)), "after_item_id")


def edited(item_id: int, changed: Mapping[str, Any], version: int) -> audit.Act:
    """The journal's line of an edit: which fields, and the version of the terms it made."""
    return audit.Act("roadmap_item", item_id, "edit", data={"fields": sorted(changed), "version": version})


def _terms(edition: Edition, item_id: int) -> ItemTerms:
    terms = db.session.scalars(
        select(ItemTerms).where(ItemTerms.edition_id == edition.id, ItemTerms.item_id == item_id)
    ).one_or_none()
    if terms is None:
        raise NotFound(_("Мероприятие не найдено"))
    return terms


def drop_item(edition_id: int, item_id: int, actor: Actor) -> None:
    """Strike an item from a draft that was never approved; its number stays taken."""
    with transaction():
        edition = editable(edition_id, actor)
        first_only(edition)
        strike(db.session.get_one(Item, item_id), _terms(edition, item_id), actor)
        db.session.flush()


def strike(item: Item, terms: ItemTerms, actor: Actor) -> None:
    """The item leaves the draft with its terms and dependencies; its number and its title stay in the journal.

    Raises NotValid while the term of another item is counted from this one.
    """
    counted = db.session.scalars(
        select(Item.code).join(ItemTerms, ItemTerms.item_id == Item.id).where(ItemTerms.after_item_id == item.id)
    ).all()
    if counted:
        raise NotValid(_("От этого пункта считается срок пунктов %(codes)s", codes=", ".join(counted)), "title")
    db.session.execute(delete(Dependency).where(or_(Dependency.item_id == item.id, Dependency.after_id == item.id)))
    item.dropped, item.terms_id = True, None
    record = {"code": item.code, "title": terms.title}
    audit.append(actor.who(), audit.Act("roadmap_item", item.id, "drop", data=record))
    db.session.delete(terms)


def take_edition_step(edition_id: int, name: str, actor: Actor, ask: Ask, version: int | None = None) -> Taken:
    """Take a step of an edition. A return or a signature belongs to the person's own sign-off task.

    Raises NotFound, NotAllowed, NotNow, NotValid.
    """
    with transaction():
        row = locked_edition(edition_id, actor)
        expect_version(row, version)
        step = machine.steps.get(name)
        if step is not None and step.hidden:
            raise NotAllowed(_("Этот шаг делает система"))
        return machine.take(row, name, actor, ask)


def take_edition_step_with_files(
    edition_id: int, name: str, actor: Actor, ask: Ask, uploads: Mapping[str, Upload], version: int | None = None
) -> Taken:
    """The same with files brought for what the step asks: kept and taken in one transaction, or neither."""
    with transaction():
        row = locked_edition(edition_id, actor)
        kept = {field: [keep(upload, readers.EDITION, row.id, field, actor).id] for field, upload in uploads.items()}
        return take_edition_step(edition_id, name, actor, Ask(ask.comment, ask.data, kept), version)
