"""A draft as a table: its sections, every row with its texts and version, and the numbers that were struck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.audit import AuditRecord
from core.db import db
from roadmap import readers
from roadmap.cells import COLUMNS, OF_TERMS, Names, text_of
from roadmap.effects.amending import plain
from roadmap.models import Dependency, Edition, Item, ItemTerms
from roadmap.queries.editions import edition_by_number
from roadmap.queries.plans import section_titles
from roadmap.rows import Before
from roadmap.rows.cells import before_text, days_after_text
from roadmap.service.plans import check_editable, first_only

HIDDEN = tuple(column.name for column in COLUMNS if not column.shown)


@dataclass(frozen=True)
class Row:
    """An item of the draft: its number, the version of its terms, its values and the texts of its cells."""

    item_id: int
    code: str
    section: int
    number: int
    version: int
    values: dict[str, Any]
    texts: dict[str, str]

    def hidden(self) -> dict[str, str]:
        """Texts of the columns that are not shown at first, where there are any."""
        return {name: self.texts[name] for name in HIDDEN if self.texts[name]}


@dataclass(frozen=True)
class Struck:
    """A number that stays taken, with what stood under it."""

    code: str
    section: int
    number: int
    title: str


@dataclass(frozen=True)
class Table:
    """Everything the editor of a draft shows."""

    edition: Edition
    sections: Sequence[Any]
    rows: list[Row]
    struck: list[Struck]

    def of(self, section: int) -> list[Row | Struck]:
        """A section's rows and struck numbers in the order of numbers."""
        both: list[Row | Struck] = [*self.rows, *self.struck]
        return sorted((row for row in both if row.section == section), key=lambda row: row.number)


def table(actor: Actor, roadmap_id: int, number: int) -> Table:
    """The table of a draft the actor may edit now. Seven queries. Raises NotFound, NotAllowed, NotNow."""
    edition = edition_by_number(actor, roadmap_id, number)
    check_editable(edition, actor)
    first_only(edition)
    return Table(edition, section_titles(roadmap_id), rows_of(edition), _struck(edition))


def rows_of(edition: Edition, only: Iterable[int] | None = None) -> list[Row]:
    """The edition's rows in the order of numbers; `only` these items. Four queries."""
    columns = [getattr(ItemTerms, name) for name in OF_TERMS]
    statement = (
        select(Item.id.label("item_id"), Item.code, Item.section, Item.number, ItemTerms.version, *columns)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition.id)
        .order_by(Item.section, Item.number)
    )
    if only is not None:
        statement = statement.where(Item.id.in_(list(only)))
    found = db.session.execute(statement).all()
    names = _names({row.organisation_id for row in found if row.organisation_id})
    codes = _codes(edition, {row.after_item_id for row in found if row.after_item_id})
    befores = befores_of(edition.roadmap_id, None if only is None else [row.item_id for row in found])
    return [_row(row, names, codes, befores.get(row.item_id, "")) for row in found]


def befores_of(roadmap_id: int, only: Sequence[int] | None = None) -> dict[int, str]:
    """What each item waits for, as it is typed: «2.1; 2.3 +5 дней». One query."""
    before = aliased(Item)
    statement = (
        select(Dependency, before.code)
        .join(before, before.id == Dependency.after_id)
        .where(Dependency.roadmap_id == roadmap_id)
        .order_by(Dependency.id)
    )
    if only is not None:
        statement = statement.where(Dependency.item_id.in_(only))
    found: dict[int, list[str]] = {}
    for row, code in db.session.execute(statement):
        one = Before(code, row.lag_days, row.blocking, row.lag_working)
        found.setdefault(row.item_id, []).append(before_text(one))
    return {item_id: "; ".join(texts) for item_id, texts in found.items()}


def _codes(edition: Edition, ids: set[int]) -> Names:
    if not ids:
        return {}
    named = select(Item.id, Item.code).where(Item.roadmap_id == edition.roadmap_id, Item.id.in_(ids))
    return dict(db.session.execute(named).tuples().all())


def _names(ids: set[int]) -> Names:
    if not ids:
        return {}
    named = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(ids))
    return dict(db.session.execute(named).tuples().all())


def _row(row: Any, names: Names, codes: Names, befores: str) -> Row:
    values = {name: plain(getattr(row, name)) for name in OF_TERMS} | {"depends": befores}
    simple = [column.name for column in COLUMNS if column.kind not in ("item", "days", "befores")]
    texts = {name: text_of(name, getattr(row, name), names) for name in simple}
    after = codes.get(row.after_item_id or 0, "")
    texts |= {
        "after_item_id": after,
        "after_days": days_after_text(row.after_days, row.after_working) if after else "",
        "depends": befores,
    }
    return Row(row.item_id, row.code, row.section, row.number, row.version, values, texts)


def _struck(edition: Edition) -> list[Struck]:
    rows = db.session.execute(
        select(Item.code, Item.section, Item.number, AuditRecord.data)
        .outerjoin(
            AuditRecord,
            (AuditRecord.subject_kind == readers.ITEM)
            & (AuditRecord.subject_id == Item.id)
            & (AuditRecord.step == "drop"),
        )
        .where(Item.roadmap_id == edition.roadmap_id, Item.dropped)
        .order_by(Item.section, Item.number)
    )
    return [Struck(row.code, row.section, row.number, (row.data or {}).get("title", "")) for row in rows]
