"""An agreement of a model that stands in no table: with a counterparty still to come, or with one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.catalogue import put
from agreements.fanout.places import COUNTERPARTY, of_plain
from agreements.models import Agreement, AgreementParty, ModelForm, ModelRevision
from agreements.service import AgreementInput, PartyInput
from core.accounts.models import Organisation, Signatory
from core.db import db


def imagined(model: ModelForm, own: Organisation) -> Agreement:
    """What the model looks like before anybody is chosen: the counterparty is a name in brackets."""
    places = of_plain(model.parties)
    row = Agreement(
        kind=model.kind,
        title=model.title,
        city=model.city,
        data=model.data or {},
        clauses=model.clauses or [],
        initiator_id=own.id,
        term_type=model.term_type,
        valid_until=model.valid_until,
        notice_days=model.notice_days,
        prolong_years=model.prolong_years,
        revision_number=0,
        seq=1,
        number="",
        state="draft",
    )
    wanted = places.parties(own.id, COUNTERPARTY)
    known = _known([party.organisation_id for party in wanted if party.organisation_id])
    with db.session.no_autoflush:
        for position, party in enumerate(wanted, start=1):
            row.parties.append(_party(position, party, known))
    return row


def _known(ids: Sequence[int]) -> dict[int, Organisation]:
    return {row.id: row for row in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def _party(position: int, party: PartyInput, known: Mapping[int, Organisation]) -> AgreementParty:
    if party.organisation_id == COUNTERPARTY:
        name = f"[{_('Контрагент')}]"
        organisation = Organisation(
            full_name=name, short_name=name, alias=party.alias or str(_("Контрагент")), gender="n", kind="enterprise"
        )
        return AgreementParty(position=position, organisation=organisation, alias=party.alias, role=party.role)
    organisation = known[party.organisation_id]
    statement = select(Signatory).where(Signatory.organisation_id == organisation.id)
    chosen = Signatory.id == party.signatory_id if party.signatory_id else Signatory.primary
    signatory = db.session.scalars(statement.where(chosen).order_by(Signatory.id.desc()).limit(1)).first()
    return AgreementParty(
        position=position, organisation=organisation, alias=party.alias, role=party.role, signatory=signatory
    )


def entered(
    kind: str, revision: ModelRevision, parties: Sequence[PartyInput], own: Mapping[str, Any]
) -> AgreementInput:
    """The agreement of one counterparty: the revision's terms and data, its own data over them (by catalogue path)."""
    terms = revision.terms
    return AgreementInput(
        kind=kind,
        title=terms["title"],
        parties=parties,
        city=terms["city"],
        data=merged(revision.data, own),
        financial_terms=terms["financial_terms"],
        public_info=terms["public_info"],
        term_type=terms["term_type"],
        valid_until=date.fromisoformat(terms["valid_until"]) if terms["valid_until"] else None,
        prolong_years=terms["prolong_years"],
        notice_days=terms["notice_days"],
    )


def merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Common data with a counterparty's own over them; `own` is by path: {"period.start": …}."""
    data = {name: dict(value) if isinstance(value, Mapping) else value for name, value in common.items()}
    for path, value in own.items():
        put(data, path, value)
    return data
