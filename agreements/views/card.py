"""The page of one agreement: everything of it on one screen, and what the person may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from agreements import history, queries, shown
from agreements.catalogue import DESCENDING, KINDS
from agreements.documents import ROLE_LABELS
from agreements.dossier import Dossier, dossier
from agreements.drafting import may_draft
from agreements.ending import BEFORE_SIGNATURE
from agreements.models import Agreement
from agreements.overtaking import overtaken
from agreements.parties import acts_as, is_initiator
from agreements.service import EDITABLE
from agreements.signing.asking import asks
from agreements.states import agreement_machine
from agreements.views.blueprint import bp
from core import clock
from core.accounts.actor import Actor
from core.accounts.login import me
from core.documents import kinds
from core.signoffs.shown import stages

BEFORE_FORCE = (*BEFORE_SIGNATURE, "signed")
"""States in which a supplementary agreement has changed nothing yet."""
ENDING = ("agree_termination", "terminate", "perform", "give_notice")
"""Steps confirmed on a page of their own, over what they bring with them."""


@bp.get("/agreements/<int:agreement_id>")
def card(agreement_id: int) -> Any:
    """One agreement."""
    actor = me()
    return page(dossier(agreement_id, actor), actor)


def page(found: Dossier, actor: Actor, typed: Mapping[str, Any] | None = None) -> str:
    """The page. `typed` is what a refused form held: {form, sent, errors, refusal}."""
    agreement, current = found.agreement, found.round
    names = {party.organisation_id: party.organisation.short_name for party in agreement.parties}
    mine = [offer for offer in found.offers if offer.mine and not offer.step.hidden]
    ends = [] if typed else [offer for offer in mine if offer.possible and offer.name in ENDING]
    mine = [offer for offer in mine if offer not in ends]
    others = [offer for offer in found.offers if not offer.mine and not offer.step.hidden]
    places = history.places(current, names)
    return render_template(
        "agreements/card.html",
        it=agreement,
        found=found,
        state=agreement_machine.states[agreement.state],
        states=agreement_machine.states,
        kind=kinds.kind(agreement.kind).label,
        desk=shown.court(agreement, current),
        mine=mine,
        owes_answer=any(why.code == "no_open_blocking_remarks" for offer in mine for why in offer.reasons),
        ends=ends,
        others=others,
        names=names,
        stages=stages(current, names, actor.id, _task_url) if current else [],
        stands=bool(current and current.stands and current.state == "open"),
        court=shown.held(current, agreement),
        **_beside(found),
        tasks=shown.tasks_of(found, actor),
        signing=(signing := shown.my_slot(found, actor, "signature")),
        signing_asks=asks(signing, "approved") if signing else None,
        history=history.timeline(found.history, places),
        shown=shown,
        roles=ROLE_LABELS,
        today=clock.today(),
        may_edit=agreement.state in EDITABLE
        and is_initiator(agreement, actor)
        and acts_as(agreement, actor, "coordinator"),
        may_amend=agreement.state == "registered"
        and agreement.kind in KINDS
        and acts_as(agreement, actor, "coordinator"),
        overtaken=overtaken(agreement, actor) if agreement.state in BEFORE_FORCE else [],
        overtaken_how=_how_to_merge(agreement.state),
        model_url=_model_url(agreement, actor),
        descending=[(name, kinds.kind(name).label) for name in DESCENDING],
        may_return=acts_as(agreement, actor, "registrar") or acts_as(agreement, actor, "coordinator"),
        expires_soon=queries.expires_soon(agreement.valid_until, agreement.state),
        typed=typed or {},
    )


def _how_to_merge(state: str) -> str:
    """What the drafter does about a parent that moved on, from where the document is."""
    if state in EDITABLE:
        return str(_("Объедините изменения с новой редакцией: решать придётся только то, что разошлось."))
    if state == "signed":
        return str(_("Зарегистрировать нельзя. После отказа в регистрации изменения объединят с новой редакцией."))
    return str(_("Подписать и зарегистрировать нельзя. Отзовите документ на доработку и объедините изменения."))


def _model_url(agreement: Agreement, actor: Actor) -> str:
    """The board of the model it was sent from, for its sender alone."""
    if agreement.model_id is None or not is_initiator(agreement, actor) or not may_draft(actor):
        return ""
    return url_for("fanout.show", model_id=agreement.model_id)


def _task_url(slot_id: int) -> str:
    """The page of a sign-off task."""
    return url_for("signoffs.show", slot_id=slot_id)


def _beside(found: Dossier) -> dict[str, str]:
    """Where the papers of the route are: the sheet, the remarks, the protocol."""
    if found.round is None:
        return {}
    agreement_id = found.agreement.id
    protocol = next(iter(found.protocols), None)
    return {
        "sheet_url": url_for("signoffs.sheet", kind="agreement", subject_id=agreement_id),
        "remarks_url": url_for("signoffs.remarks", kind="agreement", subject_id=agreement_id),
        "protocol_url": url_for("signoffs.protocol", protocol_id=protocol.id) if protocol else "",
    }
