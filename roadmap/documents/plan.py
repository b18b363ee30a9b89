"""The plan and the changes to it as documents: their contexts and orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from core.db import db
from core.documents.issuing import Order
from core.web.kept import in_russian
from roadmap.documents import parties
from roadmap.models import Edition, Indicator, IndicatorValue, Item, ItemTerms, Roadmap
from roadmap.plan_values import figure

MOST_YEARS = 3
"""The template's table has three columns of years."""


@in_russian
def order(edition: Edition, rendition: str, *, key: str, status_label: str) -> Order:
    """What goes to the desks: the plan itself, or the changes where it amends an edition in force."""
    from roadmap.documents.changes import changes_context

    kind = "plan" if edition.number == 1 else "plan_changes"
    context = plan_context(edition) if kind == "plan" else changes_context(edition)
    return _order(edition, kind, context, rendition, key, status_label)


@in_russian
def consolidated(edition: Edition, *, key: str, status_label: str) -> Order:
    """The whole plan as the edition has it."""
    return _order(edition, "plan", plan_context(edition), "consolidated", key, status_label)


def _order(edition: Edition, kind: str, context: dict[str, Any], rendition: str, key: str, status_label: str) -> Order:
    title = "План мероприятий («дорожная карта»)" if kind == "plan" else "Изменения в план мероприятий"
    number = f" № {edition.register_number.replace('/', '-')}" if edition.register_number else ""
    return Order(
        kind=kind,
        subject_kind="roadmap",
        subject_id=edition.id,
        title=f"{title}, редакция {edition.number}",
        file_name=f"{title}, редакция {edition.number}{number}.docx".replace("«", "").replace("»", ""),
        context=context,
        rendition=rendition,
        revision=max(edition.submissions, 1),
        key=key,
        status_label=status_label,
    )


def plan_context(edition: Edition) -> dict[str, Any]:
    """Everything the plan's template prints, from the edition's terms."""
    roadmap = edition.roadmap
    rows = terms_of(edition.id)
    context = head_of(edition) | {"sections": _sections(roadmap, rows)}
    years = list(range(roadmap.period_start.year, roadmap.period_end.year + 1))[:MOST_YEARS]
    indicators = _indicators(roadmap, years)
    if indicators:
        context |= {"indicators": indicators, "indicator_years": [*(str(year) for year in years), "", ""][:MOST_YEARS]}
    return context


def head_of(edition: Edition) -> dict[str, Any]:
    """What stands above the table and under it: parties, subject, period, number, coordinators."""
    roadmap = edition.roadmap
    head: dict[str, Any] = parties.both(roadmap, edition.approved_on) | {
        "subject": roadmap.title,
        "period": parties.period(roadmap),
        "revision": edition.number,
        "coordinators": parties.coordinators(roadmap),
    }
    if edition.register_number:
        head["number"] = edition.register_number
    if edition.approved_on:
        head["date"] = edition.approved_on
    return head


def terms_of(edition_id: int) -> Sequence[tuple[Item, ItemTerms]]:
    """The items of an edition in their order. One query."""
    rows = db.session.execute(
        select(Item, ItemTerms)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition_id)
        .order_by(Item.section, Item.number)
    )
    return [(item, terms) for item, terms in rows]


def _sections(roadmap: Roadmap, rows: Sequence[tuple[Item, ItemTerms]]) -> list[dict[str, Any]]:
    titles = {section.number: section.title for section in roadmap.sections}
    grouped: dict[int, list[dict[str, Any]]] = {}
    for item, terms in rows:
        grouped.setdefault(item.section, []).append(row_of(roadmap, item.code, terms))
    return [
        {"number": str(number), "title": titles.get(number, ""), "rows": grouped[number]} for number in sorted(grouped)
    ]


def row_of(roadmap: Roadmap, code: str, terms: ItemTerms) -> dict[str, Any]:
    """One line of the plan's table."""
    return {
        "number": code,
        "title": terms.title,
        "term": terms.term_text or day(terms.due_on),
        "responsible": parties.responsible(roadmap, terms),
        "co_executors": terms.co_executors,
        "document": terms.document_kind,
        "result": terms.result,
        "control_points": control_points(terms.control_points),
        "excluded": terms.excluded,
    }


def control_points(points: Sequence[dict[str, Any]]) -> str:
    return "; ".join(f"{point['title']} – {point['term']}" if point.get("term") else point["title"] for point in points)


def day(value: date | None) -> str:
    return value.strftime("%d.%m.%Y") if value else ""


def _indicators(roadmap: Roadmap, years: list[int]) -> list[dict[str, Any]]:
    planned: dict[tuple[int, str], str] = {}
    values = db.session.execute(
        select(IndicatorValue.indicator_id, IndicatorValue.period, IndicatorValue.value)
        .join(Indicator, Indicator.id == IndicatorValue.indicator_id)
        .where(
            Indicator.roadmap_id == roadmap.id,
            IndicatorValue.kind == "plan",
            IndicatorValue.organisation_id.is_(None),
            IndicatorValue.region_code == "",
            IndicatorValue.speciality == "",
        )
        .order_by(IndicatorValue.id)
    )
    for value in values:
        planned[value.indicator_id, value.period] = number(value.value)
    rows = db.session.execute(
        select(Indicator.id, Indicator.name, Indicator.unit)
        .where(Indicator.roadmap_id == roadmap.id)
        .order_by(Indicator.code)
    )
    names = ("first", "second", "third")
    return [
        {"title": row.name, "unit": row.unit}
        | {name: planned.get((row.id, str(year)), "–") for name, year in zip(names, [*years, 0, 0], strict=False)}
        for row in rows
        if any((row.id, str(year)) in planned for year in years)
    ]


def number(value: Any) -> str:
    """A figure without idle zeros, thousands apart; a dash for none."""
    return "–" if value is None else figure(value)
