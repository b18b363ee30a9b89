"""What the clock and the parent bring: terms, prolongation, termination, recall."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.known import known
from agreements.models import Agreement
from agreements.parties import names_of, roles_of, side_of
from agreements.rules.signing import all_signers_authorised
from agreements.rules.text import parent_unchanged
from agreements.rules.words import plain
from core import clock
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.clock import in_moscow
from core.db import db
from core.errors import Reason
from core.signoffs.plan import holders_of
from core.signoffs.service.rounds import last_round


def term_reached(agreement: Agreement, actor: Actor) -> Reason | None:
    """The term has run out, and nothing prolongs it."""
    if agreement.valid_until is not None and agreement.valid_until < clock.today():
        return None
    return Reason(_("Срок действия не истёк"), "term_reached", by=plain(agreement.valid_until))


def prolongs(agreement: Agreement, actor: Actor) -> Reason | None:
    """The agreement prolongs itself, and nobody gave notice against it."""
    if agreement.prolong_years > 0 and not _against_prolongation(agreement):
        return None
    return Reason(_("Пролонгация не предусмотрена или от неё отказались"), "prolongs")


def _against_prolongation(agreement: Agreement) -> bool:
    if facts := known(agreement):
        return facts.against_prolongation
    from agreements.models import Notice

    statement = select(Notice.id).where(Notice.agreement_id == agreement.id, Notice.kind == "no_prolongation")
    return db.session.scalar(statement.limit(1)) is not None


def does_not_prolong(agreement: Agreement, actor: Actor) -> Reason | None:
    if prolongs(agreement, actor) is not None:
        return None
    return Reason(_("Действие продлевается автоматически"), "does_not_prolong")


def prolongation_ahead(agreement: Agreement, actor: Actor) -> Reason | None:
    """There is a prolongation to refuse, and the notice period before it has not run out."""
    if agreement.valid_until is None or prolongs(agreement, actor) is not None:
        return Reason(_("Автоматического продления нет: отказываться не от чего"), "prolongation_ahead")
    last = agreement.valid_until - timedelta(days=agreement.notice_days)
    if clock.today() <= last:
        return None
    return Reason(_("Срок, за который отказываются от продления, прошёл"), "prolongation_ahead", by=plain(last))


def parent_has_ended(agreement: Agreement, actor: Actor) -> Reason | None:
    """A supplementary agreement ends with its parent, never by itself in this way."""
    if agreement.parent is not None and agreement.parent.state in ("performed", "expired", "terminated"):
        return None
    return Reason(_("Основной документ действует"), "parent_has_ended")


def termination_day_came(agreement: Agreement, actor: Actor) -> Reason | None:
    """A notice was given and its day has come."""
    if agreement.terminates_on is not None and agreement.terminates_on <= clock.today():
        return None
    return Reason(_("Дата расторжения не наступила"), "termination_basis", by=plain(agreement.terminates_on))


def agreed_to_end(agreement: Agreement) -> frozenset[int]:
    """Organisations that agreed to end it by agreement of the parties; a refusal makes every earlier consent void."""
    if facts := known(agreement):
        return facts.agreed_to_end
    from agreements.models import Notice

    rows = db.session.execute(
        select(Notice.kind, Notice.organisation_id).where(Notice.agreement_id == agreement.id).order_by(Notice.id)
    )
    return consents((row.kind, row.organisation_id) for row in rows)


def consents(notices: Iterable[tuple[str, int]]) -> frozenset[int]:
    """Whose consent stands after (kind, organisation) in the order they were given."""
    agreed: set[int] = set()
    for kind, organisation_id in notices:
        if kind == "termination_consent":
            agreed.add(organisation_id)
        elif kind == "termination_refusal":
            agreed.clear()
    return frozenset(agreed)


def others_agreed_to_end(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every other party that has a signatory in the service agreed: who takes the step is the last to agree."""
    waited = waited_for(agreement, agreed_to_end(agreement) | {actor.organisation_id or 0})
    if not waited:
        return None
    return Reason(
        _("Расторгает последняя из сторон: согласие дали ещё не все"),
        "termination_basis",
        _("подписант: %(names)s", names=", ".join(waited)),
    )


def waited_for(agreement: Agreement, agreed: Collection[int]) -> list[str]:
    """Parties that did not agree and have somebody in the service to do it; the consent of others is on paper."""
    silent = [party for party in agreement.parties if party.organisation_id not in agreed]
    if not silent:
        return []
    held = holders_of(party.organisation_id for party in silent)
    return [
        party.organisation.short_name
        for party in silent
        if any(held.get((party.organisation_id, role)) for role in roles_of("signer", side_of(party)))
    ]


def has_not_agreed_to_end(agreement: Agreement, actor: Actor) -> Reason | None:
    agreed = agreed_to_end(agreement)
    if actor.organisation_id not in agreed:
        return None
    others = ", ".join(waited_for(agreement, agreed))
    return Reason(_("Ваша сторона уже согласилась: решают остальные"), "has_not_agreed_to_end", others)


def end_is_asked_for(agreement: Agreement, actor: Actor) -> Reason | None:
    """There is a consent to refuse, of another party or one's own."""
    if agreed_to_end(agreement):
        return None
    return Reason(_("Расторжения по соглашению сторон никто не предлагал"), "end_is_asked_for")


def suspended_by_own_side(agreement: Agreement, actor: Actor) -> Reason | None:
    """Who suspended resumes: no party undoes another one's notice."""
    last = (
        select(AuditRecord.organisation_id, AuditRecord.organisation_name)
        .where(
            AuditRecord.subject_kind == "agreement",
            AuditRecord.subject_id == agreement.id,
            AuditRecord.step == "suspend",
        )
        .order_by(AuditRecord.seq.desc())
        .limit(1)
    )
    found = db.session.execute(last).first()
    if found is None or found.organisation_id == actor.organisation_id:
        return None
    return Reason(
        _("Действие приостановила другая сторона: она его и возобновляет"),
        "suspended_by_own_side",
        found.organisation_name,
    )


def may_recall_signing(agreement: Agreement, actor: Actor) -> Reason | None:
    """Once signatures are being collected, a recall needs a passed deadline or a lapsed authority."""
    if agreement.state not in ("signing", "partly_signed"):
        return None
    deadline = agreement.sign_by or _signatures_due(agreement)
    if deadline is not None and deadline < clock.today():
        return None
    if all_signers_authorised(agreement, actor) is not None or parent_unchanged(agreement, actor) is not None:
        return None
    if agreement.state == "signing":
        return None
    return Reason(
        _("Подписи собираются: отозвать можно после срока подписания"),
        "may_recall_signing",
        names_of(agreement, "coordinator", initiator=True),
        plain(deadline),
    )


def _signatures_due(agreement: Agreement) -> date | None:
    """Where no day was named for signing: the last term of the signatures."""
    facts = known(agreement)
    current = facts.round if facts else last_round("agreement", agreement.id)
    due = [slot.due_at for slot in (current.slots if current else ()) if slot.kind == "signature" and slot.due_at]
    return in_moscow(max(due)).date() if due else None
