"""Who may: coordinators, deputies, executors, registrars, and for which side."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import Actor
from core.accounts.roles import ROLES, SIDES
from core.errors import Reason
from core.workflow import Rule
from roadmap.models import Roadmap

COORDINATORS = ("m_coord", "c_coord")
DEPUTIES = ("m_deputy", "c_deputy")
SIGNERS = ("m_signer", "c_signer")
LAWYERS = ("m_legal", "c_legal")
REVIEWERS = (
    "m_profile", "m_legal", "m_finance", "m_deputy", "c_hr", "c_legal", "c_finance", "c_security", "c_deputy",
)  # fmt: skip
RECORDS = ("registrar", "m_control", "c_control")
EXECUTORS = ("executor", "college", "enterprise", "roiv", "operator")


def plan_of(row: Any) -> Roadmap:
    """The plan a row of any of this room's machines belongs to."""
    if isinstance(row, Roadmap):
        return row
    for name in ("roadmap", "item", "meeting"):
        owner = getattr(row, name, None)
        if owner is not None:
            return plan_of(owner)
    raise LookupError(f"{type(row).__name__} belongs to no plan")


def side_of(row: Any, actor: Actor) -> str:
    """The side of the plan the actor's organisation stands for; "" for everybody else."""
    party = plan_of(row).party_of(actor.side)
    return party.side if party is not None and party.organisation_id == actor.organisation_id else ""


def sides_of(row: Any) -> list[str]:
    return [party.side for party in plan_of(row).parties]


def responsible_sides(row: Any) -> list[str]:
    """The sides an occurrence's item lies with: one, or all of them («Совместно»)."""
    return responsible_of(row.item)


def responsible_of(item: Any) -> list[str]:
    """The same for the item itself."""
    side = item.terms.responsible_side
    return sides_of(item) if side == "both" else [side]


def side_names(sides: list[str]) -> str:
    return ", ".join(str(SIDES[side]) for side in sides)


def holds(*roles: str) -> Rule:
    """The actor holds one of the roles, in an organisation that is a party of the plan."""

    def rule(row: Any, actor: Actor) -> Reason | None:
        if actor.has(*roles) and side_of(row, actor):
            return None
        return Reason(_("Это делает другое лицо"), "actor", role_names(roles))

    return rule


def role_names(roles: tuple[str, ...]) -> str:
    """Roles in words, for whoever asks who can help."""
    return ", ".join(str(ROLES[role].label) for role in roles)


def is_system(row: Any, actor: Actor) -> Reason | None:
    return None if actor.is_system else Reason(_("Это делает система"), "is_system")


def or_system(rule: Rule) -> Rule:
    """The rule, or the service itself."""
    return lambda row, actor: None if actor.is_system else rule(row, actor)


def any_of(*rules: Rule) -> Rule:
    """At least one of the rules; answers the first one's reason."""

    def rule(row: Any, actor: Actor) -> Reason | None:
        reasons = [one(row, actor) for one in rules]
        return None if None in reasons else reasons[0]

    return rule


def executes(row: Any, actor: Actor) -> Reason | None:
    """The actor is the named executor, or, where nobody is named, one of the responsible organisation."""
    item = row.item
    if item.executor_id is not None:
        mine = actor.id == item.executor_id
        who = item.executor_name
    else:
        mine = actor.organisation_id in organisations_of(row)
        who = item.terms.unit
    if mine and actor.has(*EXECUTORS):
        return None
    return Reason(_("Это делает ответственный исполнитель"), "executes", who)


def organisations_of(row: Any) -> list[int]:
    """The organisations an occurrence's item lies with: the named one, or the responsible parties."""
    if row.item.terms.organisation_id is not None:
        return [row.item.terms.organisation_id]
    sides = responsible_sides(row)
    return [party.organisation_id for party in plan_of(row).parties if party.side in sides]


def coordinates_responsible(row: Any, actor: Actor) -> Reason | None:
    """A coordinator of the side the item lies with."""
    sides = responsible_sides(row)
    if actor.has(*COORDINATORS) and side_of(row, actor) in sides:
        return None
    return Reason(_("Это делает координатор ответственной Стороны"), "side_match", side_names(sides))


def coordinates_other(row: Any, actor: Actor) -> Reason | None:
    """A coordinator of another side than the one that accepted the result."""
    side = side_of(row, actor)
    if actor.has(*COORDINATORS) and side and side != row.accepted_side:
        return None
    others = [side for side in sides_of(row) if side != row.accepted_side]
    return Reason(_("Исполнение подтверждает координатор другой Стороны"), "other_side", side_names(others))


def operates(row: Any, actor: Actor) -> Reason | None:
    return None if actor.has("operator") else Reason(_("Это делает федеральный оператор"), "operator")


def not_author(row: Any, actor: Actor) -> Reason | None:
    """Nobody accepts or confirms what they presented themselves."""
    if actor.id is None or actor.id != row.submitted_by:
        return None
    return Reason(_("Вы представили этот результат: проверяет другой сотрудник"), "not_author", _("другой координатор"))
