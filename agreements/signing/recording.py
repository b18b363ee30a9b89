"""What is kept of a signature, a refusal and a number, inside the transaction of the decision."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from agreements import rules
from agreements.models import Agreement, AgreementParty, ElectronicSignature, PaperCopy, PartySignature
from agreements.parties import party_of
from agreements.signing.asking import party_of_slot
from agreements.signing.reading import Brought, Electronic, Letter, Number, OnPaper, same_person
from agreements.states import agreement_machine
from core.accounts.actor import Actor
from core.db import db
from core.documents.attachments import keep
from core.language.initials import initials
from core.signoffs.hats import as_of
from core.signoffs.models import Decision, Slot
from core.workflow import Ask


def record(slot: Slot, decision: Decision, actor: Actor, brought: Brought) -> None:
    """Carry out what came with a decision: `Subject.on_given` of agreements."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if isinstance(brought, Letter):
        _refused(agreement, decision, actor, brought)
    elif isinstance(brought, Number):
        register(agreement, actor, brought.text)
    else:
        sign(agreement, slot, decision, actor, brought)


def register(agreement: Agreement, actor: Actor, number: str = "") -> None:
    """A registration from the inbox: the number typed, or the next one of the journal."""
    party = party_of(agreement, actor)
    if party is not None and not party.reg_number:
        step = "register" if agreement.state == "signed" else "register_next"
        agreement_machine.take(agreement, step, actor, Ask(data={"number": number} if number else {}))


def _refused(agreement: Agreement, decision: Decision, actor: Actor, letter: Letter) -> None:
    """A refusal to sign returns the agreement with the letter it was given by."""
    files = {}
    if letter.file is not None:
        files["letter"] = [keep(letter.file, "agreement", agreement.id, "refuse_sign.letter", actor).id]
    agreement_machine.take(agreement, "refuse_sign", actor, Ask(decision.comment, {"letter": letter.words}, files))


def sign(agreement: Agreement, slot: Slot, decision: Decision, actor: Actor, act: Electronic | OnPaper) -> None:
    """One party's signature: the agreement's own step on the day of the act, the row, what proves it."""
    given = rules.signatures(agreement)
    last = given == len(agreement.parties) - 1
    day = act.day if isinstance(act, OnPaper) else decision_day(decision)
    with as_of(day):
        agreement_machine.take(agreement, "sign_last" if last else "sign_first" if given == 0 else "sign_next", actor)
    party = party_of_slot(agreement, slot)
    signature = _signature(agreement, party, decision, act, day)
    db.session.add(signature)
    db.session.flush()
    if isinstance(act, OnPaper):
        _hand_copies(agreement, party, act)
    else:
        _certificate(signature, act, actor)
    if last:
        agreement.signed_on = _last_day(agreement)


def decision_day(decision: Decision) -> date:
    """The day of the act: the one on the paper, or the day of the decision."""
    from core.clock import in_moscow

    return decision.paper_act.signed_on if decision.paper_act else in_moscow(decision.at).date()


def _signature(
    agreement: Agreement, party: AgreementParty, decision: Decision, act: Electronic | OnPaper, day: date
) -> PartySignature:
    assert agreement.current is not None
    signatory = party.signatory
    basis = signatory.basis if signatory else ""
    name, position = decision.name, decision.position
    if isinstance(act, Electronic):
        name = initials(act.owner) if len(act.owner.split()) > 2 else act.owner
        if signatory is not None and same_person(act.owner, signatory.full_name):
            position = signatory.position
        if act.mchd_number:
            until = f" по {act.mchd_valid_to:%d.%m.%Y}" if act.mchd_valid_to else ""
            basis = f"МЧД № {act.mchd_number}, действует{until}" if until else f"МЧД № {act.mchd_number}"
    return PartySignature(
        agreement_id=agreement.id,
        party_id=party.id,
        revision_id=agreement.current.id,
        document_hash=decision.document_hash,
        decision_id=decision.id,
        name=name,
        position=position,
        basis=basis,
        signed_on=day,
        method="paper" if isinstance(act, OnPaper) else "electronic",
    )


def _certificate(signature: PartySignature, act: Electronic, actor: Actor) -> None:
    """The certificate, the power and the detached file, tied to the hash of the bytes that were signed."""
    kept = keep(act.file, "agreement", signature.agreement_id, "signature", actor)
    db.session.add(
        ElectronicSignature(
            signature_id=signature.id,
            certificate=act.certificate,
            owner=act.owner,
            valid_from=act.valid_from,
            valid_to=act.valid_to,
            mchd_number=act.mchd_number,
            mchd_valid_to=act.mchd_valid_to,
            file_sha256=kept.sha256,
            file_name=kept.name,
            document_hash=signature.document_hash,
        )
    )


def _hand_copies(agreement: Agreement, party: AgreementParty, act: OnPaper) -> None:
    """The signed copies are with the party now; where there are none, the one it signed is written down."""
    assert agreement.current is not None
    if agreement.signing_method == "paper":
        for copy in db.session.scalars(select(PaperCopy).where(PaperCopy.id.in_(act.copies))):
            copy.holder_id = party.organisation_id
        return
    last = db.session.scalar(
        select(func.max(PaperCopy.number)).where(
            PaperCopy.agreement_id == agreement.id, PaperCopy.revision_id == agreement.current.id
        )
    )
    db.session.add(
        PaperCopy(
            agreement_id=agreement.id,
            revision_id=agreement.current.id,
            number=(last or 0) + 1,
            party_id=party.id,
            holder_id=party.organisation_id,
            sent_on=act.day,
        )
    )


def _last_day(agreement: Agreement) -> date | None:
    """Date of the agreement: the day of the last signature."""
    return db.session.scalar(
        select(func.max(PartySignature.signed_on)).where(
            PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None)
        )
    )
