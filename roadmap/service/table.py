"""Many rows of a draft at once: a table is saved whole, or refused with what is wrong in which cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit
from core.accounts.access import circles
from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.audit import AuditRecord
from core.db import db, transaction
from core.errors import NotValid
from roadmap import readers
from roadmap.cells import COLUMNS, OF_TERMS, value_of
from roadmap.effects.amending import new_items
from roadmap.models import Edition, Item, ItemTerms, RoadmapSection
from roadmap.rows import Before, Known, known_for
from roadmap.rows.cells import Wrong
from roadmap.service.dependencies import wait_for
from roadmap.service.plans import editable, edited, first_only, let_read, no_circle, strike
from roadmap.terms import checked

MOST = 2000
"""Rows of one save: more of them come by an import."""
FIELDS = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True)
class RowEdit:
    """A row as it comes: what is typed in it. Without `item_id` it is new and needs its `section`."""

    key: str
    """The sender's own name of the row: faults are told by it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    item_id: int | None = None
    version: int | None = None
    """The version the row was read at; None asks no question."""
    section: int | None = None
    strike: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell; an empty `field` is the row itself."""

    key: str
    field: str
    message: str


@dataclass(frozen=True)
class Conflict:
    """A row somebody else changed meanwhile: who, when, which fields. `struck`: it is no longer in the draft."""

    key: str
    item_id: int
    who: str
    at: datetime | None
    fields: tuple[str, ...]
    struck: bool = False


@dataclass(frozen=True)
class Saved:
    """A row as it is kept now, by the sender's name of it."""

    key: str
    item_id: int
    struck: bool = False


class TableRefused(NotValid):
    """Nothing of the table was kept. `faults` by row and cell; `conflicts` are rows changed by somebody else."""

    def __init__(self, faults: Sequence[Fault], conflicts: Sequence[Conflict]) -> None:
        texts = {f"{fault.key}.{fault.field}" if fault.field else fault.key: fault.message for fault in faults}
        texts |= {conflict.key: _("изменено: %(who)s", who=conflict.who) for conflict in conflicts}
        super().__init__(_("Таблица не сохранена: исправьте отмеченное"), fields=texts)
        self.faults, self.conflicts = tuple(faults), tuple(conflicts)
        self.status = 422 if faults else 409


@dataclass
class _Work:
    """A row on its way: what it is in the database and what it will say."""

    edit: RowEdit
    item: Item | None = None
    terms: ItemTerms | None = None
    values: dict[str, Any] = field(default_factory=dict)
    befores: list[Before] | None = None
    """What the item is to wait for, where its cell was typed in."""


def save_table(edition_id: int, rows: Sequence[RowEdit], actor: Actor) -> list[Saved]:
    """Keep every row of a first edition's draft, or none: changed ones, new ones (numbered in order), struck ones.

    Raises NotFound, NotAllowed, NotNow, TableRefused.
    """
    if len(rows) > MOST:
        raise NotValid(_("За один раз сохраняется не больше %(n)s строк", n=MOST))
    with transaction():
        edition = editable(edition_id, actor)
        first_only(edition)
        works = _found(edition, rows)
        faults = _faults(edition, works)
        conflicts = [_conflict(work) for work in works if _is_stale(work)]
        if faults or conflicts:
            raise TableRefused(faults, conflicts)
        return _kept(edition, works, actor)


def _found(edition: Edition, rows: Sequence[RowEdit]) -> list[_Work]:
    ids = [row.item_id for row in rows if row.item_id is not None]
    known = {
        item.id: (item, terms)
        for item, terms in db.session.execute(
            select(Item, ItemTerms)
            .outerjoin(ItemTerms, (ItemTerms.item_id == Item.id) & (ItemTerms.edition_id == edition.id))
            .where(Item.roadmap_id == edition.roadmap_id, Item.id.in_(ids))
        )
    }
    return [_Work(row, *known.get(row.item_id or 0, (None, None))) for row in rows]


def _is_stale(work: _Work) -> bool:
    if work.item is None:
        return False
    if work.terms is None:
        return True
    return work.edit.version is not None and work.edit.version != work.terms.version


def _conflict(work: _Work) -> Conflict:
    """Who changed the row after it was read, by the journal."""
    assert work.item is not None
    acts = db.session.scalars(
        select(AuditRecord)
        .where(
            AuditRecord.subject_kind == readers.ITEM,
            AuditRecord.subject_id == work.item.id,
            AuditRecord.step.in_(("edit", "drop", "add")),
        )
        .order_by(AuditRecord.seq.desc())
        .limit(20)
    ).all()
    since = [act for act in acts if act.data.get("version", 0) > (work.edit.version or 0)] or acts[:1]
    names = {str(name) for act in since for name in act.data.get("fields", ())}
    return Conflict(
        work.edit.key,
        work.item.id,
        acts[0].actor_name if acts else "",
        acts[0].at if acts else None,
        tuple(name for name in FIELDS if name in names),
        struck=work.terms is None,
    )


def _faults(edition: Edition, works: Sequence[_Work]) -> list[Fault]:
    """Everything wrong at once. Fills each row's values on the way."""
    known = known_for(edition.roadmap)
    sections = set(
        db.session.scalars(select(RoadmapSection.number).where(RoadmapSection.roadmap_id == edition.roadmap_id))
    )
    faults, seen = [], set()
    for work in works:
        edit = work.edit
        if edit.item_id is not None and (work.item is None or edit.item_id in seen):
            faults.append(Fault(edit.key, "", _("Мероприятие не найдено или названо дважды")))
        elif edit.item_id is None and edit.section not in sections:
            faults.append(Fault(edit.key, "", _("Нет раздела %(number)s", number=edit.section or "—")))
        elif not edit.strike and not _is_stale(work):
            faults += _read(edition, work, known)
        seen.add(edit.item_id)
    return faults


def _read(edition: Edition, work: _Work, known: Known) -> list[Fault]:
    """The row's words as values, and the whole row as it would be kept, checked."""
    found: dict[str, str] = {}
    given: dict[str, Any] = {}
    for name, text in work.edit.values.items():
        try:
            _give(work, given, name, value_of(name, text, known))
        except Wrong as wrong:
            found[name] = str(wrong)
    whole = {name: getattr(work.terms, name) for name in OF_TERMS} if work.terms else {"title": ""}
    try:
        work.values = checked({**whole, **given}, edition.roadmap)
    except NotValid as refusal:
        found = {**{name: str(text) for name, text in refusal.fields.items()}, **found}
    return [Fault(work.edit.key, name, message) for name, message in found.items()]


def _give(work: _Work, given: dict[str, Any], name: str, value: Any) -> None:
    """A cell's value to its field of the terms: «30 рабочих» goes to two, what the item waits for to none."""
    if name == "depends":
        work.befores = value
    elif name == "after_days":
        given["after_days"], given["after_working"] = value or (None, False)
    else:
        given[name] = value


def _kept(edition: Edition, works: Sequence[_Work], actor: Actor) -> list[Saved]:
    for work in works:
        if work.item is None or work.terms is None:
            continue
        if work.edit.strike:
            _strike(work, actor)
        else:
            _change(edition, work, work.item, work.terms, actor)
    _add(edition, [work for work in works if work.item is None and not work.edit.strike], actor)
    db.session.flush()
    _tie(edition, [work for work in works if not work.edit.strike], actor)
    return [Saved(work.edit.key, work.item.id, work.edit.strike) for work in works if work.item is not None]


def _tie(edition: Edition, works: Sequence[_Work], actor: Actor) -> None:
    """What waits for what, row after row: the row that would close a circle is told the whole of it."""
    faults = []
    for work in works:
        assert work.item is not None
        try:
            if "after_item_id" in work.edit.values:
                no_circle(edition, work.item.id, work.values["after_item_id"])
            if work.befores is not None:
                wait_for(work.item, work.befores, actor, fresh=work.edit.item_id is None)
        except NotValid as refusal:
            faults += [Fault(work.edit.key, name, str(text)) for name, text in refusal.fields.items()]
    if faults:
        raise TableRefused(faults, [])


def _strike(work: _Work, actor: Actor) -> None:
    assert work.item is not None
    assert work.terms is not None
    try:
        strike(work.item, work.terms, actor)
    except NotValid as refusal:
        raise TableRefused([Fault(work.edit.key, "title", str(refusal))], []) from refusal


def _change(edition: Edition, work: _Work, item: Item, terms: ItemTerms, actor: Actor) -> None:
    changed = {name: value for name, value in work.values.items() if getattr(terms, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(terms, name, value)
    audit.append(actor.who(), edited(item.id, changed, terms.version + 1))
    if "organisation_id" in changed:
        let_read(edition, item, terms)


def _add(edition: Edition, works: Sequence[_Work], actor: Actor) -> None:
    """New items by few statements, however many: a page pasted from Word is one save."""
    items = new_items(edition, [work.edit.section or 0 for work in works])
    for work, item in zip(works, items, strict=True):
        work.item = item
        work.terms = ItemTerms(edition_id=edition.id, item_id=item.id, **work.values)
        db.session.add(work.terms)
    db.session.flush()
    for work, item in zip(works, items, strict=True):
        item.terms_id = work.terms.id if work.terms else None
    _let_all_read(edition, works)
    acts = [audit.Act(readers.ITEM, one.id, "add", None, "draft", data={"code": one.code}) for one in items]
    audit.begin(actor.who(), acts)


def _let_all_read(edition: Edition, works: Sequence[_Work]) -> None:
    parties = [party.organisation_id for party in edition.roadmap.parties]
    elsewhere = [work for work in works if work.values.get("organisation_id")]
    for work in elsewhere:
        assert work.item is not None
        assert work.terms is not None
        let_read(edition, work.item, work.terms)
    plain = [work.item.id for work in works if work.item is not None and work not in elsewhere]
    circle = circles([parties])[0] if plain else {}
    db.session.add_all(
        Reader(subject_kind=readers.ITEM, subject_id=item_id, organisation_id=organisation_id, why=why)
        for item_id in plain
        for organisation_id, why in circle.items()
    )
