"""The disagreement protocol as a paper: four columns of two parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.accounts.models import Organisation, Signatory
from core.db import db
from core.errors import NotValid
from core.language.agreement import acting, named
from core.language.initials import initials
from core.signoffs.models import Round
from core.signoffs.queries.protocol import ProtocolView


def protocol_context(view: ProtocolView, current: Round, paper: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of `disagreement` prints.

    `paper` is the subject's own: `parent` (title in the dative, number, date), `city`, `parties` (organisation id →
    block of the templates); what it leaves out is taken from the cards of the organisations.
    """
    first, second = _two(view, current)
    blocks = paper.get("parties", {})
    parent = {"title_dat": f"документу «{current.title}»", "number": None, "date": None}
    return {
        "number": str(view.protocol.number),
        "city": paper.get("city") or "г. Москва",
        "parent": paper.get("parent") or parent,
        "a": blocks.get(first.id) or party_block(first),
        "b": blocks.get(second.id) or party_block(second),
        "copies": len(view.parties),
        "rows": [
            {
                "clause": row.row.clause_number,
                "a_text": row.wordings.get(first.id) or row.row.original,
                "b_text": row.wordings.get(second.id) or row.row.original,
                "agreed": row.row.agreed if row.settled else None,
                "reason": row.row.justification or None,
            }
            for row in view.rows
        ],
    }


def _two(view: ProtocolView, current: Round) -> tuple[Organisation, Organisation]:
    """The initiator and the party that disputes; of several others, the one that wrote its own wordings."""
    first = next((party for party in view.parties if party.id == current.initiator_id), None)
    others = [party for party in view.parties if party is not first]
    if first is None or not others:
        raise NotValid(_l("В протоколе разногласий нужны две стороны"))
    writers = {organisation for row in view.rows for organisation in row.wordings}
    return first, next((party for party in others if party.id in writers), others[0])


def party_block(organisation: Organisation) -> dict[str, Any]:
    """A party by its card: names, and the reviewed forms of its primary signatory as they are stored."""
    signatory = db.session.scalars(
        select(Signatory)
        .where(Signatory.organisation_id == organisation.id, Signatory.primary)
        .order_by(Signatory.id.desc())
        .limit(1)
    ).first()
    block: dict[str, Any] = {
        "full_name": organisation.full_name,
        "short_name": organisation.short_name,
        "alias": organisation.alias or organisation.short_name,
        "gender": organisation.gender,
        "named": named(organisation.gender),
        "requisites": [],
    }
    if signatory is not None:
        block |= {
            "signer_position": signatory.position,
            "signer_position_gen": signatory.position_gen,
            "signer_fio_gen": signatory.full_name_gen,
            "signer_short": initials(signatory.full_name),
            "acting": acting(signatory.gender),
            "basis_gen": signatory.basis_gen,
        }
    return block
