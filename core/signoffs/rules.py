"""Questions about a slot: each answers None, or the reason in words with who can lift it. Changes nothing."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.actor import Actor
from core.clock import in_moscow
from core.db import db
from core.errors import Reason
from core.signoffs.counting import OPEN, peers, stage_complete
from core.signoffs.hats import hat_for
from core.signoffs.models import Decision, PaperAct, Slot
from core.signoffs.subjects import subject
from core.signoffs.words import named

FOUR_EYES = ("visa", "signature", "registration")
"""Kinds of slots that four eyes keep apart: a submission mark and an acknowledgement decide nothing."""


def _day(slot: Slot) -> str:
    return _("срок %(day)s", day=in_moscow(slot.due_at).strftime("%d.%m.%Y")) if slot.due_at else ""


def _holders(slot: Slot) -> str:
    return ", ".join(holder.name for holder in slot.holders) or named(slot.label)


def is_system(slot: Slot, actor: Actor) -> Reason | None:
    if actor.is_system:
        return None
    return Reason(_("Это делает система"), "is_system")


def turn_has_come(slot: Slot, actor: Actor) -> Reason | None:
    """Every earlier stage of the track is complete."""
    for earlier in slot.round.slots:
        before = (earlier.phase, earlier.track) == (slot.phase, slot.track) and earlier.stage < slot.stage
        if before and earlier.state in OPEN and not stage_complete(peers(earlier, slot.round.slots)):
            return Reason(
                _("Не завершён предыдущий этап: %(label)s", label=named(earlier.label)),
                "turn_has_come",
                _holders(earlier),
                _day(earlier),
            )
    return None


def holds_slot(slot: Slot, actor: Actor) -> Reason | None:
    """The actor is a holder of the slot, or stands in for one today within scope, dates and side."""
    if hat_for(slot, actor):
        return None
    return Reason(_("Задание на столе у другого лица"), "holds_slot", _holders(slot), _day(slot))


def holds_slot_himself(slot: Slot, actor: Actor) -> Reason | None:
    if any(holder.person_id == actor.id for holder in slot.holders):
        return None
    return Reason(_("Передать задание может только тот, кому оно назначено"), "holds_slot_himself", _holders(slot))


def round_is_open(slot: Slot, actor: Actor) -> Reason | None:
    if slot.round.state == "open":
        return None
    return Reason(_("Круг согласования уже закрыт"), "round_is_open")


def round_moves(slot: Slot, actor: Actor) -> Reason | None:
    """No verdict while the parties argue over the text."""
    if not slot.round.stands:
        return None
    return Reason(
        _("Круг стоит до урегулирования разногласий: виза понадобится, когда протокол разногласий закроют"),
        "round_moves",
        _("стороны, в протоколе разногласий"),
    )


def not_author(slot: Slot, actor: Actor) -> Reason | None:
    """Nobody gives a visa on what they drafted; the drafter's own submission mark is exempt."""
    if slot.kind != "visa" or people_behind(slot, actor).isdisjoint(slot.round.drafters):
        return None
    return Reason(_("Вы готовили этот проект: визу даёт не автор"), "not_author", _("другой сотрудник подразделения"))


def people_behind(slot: Slot, actor: Actor) -> set[int | None]:
    """Whose word a decision of the actor here would be: his own and, where he stands in, his principal's."""
    hat = hat_for(slot, actor)
    return {actor.id, hat.holder.person_id} if hat else {actor.id}


def not_decided_here_before(slot: Slot, actor: Actor) -> Reason | None:
    """Nobody decides two slots of one round, in his own name or for another, unless the route says so."""
    if slot.same_person or slot.kind not in FOUR_EYES:
        return None
    people = people_behind(slot, actor)
    earlier = db.session.execute(
        select(Decision.name, Slot.label)
        .join(Slot, Slot.id == Decision.slot_id)
        .where(
            Decision.round_id == slot.round_id,
            Slot.kind.in_(FOUR_EYES),
            Decision.person_id.in_(people) | Decision.principal_id.in_(people),
        )
        .limit(1)
    ).first()
    if earlier is None:
        return None
    return Reason(
        _("%(name)s уже принимал решение в этом круге: %(label)s", name=earlier.name, label=named(earlier.label)),
        "not_decided_here_before",
        _("другое лицо"),
    )


def no_paper_act_waits(slot: Slot, actor: Actor) -> Reason | None:
    act = db.session.scalars(select(PaperAct).where(PaperAct.slot_id == slot.id, PaperAct.state == "recorded")).first()
    if act is None:
        return None
    return Reason(
        _("Решение на бумаге уже внесено (%(name)s) и ждёт подтверждения", name=act.recorded_name),
        "no_paper_act_waits",
        _("второй сотрудник делопроизводства"),
    )


def is_visa(slot: Slot, actor: Actor) -> Reason | None:
    if slot.kind == "visa":
        return None
    return Reason(_("Замечания дают к визе, не к подписи и не к регистрации"), "is_visa")


def may_be_rejected(slot: Slot, actor: Actor) -> Reason | None:
    if slot.kind in ("visa", "signature"):
        return None
    if slot.kind == "registration":
        return subject(slot.round.subject_kind).registration_refused(slot)
    return Reason(_("Регистрацию и ознакомление не отклоняют"), "may_be_rejected")


def coordinates_or_system(slot: Slot, actor: Actor) -> Reason | None:
    if actor.is_system or subject(slot.round.subject_kind).may_coordinate(slot.round.subject_id, actor):
        return None
    return Reason(_("Отозвать задание может координатор"), "coordinates_or_system")
