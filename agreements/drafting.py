"""Who may draft, and a draft imagined from a form that was not saved."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.forms import entered, parties
from agreements.forms.draft import TERMS, DraftForm
from agreements.models import Agreement, AgreementParty
from agreements.parties import acts_as, is_initiator, roles_of
from agreements.service import EDITABLE
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Signatory
from core.accounts.roles import SIDES
from core.db import db
from core.errors import NotAllowed, NotNow


def may_draft(actor: Actor) -> bool:
    """Whether the actor coordinates agreements for his side."""
    return actor.side in SIDES and actor.side != "system" and actor.has(*roles_of("coordinator", actor.side))


def refuse_others(actor: Actor) -> None:
    """Raises NotAllowed for those who draft nothing."""
    if not may_draft(actor):
        raise NotAllowed(_("Проект готовит координатор стороны"))


def refuse_frozen(agreement: Agreement, actor: Actor) -> None:
    """Raises NotAllowed for others, NotNow when the text is frozen."""
    if not (is_initiator(agreement, actor) and acts_as(agreement, actor, "coordinator")):
        raise NotAllowed(_("Текст правит координатор стороны-инициатора"))
    if agreement.state not in EDITABLE:
        raise NotNow(_("Текст заморожен: чтобы править, отзовите документ на доработку"))


def imagined(form: DraftForm, actor: Actor, kept: Agreement | None = None) -> Agreement:
    """A row that stands in no table, with what the form says as far as it can be read: for the live view."""
    data = dict(form.kept)
    entered.read(form.fields, form.values, data)
    plain = form.plain
    row = Agreement(
        kind=form.kind,
        title=plain["title"],
        city=plain["city"],
        data=data,
        clauses=kept.clauses if kept else [],
        initiator_id=actor.organisation_id,
        term_type=plain["term_type"] if plain["term_type"] in TERMS else "open",
        notice_days=int(plain["notice_days"]) if plain["notice_days"].isdecimal() else 30,
        prolong_years=int(plain["prolong_years"]) if plain["prolong_years"].isdecimal() else 0,
        revision_number=kept.revision_number if kept else 0,
        seq=kept.seq if kept else 1,
        number="",
        state="draft",
    )
    try:
        row.valid_until = entered.a_date(plain["valid_until"])
    except ValueError:
        row.valid_until = None
    with db.session.no_autoflush:
        row.parent = kept.parent if kept else form.parent
        _parties(row, form)
    return row


def _parties(row: Agreement, form: DraftForm) -> None:
    chosen = parties.resolve(form.rows, form.listed, {})
    ids = [party.organisation_id for party in chosen]
    known = {one.id: one for one in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    signers = list(
        db.session.scalars(select(Signatory).where(Signatory.organisation_id.in_(ids)).order_by(Signatory.id))
    )
    for position, wanted in enumerate(chosen, start=1):
        mine = [one for one in signers if one.organisation_id == wanted.organisation_id]
        named = next((one for one in mine if one.id == wanted.signatory_id), None)
        row.parties.append(
            AgreementParty(
                position=position,
                organisation=known[wanted.organisation_id],
                alias=wanted.alias,
                role=wanted.role,
                signatory=named or next((one for one in reversed(mine) if one.primary), None),
            )
        )
