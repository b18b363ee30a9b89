"""«Изменения, которые вносятся в план»: of an edition on its way, or of the one that would be drawn up now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.documents.issuing import Order, preview
from core.web.kept import in_russian
from roadmap import plan_values
from roadmap.documents.plan import head_of, row_of, terms_of
from roadmap.effects.amending import plain, typed, waiting_requests
from roadmap.models import TERMS, ChangeRequest, Edition, Item, ItemTerms, Roadmap
from roadmap.wording import wording


@dataclass(frozen=True)
class Change:
    """One item, or one plan value of an indicator, as the next edition has it. `kind`: restate, add, exclude, plan."""

    code: str
    section: int
    kind: str
    terms: ItemTerms
    """Empty terms where a plan value is changed."""
    cell: plan_values.Cell | None = None


def changes_context(edition: Edition) -> dict[str, Any]:
    """What an edition restates, adds and excludes against the one it amends, and why."""
    base = base_of(edition)
    before = {item.id for item, _terms in terms_of(base.id)}
    requests = db.session.scalars(
        select(ChangeRequest).where(ChangeRequest.edition_id == edition.id).order_by(ChangeRequest.number)
    ).all()
    touched = {request.item_id for request in requests}
    changes = [
        Change(item.code, item.section, _kind(terms, item.id in before), terms)
        for item, terms in terms_of(edition.id)
        if item.id in touched
    ]
    changes += _planned(requests)
    return head_of(edition) | _body(edition.roadmap, base.number, changes, requests)


def _planned(requests: Iterable[ChangeRequest]) -> list[Change]:
    """What the requests make of plan values, in the order they were asked."""
    changes = [request.changes for request in requests if request.kind == plan_values.KIND]
    cells = [now for _was, now in plan_values.differing(changes)]
    return [Change(cell["code"], 0, "plan", ItemTerms(), cell) for cell in cells]


def _kind(terms: ItemTerms, known: bool) -> str:
    if terms.excluded:
        return "exclude"
    return "restate" if known else "add"


def _body(roadmap: Roadmap, base: int, changes: Iterable[Change], requests: Iterable[ChangeRequest]) -> dict[str, Any]:
    titles = {section.number: section.title for section in roadmap.sections}
    return {
        "base_revision": base,
        "changes": [
            {"text": phrase(one, titles.get(one.section, ""))}
            | ({} if one.kind in ("exclude", "plan") else {"row": row_of(roadmap, one.code, one.terms)})
            for one in changes
        ],
        "reasons": [reason_of(roadmap, request) for request in requests],
    }


def phrase(change: Change, section: str) -> str:
    """«Пункт 2.3 изложить в следующей редакции:», «Раздел 4 … дополнить пунктом 4.5 …», «Пункт 3.7 … исключить.»"""
    if change.cell is not None:
        said = plan_values.said(change.cell).rstrip(".")  # «чел.» ends the sentence by itself
        return f"Плановое значение: {plan_values.named(change.cell)} – установить: {said}."
    if change.kind == "exclude":
        return f"Пункт {change.code} «{change.terms.title}» исключить."
    if change.kind == "add":
        return f"Раздел {change.section} «{section}» дополнить пунктом {change.code} следующего содержания:"
    return f"Пункт {change.code} изложить в следующей редакции:"


@dataclass(frozen=True)
class NextEdition:
    """The edition that would be drawn up now: what it changes, and the requests that no longer fit."""

    number: int
    base: Edition
    changes: list[Change]
    requests: Sequence[ChangeRequest]
    stale: list[ChangeRequest]


def next_edition(ruling: Edition) -> NextEdition:
    """What «Начать внесение изменений» would draw up from the requests both sides approved. Nothing is written."""
    requests = waiting_requests(ruling.roadmap_id)
    terms = {item.id: (item, own) for item, own in terms_of(ruling.id)}
    changed: dict[int, Change] = {}
    added: list[Change] = []
    numbers: dict[int, int] = {}
    stale = plan_values.stale_of(requests)
    for request in requests:
        if request.kind == plan_values.KIND:
            continue
        if request.item_id is None:
            added.append(_added(request, numbers))
            continue
        item, own = terms[request.item_id]
        known = changed.get(item.id)
        current = known.terms if known is not None else own
        if any(plain(getattr(current, field)) != was for field, (was, _now) in request.changes.items()):
            stale.append(request)
            continue
        changed[item.id] = _with(request, item, _copy(current))
    rows = sorted((*changed.values(), *added), key=lambda one: [int(part) for part in one.code.split(".")])
    last = db.session.scalar(select(func.max(Edition.number)).where(Edition.roadmap_id == ruling.roadmap_id))
    rows += _planned(request for request in requests if request not in stale)
    return NextEdition((last or ruling.number) + 1, ruling, rows, requests, stale)


def _copy(terms: ItemTerms) -> ItemTerms:
    return ItemTerms(**{name: getattr(terms, name) for name in TERMS})


def _with(request: ChangeRequest, item: Item, terms: ItemTerms) -> Change:
    for field, (_was, now) in request.changes.items():
        setattr(terms, field, typed(field, now))
    return Change(item.code, item.section, _kind(terms, known=True), terms)


def _added(request: ChangeRequest, numbers: dict[int, int]) -> Change:
    """A new item under the number it would get."""
    section = request.section or 1
    if section not in numbers:
        last = select(func.max(Item.number)).where(Item.roadmap_id == request.roadmap_id, Item.section == section)
        numbers[section] = db.session.scalar(last) or 0
    numbers[section] += 1
    empty = ItemTerms(control_points=[], co_organisations=[], responsible_side="both", title="", term_text="")
    for name in ("unit", "co_executors", "result", "document_kind"):
        setattr(empty, name, "")
    for field, (_was, now) in request.changes.items():
        setattr(empty, field, typed(field, now))
    return Change(f"{section}.{numbers[section]}", section, "add", empty)


@in_russian
def preview_of(found: NextEdition) -> bytes:
    """The document as it would be drawn up now: a draft that nobody keeps. Raises NotValid, NotFound."""
    base = found.base
    context = head_of(base) | _body(base.roadmap, base.number, found.changes, found.requests)
    for name in ("number", "date"):
        context.pop(name, None)
    context["revision"] = found.number
    for side in ("a", "b"):
        if side in context:
            context[side] = {name: value for name, value in context[side].items() if name != "approved"}
    title = str(_("Изменения в план мероприятий"))
    return preview(
        Order(
            "plan_changes",
            "roadmap",
            base.id,
            title,
            f"{title}.docx",
            context,
            "preview",
            found.number,
            status_label="проект",
        )
    )


def base_of(edition: Edition) -> Edition:
    """The edition this one amends."""
    return db.session.scalars(
        select(Edition)
        .where(
            Edition.roadmap_id == edition.roadmap_id,
            Edition.number < edition.number,
            Edition.state.in_(("in_force", "superseded", "final_report", "closed")),
        )
        .order_by(Edition.number.desc())
        .options(joinedload(Edition.roadmap))
        .limit(1)
    ).one()


def reason_of(roadmap: Roadmap, request: ChangeRequest) -> dict[str, Any]:
    """Было → стало, why, whose request: one line of the table of reasons."""
    party = roadmap.party_of(request.side)
    pairs = [(wording(field, was), wording(field, now)) for field, (was, now) in request.changes.items()]
    now = "; ".join(now for _was, now in pairs if now)
    return {
        "number": _about(request),
        "was": "; ".join(was for was, _now in pairs if was),
        "now": "исключён" if request.kind == "exclusion" else now,
        "reason": request.reason,
        "asked_by": party.organisation.alias or party.organisation.short_name if party else "",
    }


def _about(request: ChangeRequest) -> str:
    if request.kind == plan_values.KIND:
        return str(request.changes[plan_values.KIND][1]["code"])
    return request.item.code if request.item else f"раздел {request.section}"
