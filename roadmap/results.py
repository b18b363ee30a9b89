"""An item's result on the desks of both sides: the round that accepts and confirms it."""

from __future__ import annotations

from core.accounts import access
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.signoffs import plan, service
from core.signoffs.models import Slot
from core.signoffs.service.rounds import open_round
from roadmap.models import Occurrence

KIND = "roadmap_result"
"""The kind of the sign-off subject: one occurrence's presented result."""


def start(row: Occurrence, actor: Actor) -> None:
    """Put the presented result on the desks: the responsible side's coordinator first, then the other's.

    «Совместно» puts it before both coordinators at once.
    """
    terms, roadmap = row.item.terms, row.item.roadmap
    assert terms is not None
    assert row.result_hash is not None
    joint = terms.responsible_side == "both"
    course = plan.Course(plan.template("roadmap_item_joint" if joint else "roadmap_item_result"))
    author = actor.side if joint else terms.responsible_side
    parties = [
        plan.Party(party.organisation_id, party.organisation.short_name, party.side, initiator=True)
        for party in sorted(roadmap.parties, key=lambda party: party.side != author)
    ]
    access.set_readers(KIND, row.id, {party.organisation_id for party in parties} | executors(row))
    order = service.Start(
        kind=KIND,
        subject_id=row.id,
        title=f"{row.item.code} {terms.title}"[:300],
        revision=row.attempt,
        document_hash=row.result_hash,
        courses=[course],
        parties=parties,
        facts=plan.Facts(responsible_side=terms.responsible_side),
        drafters=[actor.id] if actor.id else [],
        phases=("own",),
    )
    service.start(order, actor)


def executors(row: Occurrence) -> set[int]:
    """Organisations that work on the item, beside the parties."""
    terms = row.item.terms
    assert terms is not None
    found = set(terms.co_organisations or [])
    if terms.organisation_id:
        found.add(terms.organisation_id)
    return found & set(db.session.scalars(db.select(Organisation.id).where(Organisation.id.in_(found))))


def stop(row: Occurrence, note: str, actor: Actor) -> None:
    """Take the result back from the desks, unless a verdict has closed the round already."""
    if open_round(KIND, row.id) is not None:
        service.stop(KIND, row.id, note, actor)


def slot_of(row: Occurrence, actor: Actor) -> Slot | None:
    """The slot that waits for the actor (his own, or one he stands in for); None where there is none."""
    from core.signoffs.hats import hat_for

    current = open_round(KIND, row.id, lock=False)
    slots = [slot for slot in current.slots if slot.state == "assigned"] if current else []
    return next((slot for slot in slots if hat_for(slot, actor)), None)
