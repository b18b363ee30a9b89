"""Which route an agreement takes: a template per party, or one across all parties of a cluster."""

from __future__ import annotations

from collections.abc import Sequence

from agreements.known import known
from agreements.models import Agreement
from agreements.parties import side_of
from core.signoffs.models import RouteTemplate
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, draw, template

ROUTE_OF_SIDE = {"ministry": "agreement_ministry", "corporation": "agreement_corporation"}


def parties(agreement: Agreement) -> list[Party]:
    """The parties as the sign-off engine needs them, the initiator marked."""
    return [
        Party(
            organisation_id=party.organisation_id,
            name=party.organisation.short_name,
            side=side_of(party),
            initiator=party.organisation_id == agreement.initiator_id,
            signatory=party.signatory.full_name if party.signatory else "",
            signatory_id=party.signatory.person_id if party.signatory else None,
        )
        for party in agreement.parties
    ]


def courses(agreement: Agreement) -> list[Course]:
    """One route across all parties of a cluster partnership; otherwise each party its own."""
    among = parties(agreement)
    if agreement.kind == "partnership":
        return [Course(_template(agreement, code)) for code in codes(agreement, among)]
    return [
        Course(_template(agreement, code), party) for code, party in zip(codes(agreement, among), among, strict=True)
    ]


def codes(agreement: Agreement, among: Sequence[Party]) -> list[str]:
    """The route templates an agreement needs: one for all, or one for each party in its order."""
    if agreement.kind == "partnership":
        return ["cluster_partnership"]
    return [ROUTE_OF_SIDE.get(party.side, "agreement_party") for party in among]


def _template(agreement: Agreement, code: str) -> RouteTemplate:
    facts = known(agreement)
    found = facts.templates.get(code) if facts else None
    return found or template(code)


def facts(agreement: Agreement) -> Facts:
    return Facts({"financial_terms": agreement.financial_terms})


def planned(agreement: Agreement) -> tuple[list[PlannedSlot], list[Party]]:
    """The route with real names, before it starts."""
    among = parties(agreement)
    return draw(courses(agreement), among, facts(agreement)), among
