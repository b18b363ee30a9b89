"""Who is what for an agreement: functions of a party, not of a side. m_* and c_* are two of many."""

from __future__ import annotations

from agreements.models import Agreement, AgreementParty
from core.accounts.actor import Actor
from core.accounts.roles import SIDE_OF_KIND

FUNCTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "coordinator": {"ministry": ("m_coord",), "corporation": ("c_coord",)},
    "legal": {"ministry": ("m_legal",), "corporation": ("c_legal",)},
    "deputy": {"ministry": ("m_deputy",), "corporation": ("c_deputy",)},
    "signer": {"ministry": ("m_signer",), "corporation": ("c_signer",)},
    "registrar": {"ministry": ("m_control", "registrar"), "corporation": ("c_control", "registrar")},
}
"""Function → side → roles. Sides not named here do everything in their one role."""

ONE_ROLE = {"region": "roiv", "college": "college", "enterprise": "enterprise", "operator": "operator"}


def roles_of(function: str, side: str) -> tuple[str, ...]:
    """The roles that fulfil a function on a side."""
    named = FUNCTIONS[function].get(side)
    if named is not None:
        return named
    return (ONE_ROLE[side], "registrar") if function == "registrar" else (ONE_ROLE[side],)


def party_of(agreement: Agreement, actor: Actor) -> AgreementParty | None:
    """The party the actor works for."""
    return next((p for p in agreement.parties if p.organisation_id == actor.organisation_id), None)


def acts_as(agreement: Agreement, actor: Actor, function: str) -> bool:
    """Whether the actor fulfils the function for one of the parties."""
    party = party_of(agreement, actor)
    return party is not None and actor.has(*roles_of(function, actor.side))


def side_of(party: AgreementParty) -> str:
    return SIDE_OF_KIND[party.organisation.kind]


def is_initiator(agreement: Agreement, actor: Actor) -> bool:
    return actor.organisation_id == agreement.initiator_id


def names_of(agreement: Agreement, function: str, initiator: bool | None = None) -> str:
    """«координатор: Министерство, Корпорация»: who could do it, for a reason in words."""
    names = [
        party.organisation.short_name
        for party in agreement.parties
        if initiator is None or (party.organisation_id == agreement.initiator_id) == initiator
    ]
    return ", ".join(names)
