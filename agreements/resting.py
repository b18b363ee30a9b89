"""What of the plans rests on an agreement: items whose document it is, plans that are its appendix."""

from __future__ import annotations

from flask_babel import gettext as _

from agreements import service
from agreements.models import Agreement
from core.accounts.actor import Actor
from core.db import transaction
from core.errors import NotNow
from roadmap import queries as plan_reads
from roadmap import service as plans
from roadmap.models import ItemLink, Roadmap

KIND = "agreement"
GONE = ("terminated", "annulled")
"""An agreement that ran its course stays the proof of what was done under it; these two prove nothing."""


def rest(agreement_id: int, roadmap_id: int, code: str, required: bool, actor: Actor) -> ItemLink:
    """The item «code» of a plan rests on the agreement; `required`: it closes only once that is registered.

    Raises NotFound (agreement or plan), NotValid (no such item), NotAllowed (another side's item), NotNow.
    """
    with transaction():
        agreement = _standing(agreement_id, actor)
        plan_reads.plan_head(actor, roadmap_id)
        item_id = plan_reads.item_by_code(roadmap_id, code.strip().rstrip("."))
        return plans.link(
            item_id,
            KIND,
            agreement.id,
            named(agreement),
            actor,
            url=f"/agreements/{agreement.id}",
            required=required,
            settled=agreement.registered_on is not None,
        )


def rest_no_more(agreement_id: int, item_id: int, actor: Actor) -> None:
    """The item rests on the agreement no more. Raises NotFound, NotAllowed, NotNow."""
    with transaction():
        service.get_for(agreement_id, actor)
        plans.unlink(item_id, KIND, agreement_id, actor)


def append_plan(agreement_id: int, roadmap_id: int, actor: Actor) -> Roadmap:
    """A draft plan is an appendix of the agreement. Raises NotFound, NotAllowed, NotNow."""
    with transaction():
        agreement = _standing(agreement_id, actor)
        return plans.append_plan(roadmap_id, KIND, agreement.id, named(agreement), actor)


def detach_plan(agreement_id: int, roadmap_id: int, actor: Actor) -> Roadmap:
    """A draft plan is an appendix of the agreement no more. Raises NotFound, NotAllowed, NotNow."""
    with transaction():
        service.get_for(agreement_id, actor)
        return plans.detach_plan(roadmap_id, KIND, agreement_id, actor)


def _standing(agreement_id: int, actor: Actor) -> Agreement:
    agreement = service.get_for(agreement_id, actor, lock=True)
    if agreement.state in GONE:
        raise NotNow(_("Документ прекращён: на нём ничего не основывают"))
    return agreement


def named(agreement: Agreement) -> str:
    """The agreement as a line of a plan names it."""
    return f"{agreement.title} № {agreement.number}" if agreement.number else agreement.title
