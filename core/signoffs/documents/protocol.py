"""The disagreement protocol as a paper: four columns of two parties, or the text and the wordings of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.accounts.models import Organisation, Signatory
from core.db import db
from core.errors import NotValid
from core.language.agreement import acting, named
from core.language.initials import initials
from core.language.ordinals import sides
from core.signoffs.models import ProtocolWording, Round
from core.signoffs.queries.protocol import ProtocolView, RowView


def protocol_context(view: ProtocolView, current: Round, paper: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of `disagreement` prints.

    Two parties have the four columns lawyers know. Where there are more, the text under review stands in one column
    and the wordings of those who disagree, each by its party's name, in another.

    `paper` is the subject's own: `parent` (title in the dative, number, date), `city`, `parties` (organisation id →
    block of the templates); what it leaves out is taken from the cards of the organisations.
    """
    given = paper.get("parties", {})
    parties = _in_order(view, current, list(given))
    blocks = [given.get(party.id) or party_block(party) for party in parties]
    aliases = {party.id: str(block["alias"]) for party, block in zip(parties, blocks, strict=True)}
    for block, place in zip(blocks, sides(len(blocks)), strict=True):
        block["ordinal_ins"] = place
    parent = {"title_dat": f"документу «{current.title}»", "number": None, "date": None}
    filled: dict[str, Any] = {
        "number": str(view.protocol.number),
        "city": paper.get("city") or "г. Москва",
        "parent": paper.get("parent") or parent,
        "a": blocks[0],
        "b": blocks[1],
        "copies": len(parties),
        "rows": [_row(row, parties, aliases) for row in view.rows],
    }
    return filled | ({"others": blocks[2:]} if blocks[2:] else {})


def _row(view: RowView, parties: Sequence[Organisation], aliases: Mapping[int, str]) -> dict[str, Any]:
    first, second = parties[:2]
    said = {wording.organisation_id: wording for wording in view.row.wordings}
    return {
        "clause": view.row.clause_number,
        "a_text": said[first.id].text if first.id in said else view.row.original,
        "b_text": said[second.id].text if second.id in said else view.row.original,
        "project": view.row.original,
        "sides": [_side(said[party.id], aliases[party.id]) for party in parties if party.id in said],
        "agreed": view.row.agreed if view.settled else None,
        "reason": view.row.justification or None,
    }


def _side(wording: ProtocolWording, alias: str) -> str:
    note = " (снята)" if wording.withdrawn else ""
    return f"«{alias}»{note}: {wording.text}"


def _in_order(view: ProtocolView, current: Round, order: Sequence[int]) -> list[Organisation]:
    """Of two, the initiator first: the columns are his and the other's. More stand as the document has them, so that
    each is the same party by number in both papers; where it does not say, those who disagree before the rest.
    """
    first = next((party for party in view.parties if party.id == current.initiator_id), None)
    if first is None or len(view.parties) < 2:
        raise NotValid(_l("В протоколе разногласий нужны две стороны"))
    writers = {wording.organisation_id for row in view.rows for wording in row.row.wordings}
    place = {organisation: number for number, organisation in enumerate(order)}
    if len(view.parties) > 2 and all(party.id in place for party in view.parties):
        return sorted(view.parties, key=lambda party: place[party.id])
    others = [party for party in view.parties if party is not first]
    return [first, *sorted(others, key=lambda party: (party.id not in writers, place.get(party.id, len(place))))]


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
