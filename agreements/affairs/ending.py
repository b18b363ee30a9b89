"""What the end of an agreement brings with it, shown before it is confirmed."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from flask import render_template
from flask_babel import gettext as _

from agreements import ending, service
from agreements.affairs.blueprint import api, bp
from agreements.dossier import head
from agreements.models import Agreement
from agreements.states import agreement_machine
from core.accounts.actor import Actor
from core.accounts.login import me
from core.errors import NotFound
from core.workflow import Offer

STEPS = ("agree_termination", "terminate", "perform", "give_notice")
"""Steps by which a person ends an agreement: at once, on the day of a notice, or once the others agree too."""


class ConsequenceOut(Schema):
    kind = String()
    id = Integer()
    title = String()
    outcome = String(metadata={"description": "Что с ним станет"})
    ends = Boolean(metadata={"description": "Прекратится вместе с соглашением"})


class CascadeOut(Schema):
    consequences = List(Nested(ConsequenceOut))
    cascade = String(
        metadata={"description": "Передайте это значение с шагом: другой состав последствий остановит шаг"}
    )


@bp.get("/agreements/<int:agreement_id>/ending/<step>")
def ending_page(agreement_id: int, step: str) -> Any:
    """What will follow, and the form of the step that confirms it."""
    actor = me()
    agreement = head(agreement_id, actor)
    return render_template(
        "agreements/ending.html",
        it=agreement,
        offer=_offer(agreement, step, actor),
        consequences=(found := ending.cascade(agreement, actor)),
        cascade=ending.seen(found),
        ends=sum(one.ends for one in found),
        kinds=kinds(),
    )


def _offer(agreement: Agreement, step: str, actor: Actor) -> Offer:
    if step not in STEPS:
        raise NotFound
    row = agreement_machine.steps[step]
    if agreement.state not in row.sources:
        raise NotFound(_("Этот документ не действует: прекращать нечего"))
    return agreement_machine.offer(agreement, row, actor)


def kinds() -> dict[str, str]:
    """What a consequence is, in words."""
    return {
        "supplementary": _("Дополнительное соглашение"),
        "descends": _("Договор, заключённый на его основе"),
        "roadmap_item": _("Мероприятие плана"),
        "roadmap_plan": _("План мероприятий"),
    }


@api.get("/agreements/<int:agreement_id>/cascade")
@api.output(CascadeOut)
def cascade(agreement_id: int) -> Any:
    """Что последует за прекращением соглашения"""
    actor = me()
    found = ending.cascade(service.get_for(agreement_id, actor), actor)
    return {"consequences": [ending.consequence_row(one) for one in found], "cascade": ending.seen(found)}
