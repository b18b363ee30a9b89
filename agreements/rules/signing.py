"""When it may be signed and registered: authority, signatures, copies, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from agreements.known import known
from agreements.models import Agreement, PaperCopy, PartySignature
from agreements.parties import party_of
from agreements.rules.words import plain
from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.errors import Reason
from core.signoffs.hats import day_of_act


def all_signers_authorised(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every party's signatory has authority today."""
    for party in agreement.parties:
        if reason := authority(party.signatory, party.organisation.short_name):
            return reason
    return None


def signer_authority_valid(agreement: Agreement, actor: Actor) -> Reason | None:
    """The authority of the actor's party to sign holds on this very day."""
    party = party_of(agreement, actor)
    if party is None:
        return Reason(_("Вы не представляете сторону этого документа"), "signer_authority_valid")
    return authority(party.signatory, party.organisation.short_name, day_of_act())


def authority(signatory: object, name: str, day: date | None = None) -> Reason | None:
    """Whether a party's signatory has authority on `day` (today unless said)."""
    from core.accounts.models import Signatory

    on = day or clock.today()
    if not isinstance(signatory, Signatory):
        return Reason(_("%(name)s: подписант не указан", name=name), "signer_authority_valid")
    if signatory.valid_on(on):
        return None
    about = {"name": name, "basis": signatory.basis}
    if signatory.valid_from is not None and on < signatory.valid_from:
        text = _(
            "%(name)s: полномочия подписанта (%(basis)s) действуют с %(day)s", **about, day=plain(signatory.valid_from)
        )
    else:
        text = _(
            "%(name)s: полномочия подписанта (%(basis)s) действуют по %(day)s", **about, day=plain(signatory.valid_to)
        )
    return Reason(text, "signer_authority_valid", _("администратор, карточка организации"))


def signatures(agreement: Agreement) -> int:
    """Valid signatures under the current revision."""
    if facts := known(agreement):
        return len(facts.signed)
    return (
        db.session.scalar(
            select(func.count())
            .select_from(PartySignature)
            .where(PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None))
        )
        or 0
    )


def signed_parties(agreement: Agreement) -> frozenset[int]:
    """Parties whose signatures are in force."""
    if facts := known(agreement):
        return facts.signed
    return frozenset(
        db.session.scalars(
            select(PartySignature.party_id).where(
                PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None)
            )
        )
    )


def is_first_signature(agreement: Agreement, actor: Actor) -> Reason | None:
    if signatures(agreement) == 0 and len(agreement.parties) > 1:
        return None
    return Reason(_("Первая подпись уже стоит"), "is_first_signature")


def is_not_last_signature(agreement: Agreement, actor: Actor) -> Reason | None:
    if signatures(agreement) < len(agreement.parties) - 1:
        return None
    return Reason(_("Осталась последняя подпись"), "is_not_last_signature")


def all_others_signed(agreement: Agreement, actor: Actor) -> Reason | None:
    """The last signature needs every other party's."""
    signed = signed_parties(agreement)
    for party in agreement.parties:
        if party.id not in signed and party.organisation_id != actor.organisation_id:
            return Reason(_("Не подписал(а): %(name)s", name=party.organisation.short_name), "all_others_signed")
    return None


def all_copies_returned(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every paper copy came back; electronic signatures need none."""
    out = _copies_out(agreement)
    if not out:
        return None
    return Reason(
        _("Не возвращены экземпляры: %(numbers)s", numbers=", ".join(f"№\u00a0{number}" for number in out)),
        "all_copies_returned",
        _("делопроизводство: отметить возврат"),
    )


def _copies_out(agreement: Agreement) -> Sequence[int]:
    """Numbers of the current revision's copies that have not come back."""
    if facts := known(agreement):
        return facts.copies_out
    return db.session.scalars(
        select(PaperCopy.number)
        .where(
            PaperCopy.agreement_id == agreement.id,
            PaperCopy.returned_on.is_(None),
            PaperCopy.revision_id == (agreement.current.id if agreement.current else None),
        )
        .order_by(PaperCopy.number)
    ).all()


def not_registered_by_own_side(agreement: Agreement, actor: Actor) -> Reason | None:
    """A side gives its number once."""
    party = party_of(agreement, actor)
    if party is None or not party.reg_number:
        return None
    return Reason(
        _("Ваша сторона уже зарегистрировала документ: %(number)s", number=party.reg_number), "reg_number_unique"
    )
