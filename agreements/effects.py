"""What a step of an agreement entails, inside its transaction: revisions, rounds, signatures, registration."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from agreements import documents, journals, rules, terms
from agreements.fanout import wording
from agreements.models import (
    Agreement,
    AgreementParty,
    Notice,
    PaperCopy,
    PartySignature,
    Prolongation,
    Revision,
)
from agreements.parties import party_of
from agreements.routes import courses, facts, parties
from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.calendar import add_working_days
from core.db import db, locked
from core.documents.clauses import read_clauses
from core.documents.issuing import content, issue
from core.errors import NotAllowed, NotValid
from core.signoffs import service as signoffs
from core.signoffs.models import Protocol, Round
from core.signoffs.service.decide import settle
from core.signoffs.service.rounds import close, last_round, open_round
from core.signoffs.states import approval_task
from core.web.kept import russian
from core.workflow import Ask
from roadmap.service import settle_link


def issue_draft(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A document of the draft as it stands: kept like every other, never sent for visas."""
    issue(
        documents.order(
            agreement,
            "draft",
            revision=agreement.revision_number + 1,
            status_label="проект",
            clauses=agreement.clauses or None,
        ),
        actor,
    )


def freeze_first(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The first submission: revision 1, its document, round 1."""
    _start_round(agreement, _freeze(agreement, actor, ask.comment), actor)


def freeze_again(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A new revision and round; earlier visas lapse, or those without remarks are carried by a recorded decision."""
    before = agreement.current
    revision = _freeze(agreement, actor, ask.comment)
    kept = _kept_slots(agreement) if ask.data.get("mode") == "remarks" else []
    difference = str(ask.data.get("difference") or "").strip()
    if kept and not difference:
        raise NotValid(_("Опишите, чем текст отличается: остальные визы сохраняются"), "difference")
    same_text = before is not None and before.document_hash == revision.document_hash
    if not same_text:
        signoffs.supersede("agreement", agreement.id, russian(_l("новая редакция %(n)s", n=revision.number)))
    current = _start_round(agreement, revision, actor)
    if kept:
        signoffs.carry(current, kept, difference, actor)


def _kept_slots(agreement: Agreement) -> list[int]:
    """Visas of the last round given without remarks: their authors need not be asked again."""
    current = last_round("agreement", agreement.id)
    if current is None:
        return []
    return [slot.id for slot in current.slots if slot.kind == "visa" and slot.state == "approved" and slot.decision]


def _freeze(agreement: Agreement, actor: Actor, note: str) -> Revision:
    """Render and store the document, and keep text, data and hash as the next revision."""
    number = agreement.revision_number + 1
    document = issue(
        documents.order(
            agreement,
            "submitted",
            revision=number,
            key=f"agreement:{agreement.id}:revision:{number}",
            status_label="на согласовании",
            clauses=agreement.clauses or None,
        ),
        actor,
    )
    if agreement.current is not None:
        agreement.current.current = False
        db.session.flush()
    revision = Revision(
        number=number,
        current=True,
        data=agreement.data,
        clauses=read_clauses(content(document)),
        document_id=document.id,
        document_hash=document.sha256,
        drafters=sorted({*agreement.drafters, *([actor.id] if actor.id else [])}),
        note=note,
        created_at=clock.now(),
        created_name=actor.name,
    )
    agreement.revisions.append(revision)
    agreement.revision_number = number
    db.session.flush()
    wording.settle(agreement, revision.clauses)
    return revision


def _start_round(agreement: Agreement, revision: Revision, actor: Actor) -> Round:
    return signoffs.start(
        signoffs.Start(
            kind="agreement",
            subject_id=agreement.id,
            title=agreement.title,
            revision=revision.number,
            document_hash=revision.document_hash,
            courses=courses(agreement),
            parties=parties(agreement),
            facts=facts(agreement),
            drafters=revision.drafters,
        ),
        actor,
    )


def open_counterparty(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The text goes to the other parties' desks."""
    current = open_round("agreement", agreement.id)
    if current is not None:
        signoffs.open_phase(current, "counterparty")


def stop_round(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The running round is recalled with the reason, where one is running."""
    current = open_round("agreement", agreement.id)
    if current is not None:
        close(current, "recalled", ask.comment.strip() or russian(_l("отозвано координатором")))


def open_protocol(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A disagreement protocol over the current text; visas wait until it is settled."""
    last = db.session.scalars(
        select(Protocol.number)
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
        .order_by(Protocol.number.desc())
        .limit(1)
    ).first()
    db.session.add(
        Protocol(
            subject_kind="agreement",
            subject_id=agreement.id,
            number=(last or 0) + 1,
            document_hash=agreement.document_hash,
            opened_at=clock.now(),
            opened_by=actor.id,
        )
    )


def adopt_agreed_wordings(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The wordings all parties consented to become the working text of the next revision."""
    protocol = db.session.scalars(
        select(Protocol)
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
        .order_by(Protocol.number.desc())
        .limit(1)
    ).first()
    if protocol is None or agreement.current is None:
        return
    agreed = {row.clause_id: row.agreed for row in protocol.rows if row.agreed_hash and row.agreed}
    agreement.clauses = [
        {**clause, "text": agreed.get(clause["id"], clause["text"])} for clause in agreement.current.clauses
    ]
    wording.settle(agreement)


def agree_as_it_stands(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The protocol leaves the text as it was: what it agreed of a sent agreement's wordings is told on the board."""
    if agreement.current is not None:
        wording.settle(agreement, agreement.current.clauses)


def open_signing(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """Signature slots come onto the signatories' desks; on paper, N copies are made ready."""
    agreement.signing_method = str(ask.data["method"])
    if sign_by := ask.data.get("sign_by"):
        agreement.sign_by = sign_by if isinstance(sign_by, date) else date.fromisoformat(str(sign_by))
    current = open_round("agreement", agreement.id)
    if current is not None:
        signoffs.open_phase(current, "signing")
    if agreement.signing_method == "paper" and agreement.current is not None:
        for number, party in enumerate(agreement.parties, start=1):
            db.session.add(
                PaperCopy(
                    agreement_id=agreement.id,
                    revision_id=agreement.current.id,
                    number=number,
                    party_id=party.id,
                    holder_id=agreement.initiator_id,
                    sent_on=clock.today(),
                )
            )


def void_signatures(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """Given signatures lose their force and their givers are told; the rows stay."""
    now, note = clock.now(), ask.comment.strip()
    rows = db.session.scalars(
        select(PartySignature).where(PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None))
    )
    for row in rows:
        row.voided_at, row.void_note = now, note
    agreement.signed_on = None
    current = last_round("agreement", agreement.id)
    if current is None:
        return
    if current.state == "open":
        close(current, "recalled", note)
    for slot in current.slots:
        if slot.kind == "signature" and slot.state == "approved":
            approval_task.take(slot, "lapse", SYSTEM, Ask(comment=note or russian(_l("подписание отозвано"))))
            slot.note = note


def register(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """Give the side's number in its journal of the year, and settle its place in the route."""
    party = party_of(agreement, actor)
    if party is None:
        raise NotAllowed(_("Вы не представляете сторону этого документа"))
    wanted = str(ask.data.get("number") or "").strip()
    entry = journals.give(party.organisation_id, agreement.id, actor, wanted)
    party.reg_number, party.reg_date = entry.number, entry.registered_on
    if party.organisation_id == agreement.initiator_id or not agreement.number:
        agreement.number = entry.number
    _settle_registration(agreement, party, actor)


def _settle_registration(agreement: Agreement, party: AgreementParty, actor: Actor) -> None:
    current = open_round("agreement", agreement.id)
    for slot in current.slots if current else []:
        mine = slot.kind == "registration" and slot.organisation_id == party.organisation_id
        if mine and slot.state == "assigned" and any(h.person_id == actor.id for h in slot.holders):
            settle(slot, "registered", actor, party.reg_number)
            return


def enter_into_force(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The registered agreement is in force; a supplementary one changes its parent's terms."""
    agreement.registered_on = clock.today()
    revision = agreement.current
    assert revision is not None
    revision.signed = True
    settle_link("agreement", agreement.id)
    if agreement.kind != "supplementary":
        agreement.effective_from = agreement.effective_from or agreement.signed_on
        _end_of_years(agreement)
        terms.first_edition(agreement, revision)
        return
    effective = agreement.data.get("effective_from")
    agreement.effective_from = date.fromisoformat(effective) if effective else agreement.signed_on
    if agreement.parent_id is not None:
        from agreements.states import agreement_machine

        parent = locked(Agreement, agreement.parent_id)
        assert parent is not None
        agreement_machine.take(parent, "amend", SYSTEM, Ask(data={"source": agreement.id}))


def _end_of_years(agreement: Agreement) -> None:
    """A term counted in years ends on the same day of its last year (Civil Code of the Russian Federation, articles
    192 and 193: a day off moves it to the next working day)."""
    years = int((agreement.data or {}).get("term_years") or 0)
    if agreement.term_type == "years" and agreement.valid_until is None and years and agreement.effective_from:
        agreement.valid_until = add_working_days(_years_later(agreement.effective_from, years), 0)


def recompute_terms(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The parent's consolidated terms after a registered supplementary agreement: one more edition."""
    source = db.session.get_one(Agreement, int(ask.data["source"]))
    wording.amended(agreement, source, terms.next_edition(agreement, source))


def prolong(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """Add the agreed years to the term; the row of this prolongation exists once."""
    before = agreement.valid_until
    assert before is not None
    after = _years_later(before, agreement.prolong_years)
    agreement.valid_until = after
    db.session.add(Prolongation(agreement_id=agreement.id, until_before=before, until_after=after, at=clock.now()))


def _years_later(day: date, years: int) -> date:
    """The same day so many years on; 29 February falls back to the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def give_notice(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A party's notice of termination; its day may not come sooner than the notice period allows."""
    wanted: Any = ask.data["effective_on"]
    try:
        effective = wanted if isinstance(wanted, date) else date.fromisoformat(str(wanted))
    except ValueError as error:
        raise NotValid(_("Дата не распознана"), "effective_on") from error
    earliest = clock.today() + timedelta(days=agreement.notice_days)
    if effective < earliest:
        raise NotValid(
            _(
                "Уведомить нужно за %(days)s дней: не раньше %(day)s",
                days=agreement.notice_days,
                day=f"{earliest:%d.%m.%Y}",
            ),
            "effective_on",
        )
    agreement.terminates_on = effective
    db.session.add(
        Notice(
            agreement_id=agreement.id,
            organisation_id=actor.organisation_id,
            kind="termination",
            basis=str(ask.data.get("notice") or ask.comment),
            given_on=clock.today(),
            effective_on=effective,
            at=clock.now(),
            by_name=actor.name,
        )
    )


def agree_to_end(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A party's consent to end the agreement by agreement of the parties; nothing ends by it alone."""
    _about_the_end(agreement, actor, "termination_consent", str(ask.data.get("basis") or ask.comment))


def refuse_to_end(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A party objects, or takes its own consent back: every consent given so far is void."""
    _about_the_end(agreement, actor, "termination_refusal", ask.comment)


def _about_the_end(agreement: Agreement, actor: Actor, kind: str, basis: str) -> None:
    db.session.add(
        Notice(
            agreement_id=agreement.id,
            organisation_id=actor.organisation_id,
            kind=kind,
            basis=basis,
            given_on=clock.today(),
            effective_on=clock.today(),
            at=clock.now(),
            by_name=actor.name,
        )
    )


def paper_for_the_absent(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """Who agreed nowhere in the service agreed on paper: the signed paper itself is brought. Raises NotValid."""
    agreed = rules.agreed_to_end(agreement) | {actor.organisation_id}
    absent = [party.organisation.short_name for party in agreement.parties if party.organisation_id not in agreed]
    if absent and not ask.files.get("basis"):
        names = ", ".join(absent)
        text = _("Приложите скан подписанного соглашения: согласия в системе не дали %(names)s", names=names)
        raise NotValid(text, "basis")


def refuse_prolongation(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """A party's notice that the term is not to be prolonged."""
    assert agreement.valid_until is not None
    db.session.add(
        Notice(
            agreement_id=agreement.id,
            organisation_id=actor.organisation_id,
            kind="no_prolongation",
            basis=str(ask.data.get("notice") or ask.comment),
            given_on=clock.today(),
            effective_on=agreement.valid_until,
            at=clock.now(),
            by_name=actor.name,
        )
    )


def end_today(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    agreement.ended_on = clock.today()
