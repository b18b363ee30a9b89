"""Parties and coordinators as the plan's documents print them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core import clock
from core.accounts.models import Organisation, Signatory
from core.db import db
from core.language.agreement import named
from core.language.initials import initials
from core.language.positions import running
from core.signoffs.plan import holders_of
from roadmap.models import ItemTerms, Roadmap

COORDINATOR_OF_SIDE = {"ministry": "m_coord", "corporation": "c_coord"}


def both(roadmap: Roadmap, approved: date | None = None) -> dict[str, Any]:
    """The two parties under the names the templates know them by."""
    organisations = _organisations(roadmap)
    blocks = [block(organisations[party.organisation_id], approved) for party in roadmap.parties]
    return dict(zip(("a", "b"), blocks, strict=False))


def _organisations(roadmap: Roadmap) -> dict[int, Organisation]:
    ids = [party.organisation_id for party in roadmap.parties]
    rows = db.session.scalars(
        select(Organisation).where(Organisation.id.in_(ids)).options(selectinload(Organisation.signatories))
    )
    return {row.id: row for row in rows}


def block(organisation: Organisation, approved: date | None) -> dict[str, Any]:
    """A party: names and the approval block of who signs for it today."""
    filled: dict[str, Any] = {
        "full_name": organisation.full_name,
        "short_name": organisation.short_name,
        "alias": organisation.alias,
        "gender": organisation.gender,
        "named": named(organisation.gender),
    }
    signatory = signatory_of(organisation)
    if signatory is not None:
        filled |= {"signer_position": signatory.position, "signer_short": initials(signatory.full_name)}
    if approved is not None:
        filled["approved"] = approved
    return filled


def signatory_of(organisation: Organisation) -> Signatory | None:
    """Who signs today: the primary one first, within the dates of the authority."""
    day = clock.today()
    able = [one for one in organisation.signatories if one.valid_on(day)]
    return next((one for one in able if one.primary), able[0] if able else None)


def coordinators(roadmap: Roadmap) -> list[dict[str, Any]]:
    """One coordinator of each party, for the signatures under the table: «Координатор от Стороны … – начальник …»."""
    held = holders_of(party.organisation_id for party in roadmap.parties)
    rows = []
    for party in roadmap.parties:
        people = held.get((party.organisation_id, COORDINATOR_OF_SIDE.get(party.side, "executor")), [])
        person = people[0] if people else None
        rows.append(
            {
                "party": party.organisation.alias or party.organisation.short_name,
                "position": running(person.position, "nom") if person and person.position else "",
                "fio": person.full_name if person else "",
                "short": person.short_name if person else "",
                "phone": person.phone if person else "",
                "email": person.email if person else "",
            }
        )
    return rows


def responsible(roadmap: Roadmap, terms: ItemTerms) -> str:
    """«Корпорация: Департамент по работе с персоналом», «Стороны совместно: …»."""
    if terms.responsible_side == "both":
        name = "Стороны совместно"
    else:
        party = roadmap.party_of(terms.responsible_side)
        name = party.organisation.alias or party.organisation.short_name if party else ""
    return f"{name}: {terms.unit}" if terms.unit else name


def period(roadmap: Roadmap) -> dict[str, Any]:
    start, end = roadmap.period_start, roadmap.period_end
    text = f"{start.year} год" if start.year == end.year else f"{start.year}–{end.year} годы"
    return {"start": start, "end": end, "text": text}
