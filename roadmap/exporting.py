"""A plan as a sheet that can be filled in further and brought back: every field of its items, and how to write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.reports.sheets import Column, Sheet, as_csv, workbook
from core.web.kept import in_russian
from roadmap import flags, queries, readers
from roadmap.importing.measured import sheet_of
from roadmap.models import Dependency, Indicator, Item, ItemIndicator, ItemTerms, Roadmap, RoadmapSection
from roadmap.periods import RECURRENCES
from roadmap.queries.plans import ItemSearch, item_statement
from roadmap.rows import MEANINGS, Before, term_of
from roadmap.rows.cells import before_text, days_after_text
from roadmap.terms import DATES
from roadmap.wording import SIDE_NAMES, wording

EXACT = 15
"""Figures a number of a spreadsheet keeps; a longer one goes as text."""


@dataclass(frozen=True)
class Line:
    """An item with what an edition says of it, and what it rests on by names."""

    item: Item
    terms: ItemTerms
    around: Around


@dataclass
class Around:
    """Names of what items point to: sections, numbers, organisations, indicators, what waits for what."""

    start: date
    end: date
    sections: Mapping[int, str] = field(default_factory=dict)
    codes: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)
    indicators: Mapping[int, Sequence[str]] = field(default_factory=dict)
    depends: Mapping[int, Sequence[Dependency]] = field(default_factory=dict)


@in_russian
def shown_sheet(actor: Actor, roadmap_id: int, search: ItemSearch, kind: str = "xlsx") -> bytes:
    """The plan's table as its page is filtered, XLSX or CSV. Raises NotFound."""
    head = queries.plan_head(actor, roadmap_id)
    ids = item_statement(actor, roadmap_id, search, flags.days(head.corrected)).with_only_columns(Item.id)
    rows = db.session.execute(
        select(Item, ItemTerms)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .where(Item.id.in_(ids))
        .order_by(Item.section, Item.number)
    )
    return _sheet(actor, roadmap_id, [(item, terms) for item, terms in rows], kind)


@in_russian
def edition_sheet(actor: Actor, roadmap_id: int, number: int) -> bytes:
    """The items of one edition as XLSX. Raises NotFound."""
    page = queries.edition_page(actor, roadmap_id, number)
    return _sheet(actor, roadmap_id, page.rows, "xlsx")


@in_russian
def blank() -> bytes:
    """A sheet with headings and the guide, to be filled in."""
    return workbook([Sheet(_("План"), columns(), []), _plan_guide([])])


def _sheet(actor: Actor, roadmap_id: int, rows: Sequence[tuple[Item, ItemTerms]], kind: str) -> bytes:
    around = _around(actor, roadmap_id, [item.id for item, _terms in rows])
    lines = [Line(item, terms, around) for item, terms in rows]
    if kind == "csv":
        return as_csv(columns(), lines)
    found = db.session.scalars(
        select(Indicator).where(Indicator.roadmap_id == roadmap_id).order_by(Indicator.code)
    ).all()
    measured = [sheet_of(found, figure_cell)] if found else []
    guided = _plan_guide([(row.code, row.name) for row in found])
    return workbook([Sheet(_("План"), columns(), lines), *measured, guided])


def _around(actor: Actor, roadmap_id: int, ids: Sequence[int]) -> Around:
    plan = db.session.get_one(Roadmap, roadmap_id)
    visible = visible_to(actor, readers.ITEM, Item.id)
    codes = db.session.execute(select(Item.id, Item.code).where(Item.roadmap_id == roadmap_id, visible))
    titles = db.session.execute(
        select(RoadmapSection.number, RoadmapSection.title).where(RoadmapSection.roadmap_id == roadmap_id)
    )
    around = Around(
        plan.period_start,
        plan.period_end,
        dict(titles.tuples().all()),
        dict(codes.tuples().all()),
        organisation_names(),
    )
    indicators: dict[int, list[str]] = {}
    moved = (
        select(ItemIndicator.item_id, Indicator.code)
        .join(Indicator, Indicator.id == ItemIndicator.indicator_id)
        .where(Indicator.roadmap_id == roadmap_id)
        .order_by(Indicator.code)
    )
    for row in db.session.execute(moved):
        indicators.setdefault(row.item_id, []).append(row.code)
    depends: dict[int, list[Dependency]] = {}
    edges = select(Dependency).where(Dependency.roadmap_id == roadmap_id).order_by(Dependency.id)
    for one in db.session.scalars(edges):
        if one.after_id in around.codes:
            depends.setdefault(one.item_id, []).append(one)
    around.indicators, around.depends = indicators, depends
    return around


def organisation_names() -> dict[int, str]:
    """Organisations as the import finds them again: by short name, by ИНН where two share it."""
    rows = db.session.execute(select(Organisation.id, Organisation.short_name, Organisation.inn)).all()
    twice = [row.short_name for row in rows]
    return {row.id: row.inn if row.inn and twice.count(row.short_name) > 1 else row.short_name for row in rows}


def columns() -> list[Column]:
    """The columns of a plan, by the headings the import knows."""
    return [Column(meaning.label, partial(_cell, meaning.name), meaning.width) for meaning in MEANINGS]


def _cell(name: str, line: Line) -> Any:
    item, terms, around = line.item, line.terms, line.around
    if name == "number":
        return item.code
    if name == "section":
        return f"{item.section}. {around.sections.get(item.section, '')}"
    if name in (*DATES, "for_previous", "after_code"):
        return _when(name, line)
    if name == "after_days":
        return days_after_text(terms.after_days, terms.after_working) if terms.after_item_id else ""
    if name == "organisation":
        return around.organisations.get(terms.organisation_id or 0, "")
    if name == "co_organisations":
        return "; ".join(
            around.organisations[one] for one in terms.co_organisations or () if one in around.organisations
        )
    if name == "indicators":
        return "; ".join(around.indicators.get(item.id, ()))
    if name == "depends":
        return "; ".join(_before(one, around) for one in around.depends.get(item.id, ()))
    if name == "target":
        return figure_cell(terms.target)
    if name == "control_points":
        return "\n".join(_point(point) for point in terms.control_points or ())
    if name in ("recurrence", "responsible_side", "period_dates", "excluded"):
        return wording(name, getattr(terms, name))
    return getattr(terms, name)


def _when(name: str, line: Line) -> Any:
    """A day as a day; a dash or «нет» where the words beside it would be read as more than the item says."""
    terms, around = line.terms, line.around
    words = term_of(terms.term_text, around.start, around.end, terms.recurrence)
    if name == "for_previous":
        return _("да") if terms.for_previous else _("нет") if words.for_previous else ""
    if name == "after_code":
        code = around.codes.get(terms.after_item_id or 0, "")
        return code or ("–" if words.after_code else "")
    day = getattr(terms, name)
    if day is None and terms.due_on is None and getattr(words, name) is not None:
        return "–"
    return day


def _point(point: Mapping[str, Any]) -> str:
    """«название – срок», with the day beside words that do not say it."""
    term = str(point.get("term") or "")
    due = wording("due_on", point.get("due"))
    return " – ".join(
        filter(None, (point["title"], f"{term} ({due})" if term and due and due != term else term or due))
    )


def _before(one: Dependency, around: Around) -> str:
    return before_text(Before(around.codes[one.after_id], one.lag_days, one.blocking, one.lag_working))


def figure_cell(value: Decimal | None) -> Any:
    """A number a spreadsheet can count with; as text where it has more figures than a spreadsheet keeps."""
    if value is None:
        return ""
    plain = value.normalize()
    if len(plain.as_tuple().digits) > EXACT:
        return format(plain, "f")
    return int(plain) if plain == plain.to_integral_value() else float(plain)


def _plan_guide(indicators: Sequence[tuple[str, str]]) -> Sheet:
    lines = [(str(meaning.label), str(meaning.hint)) for meaning in MEANINGS if meaning.hint]
    sides = ", ".join(str(SIDE_NAMES[side]) for side in ("ministry", "corporation", "both"))
    lines += [
        ("", ""),
        (_("Стороны"), sides),
        (_("Повторяемость"), ", ".join(str(label) for label in RECURRENCES.values())),
        (_("Загрузка обратно"), _("Файл проверяется весь; пока есть хоть одна ошибка, не загружается ничего.")),
    ]
    return guide(lines, indicators)


def guide(lines: Sequence[tuple[str, str]], indicators: Sequence[tuple[str, str]]) -> Sheet:
    """A sheet of what to write in each column, and of the indicators that are known (code, name)."""
    if indicators:
        lines = [*lines, ("", ""), (_("Показатели плана"), ""), *indicators]
    named = [
        Column(_("Столбец"), lambda line: line[0], 30),
        Column(_("Что писать"), lambda line: line[1], 90),
    ]
    return Sheet(_("Как заполнять"), named, lines)
