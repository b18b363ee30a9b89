"""When: conditions of an item's steps."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import Actor
from core.errors import Reason
from core.workflow import Rule
from roadmap.rules.people import side_names, side_of, sides_of
from roadmap.rules.situation import situation


def nothing_blocks(row: Any, actor: Actor) -> Reason | None:
    """Everything the item waits for is done."""
    blockers = situation(row).blockers
    if not blockers:
        return None
    return Reason(
        _("Сначала должны быть исполнены пункты: %(codes)s", codes=", ".join(blockers)),
        "nothing_blocks",
        _("исполнители этих пунктов"),
    )


def evidence_attached(row: Any, actor: Actor) -> Reason | None:
    if situation(row).results:
        return None
    kind = row.item.terms.document_kind
    return Reason(
        _("Не приложен подтверждающий документ: %(kind)s", kind=kind), "evidence_attached", row.item.executor_name
    )


def facts_entered(row: Any, actor: Actor) -> Reason | None:
    """Every linked indicator has a declared value for the period; without links nothing is asked."""
    missing = situation(row).missing_facts
    if not missing:
        return None
    return Reason(
        _("Не введены значения показателей: %(codes)s", codes=", ".join(missing)),
        "indicator_fact_entered",
        row.item.executor_name,
    )


def agreements_registered(row: Any, actor: Actor) -> Reason | None:
    """An item whose document is an agreement closes only when that agreement is registered."""
    titles = situation(row).unsettled
    if not titles:
        return None
    return Reason(
        _("Не зарегистрировано: %(titles)s", titles="; ".join(titles)), "agreements_registered", _("регистратор")
    )


def change_approved(*kinds: str) -> Rule:
    """Both sides have approved a change request of one of the kinds for this item."""

    def rule(row: Any, actor: Actor) -> Reason | None:
        if situation(row).changes & set(kinds):
            return None
        return Reason(
            _("Нет одобренного обеими Сторонами запроса на изменение"),
            "change_request_approved",
            _("координаторы Сторон"),
        )

    return rule


def leaves_the_plan(row: Any, actor: Actor) -> Reason | None:
    """Both sides approved the exclusion; or an edition whose terms they moved has no such period any more."""
    if actor.is_system and "term" in situation(row).changes:
        return None
    return change_approved("exclusion")(row, actor)


def other_side_agrees(step: str) -> Rule:
    """Another side than the actor's has agreed to the step in the present state."""

    def rule(row: Any, actor: Actor) -> Reason | None:
        own = side_of(row, actor)
        if any(name == step and side != own for name, side in situation(row).consents):
            return None
        others = [side for side in sides_of(row) if side != own]
        return Reason(_("Нет согласия другой Стороны"), "other_side", side_names(others))

    return rule
