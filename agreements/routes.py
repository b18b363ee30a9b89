"""Which route an agreement takes: a template per party, or one across all parties of a cluster."""

from __future__ import annotations

from agreements.models import Agreement
from agreements.parties import side_of
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
        )
        for party in agreement.parties
    ]


def courses(agreement: Agreement) -> list[Course]:
    """One route across all parties of a cluster partnership; otherwise each party its own."""
    if agreement.kind == "partnership":
        return [Course(template("cluster_partnership"))]
    return [
        Course(template(ROUTE_OF_SIDE.get(party.side, "agreement_party")), party) for party in parties(agreement)
    ]


def facts(agreement: Agreement) -> Facts:
    return Facts({"financial_terms": agreement.financial_terms})


def planned(agreement: Agreement) -> tuple[list[PlannedSlot], list[Party]]:
    """The route with real names, before it starts."""
    among = parties(agreement)
    return draw(courses(agreement), among, facts(agreement)), among
