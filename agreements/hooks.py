"""How the inbox moves an agreement: the sign-off engine calls these inside the transaction of the decision."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from agreements.documents import TITLES_DAT, party_block
from agreements.locking import locked
from agreements.models import Agreement
from agreements.parties import acts_as
from agreements.signing.asking import asks, copies_out, party_of_slot
from agreements.signing.reading import OnPaper, read, refuse_without_authority
from agreements.signing.recording import decision_day, record, sign
from agreements.signing.recording import register as record_number
from agreements.states import agreement_machine
from core.accounts.actor import SYSTEM, Actor
from core.db import db
from core.errors import Reason
from core.language.ordinals import sides
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
            asks=asks,
            read_given=read,
            on_given=record,
            registration_refused=registration_refused,
            paper=paper,
        )
    )


def paper(agreement_id: int) -> dict[str, Any]:
    """What the sheet, the remarks table and the protocol print of an agreement: itself and its parties."""
    agreement = db.session.get_one(Agreement, agreement_id)
    places = sides(len(agreement.parties))
    title = TITLES_DAT.get(agreement.kind, f"документу «{agreement.title}»")
    return {
        "title": agreement.title,
        "city": agreement.city,
        "parent": {"title_dat": title, "number": agreement.number or None, "date": agreement.signed_on},
        "parties": {
            party.organisation_id: party_block(party, place)
            for party, place in zip(agreement.parties, places, strict=True)
            if party.signatory is not None
        },
    }


def may_coordinate(agreement_id: int, actor: Actor) -> bool:
    agreement = db.session.get(Agreement, agreement_id)
    return agreement is not None and acts_as(agreement, actor, "coordinator")


def registration_refused(slot: Slot) -> Reason | None:
    """A side may refuse to register while nobody has: afterwards the agreement is in force."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if agreement.state == "signed":
        return None
    text = _("Другая сторона уже зарегистрировала документ, он действует: отказать в регистрации нельзя")
    return Reason(text, "may_be_rejected", _("подписант стороны: расторжение"))


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
    if agreement.state == "revision":
        return  # a refusal to sign has taken its step with its letter already
    rejected = next(slot.decision for slot in current.slots if slot.state == "rejected" and slot.decision is not None)
    step = RETURNS[current.phase]
    letter = russian(_l("решение в листе согласования, круг %(n)s", n=current.number))
    who = SYSTEM if step == "cp_remarks" else actor
    agreement_machine.take(agreement, step, who, Ask(comment=rejected.comment, data={"letter": letter}))


RETURNS = {
    "own": "own_return",
    "counterparty": "cp_remarks",
    "signing": "refuse_sign",
    "registration": "reject_registration",
}


def on_decided(slot: Slot, decision: Decision, actor: Actor) -> None:
    """What follows from a decision nothing was brought with: an act on paper, a number given on the card."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if slot.kind == "signature" and decision.verdict == "signed":
        day = decision_day(decision)
        refuse_without_authority(party_of_slot(agreement, slot), day)
        sign(agreement, slot, decision, actor, OnPaper(day, copies_of(agreement)))
    elif slot.kind == "registration" and decision.verdict == "registered":
        record_number(agreement, actor)


def copies_of(agreement: Agreement) -> tuple[int, ...]:
    return tuple(copy.id for copy in copies_out(agreement))


def settle_round(agreement: Agreement, actor: Actor) -> None:
    """After a step: where the phase it opened is complete already, let it pass at once."""
    current = open_round("agreement", agreement.id)
    if current is not None:
        pass_phase(current, actor)
