"""How the inbox moves an agreement: the sign-off engine calls these inside the transaction of the decision."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from agreements import rules
from agreements.locking import locked
from agreements.models import Agreement, PartySignature
from agreements.parties import acts_as, party_of
from agreements.states import agreement_machine
from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db
from core.errors import NotNow
from core.signoffs.models import Decision, Round, Slot
from core.signoffs.service import open_phase, pass_phase
from core.signoffs.service.rounds import close, open_round
from core.signoffs.subjects import Subject, register
from core.web.kept import russian
from core.workflow import Ask


def register_subject() -> None:
    register(
        Subject(
            kind="agreement",
            label=_l("Соглашение"),
            url=lambda agreement_id: f"/agreements/{agreement_id}",
            lock=locked,
            on_round_end=on_round_end,
            on_decided=on_decided,
            may_coordinate=may_coordinate,
            before_decision=before_decision,
        )
    )


def may_coordinate(agreement_id: int, actor: Actor) -> bool:
    agreement = db.session.get(Agreement, agreement_id)
    return agreement is not None and acts_as(agreement, actor, "coordinator")


def before_decision(slot: Slot, actor: Actor, verdict: str) -> None:
    """No verdict while the parties argue; no signature without authority on this day."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if agreement.state == "disagreement":
        raise NotNow(_("Идёт урегулирование разногласий: визы ждут его конца"))
    if slot.kind == "signature" and verdict == "signed":
        party = next(p for p in agreement.parties if p.organisation_id == slot.organisation_id)
        reason = rules.authority(party.signatory, party.organisation.short_name)
        if reason is not None:
            raise NotNow(_("Подписать нельзя"), reasons=[reason])


def on_round_end(current: Round, outcome: str, actor: Actor) -> None:
    """A phase passed, or the round was stopped by a refusal."""
    agreement = db.session.get_one(Agreement, current.subject_id)
    if outcome == "rejected":
        _returned(agreement, current, actor)
    elif current.phase == "own":
        if _try(agreement, "own_ok"):
            pass_phase(current, actor)
    elif current.phase == "counterparty":
        _try(agreement, "cp_ok")
    elif current.phase == "signing" and agreement.state == "signed":
        open_phase(current, "registration")
    elif current.phase == "registration":
        close(current, "passed")


def _try(agreement: Agreement, step: str) -> bool:
    """Take a step for the service where its conditions hold; otherwise it stays on the page with its reasons."""
    row = agreement_machine.steps[step]
    if agreement.state not in row.sources or not agreement_machine.offer(agreement, row, SYSTEM).possible:
        return False
    agreement_machine.take(agreement, step, SYSTEM)
    return True


def _returned(agreement: Agreement, current: Round, actor: Actor) -> None:
    """A blocking verdict returns the text to its drafter, in the words of the one who gave it."""
    rejected = next(slot.decision for slot in current.slots if slot.state == "rejected" and slot.decision is not None)
    step = {"own": "own_return", "counterparty": "cp_remarks", "signing": "refuse_sign"}[current.phase]
    letter = russian(_l("решение в листе согласования, круг %(n)s", n=current.number))
    who = SYSTEM if step == "cp_remarks" else actor
    agreement_machine.take(agreement, step, who, Ask(comment=rejected.comment, data={"letter": letter}))


def on_decided(slot: Slot, decision: Decision, actor: Actor) -> None:
    """A signature moves the agreement by one; a registration from the inbox gives the next number."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if slot.kind == "signature" and decision.verdict == "signed":
        _signed(agreement, slot, decision, actor)
    elif slot.kind == "registration":
        party = party_of(agreement, actor)
        if party is not None and not party.reg_number:
            step = "register" if agreement.state == "signed" else "register_next"
            agreement_machine.take(agreement, step, actor)


def _signed(agreement: Agreement, slot: Slot, decision: Decision, actor: Actor) -> None:
    given = rules.signatures(agreement)
    last = given == len(agreement.parties) - 1
    step = "sign_last" if last else "sign_first" if given == 0 else "sign_next"
    agreement_machine.take(agreement, step, actor)
    party = next(p for p in agreement.parties if p.organisation_id == slot.organisation_id)
    assert agreement.current is not None
    signature = PartySignature(
        agreement_id=agreement.id,
        party_id=party.id,
        revision_id=agreement.current.id,
        document_hash=decision.document_hash,
        decision_id=decision.id,
        name=decision.name,
        position=decision.position,
        basis=party.signatory.basis if party.signatory else "",
        signed_on=decision.paper_act.signed_on if decision.paper_act else clock.today(),
        method="paper" if decision.paper_act_id else agreement.signing_method,
    )
    db.session.add(signature)
    db.session.flush()
    if last:
        agreement.signed_on = _last_day(agreement)


def _last_day(agreement: Agreement) -> date | None:
    """Date of the agreement: the day of the last signature."""
    return db.session.scalar(
        select(func.max(PartySignature.signed_on)).where(
            PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None)
        )
    )


def settle_round(agreement: Agreement, actor: Actor) -> None:
    """After a step: where the phase it opened is complete already, let it pass at once."""
    current = open_round("agreement", agreement.id)
    if current is not None:
        pass_phase(current, actor)
