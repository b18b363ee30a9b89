"""When: conditions of an edition's steps."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Signatory
from core.db import db
from core.errors import NotFound, Reason
from core.signoffs.models import Protocol, Remark
from core.signoffs.plan import missing
from core.signoffs.service.rounds import last_round, open_round, phase_complete
from core.signoffs.words import named
from roadmap import routes
from roadmap.models import (
    OPEN_EDITION,
    ChangeRequest,
    Edition,
    Item,
    ItemTerms,
    Occurrence,
    Report,
)
from roadmap.periods import shift
from roadmap.wording import FIELDS

KIND = "roadmap"


def _codes(codes: list[str]) -> str:
    more = _(" и ещё %(n)s", n=len(codes) - 5) if len(codes) > 5 else ""
    return ", ".join(codes[:5]) + more


NEEDED: dict[str, ColumnElement[bool]] = {
    "title": ItemTerms.title == "",
    "term_text": and_(ItemTerms.term_text == "", ItemTerms.due_on.is_(None)),
    "unit": and_(ItemTerms.unit == "", ItemTerms.organisation_id.is_(None)),
    "result": ItemTerms.result == "",
    "document_kind": ItemTerms.document_kind == "",
}
"""Fields every item has before the plan is submitted, and where they are missing."""


def items_complete(row: Edition, actor: Actor) -> Reason | None:
    """Every item has a term, a side, an executor, a result and a kind of document; there is at least one.

    Names what is missing and in which items.
    """
    found = db.session.execute(
        select(Item.code, *NEEDED.values())
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == row.id, ~ItemTerms.excluded, or_(*NEEDED.values()))
        .order_by(Item.section, Item.number)
    ).all()
    if not found:
        return _any_item(row)
    lacking = ((name, [one[0] for one in found if one[place]]) for place, name in enumerate(NEEDED, 1))
    fields = "; ".join(f"{str(FIELDS[name]).casefold()} – {_codes(codes)}" for name, codes in lacking if codes)
    return Reason(_("Не заполнено: %(fields)s", fields=fields), "all_items_have_owner_due_result", _("координатор"))


def _any_item(row: Edition) -> Reason | None:
    if db.session.scalar(select(exists().where(ItemTerms.edition_id == row.id, ~ItemTerms.excluded))):
        return None
    return Reason(_("В плане нет ни одного мероприятия"), "all_items_have_owner_due_result", _("координатор"))


def _fault(row: Edition, fault: Any, text: str, code: str) -> Reason | None:
    found = db.session.scalars(
        select(Item.code)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == row.id, ~ItemTerms.excluded, fault)
        .order_by(Item.section, Item.number)
    ).all()
    return Reason(text % {"codes": _codes(list(found))}, code, _("координатор")) if found else None


def dates_inside_period(row: Edition, actor: Actor) -> Reason | None:
    """Terms lie inside the plan's period; reports on a period may be due in the quarter after it."""
    start, end = row.roadmap.period_start, row.roadmap.period_end
    late_end = shift(end, 3)
    outside = or_(
        ItemTerms.starts_on < start,
        ItemTerms.due_on < start,
        and_(~ItemTerms.for_previous, or_(ItemTerms.due_on > end, ItemTerms.until_on > end)),
        and_(ItemTerms.for_previous, or_(ItemTerms.due_on > late_end, ItemTerms.until_on > late_end)),
        ItemTerms.starts_on > ItemTerms.due_on,
    )
    return _fault(row, outside, _("Сроки вне периода плана: пункты %(codes)s"), "dates_inside_period")


def routes_defined(row: Edition, actor: Actor) -> Reason | None:
    """Both sides' routes exist and every role of them is held."""
    try:
        slots, among = routes.planned(row)
    except NotFound as refusal:
        return Reason(str(refusal), "route_defined_both_sides", _("администратор"))
    faults = missing(slots, among)
    return faults[0] if faults else None


def visas_given(row: Edition, actor: Actor) -> Reason | None:
    """Every mandatory visa of both sides in the running round, for the text as frozen."""
    current = open_round(KIND, row.id, lock=False)
    given = (
        current is not None
        and current.phase != "own"
        and current.document_hash == row.content_hash
        and phase_complete(current)
    )
    if given:
        return None
    waiting = [named(slot.label) for slot in current.slots if slot.state == "assigned"] if current else []
    return Reason(_("Получены не все визы"), "all_mandatory_visas_current_round", ", ".join(waiting))


def remarks_answered(row: Edition, actor: Actor) -> Reason | None:
    """No blocking remark is without an answer."""
    open_ones = db.session.scalar(
        select(func.count())
        .select_from(Remark)
        .where(Remark.subject_kind == KIND, Remark.subject_id == row.id, Remark.blocking, Remark.answer == "")
    )
    if not open_ones:
        return None
    return Reason(
        _("Не отвечено на замечания: %(count)s", count=open_ones), "no_open_blocking_remarks", _("координатор")
    )


def document_frozen(row: Edition, actor: Actor) -> Reason | None:
    if row.content_hash:
        return None
    return Reason(_("Текст плана не заморожен"), "document_frozen", _("координатор"))


def protocol_closed(row: Edition, actor: Actor) -> Reason | None:
    """Every clause of the disagreement protocol has an agreed wording."""
    state = db.session.scalars(
        select(Protocol.state)
        .where(Protocol.subject_kind == KIND, Protocol.subject_id == row.id)
        .order_by(Protocol.number.desc())
        .limit(1)
    ).first()
    if state == "closed":
        return None
    return Reason(_("Протокол разногласий не закрыт"), "disagreement_protocol_closed", _("координаторы Сторон"))


def all_signed(row: Edition, actor: Actor) -> Reason | None:
    """Each party's signature is there."""
    current = last_round(KIND, row.id)
    slots = [slot for slot in current.slots if slot.phase == "signing"] if current else []
    waiting = [named(slot.label) for slot in slots if slot.state != "approved"]
    if slots and not waiting:
        return None
    return Reason(_("Нет подписей всех Сторон"), "all_copies_returned", ", ".join(waiting))


def authority_valid(row: Edition, actor: Actor) -> Reason | None:
    """Every party has a signatory whose authority covers today."""
    day = clock.today()
    covered = select(Signatory.organisation_id).where(
        or_(Signatory.valid_from.is_(None), Signatory.valid_from <= day),
        or_(Signatory.valid_to.is_(None), Signatory.valid_to >= day),
    )
    ids = [party.organisation_id for party in row.roadmap.parties]
    lapsed = db.session.scalars(
        select(Organisation.short_name).where(Organisation.id.in_(ids), Organisation.id.not_in(covered))
    ).all()
    if not lapsed:
        return None
    return Reason(
        _("Нет подписанта с действующими полномочиями: %(names)s", names=", ".join(lapsed)),
        "signer_authority_valid",
        _("администратор организации"),
    )


def change_waits(row: Edition, actor: Actor) -> Reason | None:
    """Both sides have approved at least one change request that no edition carries yet."""
    found = db.session.scalar(
        select(
            exists().where(
                ChangeRequest.roadmap_id == row.roadmap_id,
                ChangeRequest.state == "approved",
                ChangeRequest.edition_id.is_(None),
                ChangeRequest.kind != "suspension",
            )
        )
    )
    if found:
        return None
    return Reason(_("Нет одобренных запросов на изменение"), "change_request_approved", _("координаторы Сторон"))


def nothing_amended(row: Edition, actor: Actor) -> Reason | None:
    """No newer edition is on its way."""
    newer = db.session.scalar(
        select(Edition.number).where(
            Edition.roadmap_id == row.roadmap_id, Edition.number > row.number, Edition.state.in_(OPEN_EDITION)
        )
    )
    if newer is None:
        return None
    return Reason(_("Уже готовится редакция № %(number)s", number=newer), "nothing_amended", _("координатор"))


def term_reached(row: Edition, actor: Actor) -> Reason | None:
    if row.roadmap.period_end <= clock.today():
        return None
    return Reason(_("Срок плана не истёк"), "term_reached", "", row.roadmap.period_end.strftime("%d.%m.%Y"))


def items_closed(row: Edition, actor: Actor) -> Reason | None:
    """Every item is done, excluded or closed as not done with the reason."""
    open_ones = db.session.scalars(
        select(Item.code)
        .join(Occurrence, Occurrence.item_id == Item.id)
        .where(Item.roadmap_id == row.roadmap_id, Occurrence.state.not_in(("done", "not_done", "excluded")))
        .group_by(Item.id, Item.code, Item.section, Item.number)
        .order_by(Item.section, Item.number)
    ).all()
    if not open_ones:
        return None
    return Reason(_("Не закрыты пункты %(codes)s", codes=_codes(list(open_ones))), "all_items_closed", _("исполнители"))


def final_report_approved(row: Edition, actor: Actor) -> Reason | None:
    approved = db.session.scalar(
        select(
            exists().where(Report.roadmap_id == row.roadmap_id, Report.period == "final", Report.state == "approved")
        )
    )
    if approved:
        return None
    return Reason(_("Итоговый отчёт не согласован обеими Сторонами"), "final_report_approved", _("координаторы Сторон"))
