"""Questions about change requests."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import Actor
from core.errors import Reason
from roadmap.rules.people import COORDINATORS, DEPUTIES, RECORDS, side_names, side_of, sides_of


def asks_for_change(row: Any, actor: Actor) -> Reason | None:
    """The author, or a coordinator of the side that asks."""
    if actor.id == row.author_id or (actor.has(*COORDINATORS) and side_of(row, actor) == row.side):
        return None
    return Reason(_("Это делает автор запроса или координатор его Стороны"), "asks_for_change", row.author_name)


def coordinates_asking_side(row: Any, actor: Actor) -> Reason | None:
    if actor.has(*COORDINATORS) and side_of(row, actor) == row.side:
        return None
    return Reason(_("Это делает координатор Стороны-инициатора"), "side_match", side_names([row.side]))


def answers(row: Any, actor: Actor) -> Reason | None:
    """A coordinator or deputy of another side than the one that asks."""
    side = side_of(row, actor)
    if actor.has(*COORDINATORS, *DEPUTIES) and side and side != row.side:
        return None
    others = [one for one in sides_of(row) if one != row.side]
    return Reason(_("Решает другая Сторона"), "other_side", side_names(others))


def may_decline(row: Any, actor: Actor) -> Reason | None:
    """Before it is sent over, the asking side's own coordinator or deputy; then the other side."""
    if row.state == "review_other":
        return answers(row, actor)
    if actor.has(*COORDINATORS, *DEPUTIES) and side_of(row, actor) == row.side:
        return None
    return Reason(_("Решает координатор Стороны-инициатора"), "side_match", side_names([row.side]))


def registers(row: Any, actor: Actor) -> Reason | None:
    if actor.is_system or (actor.has(*RECORDS) and side_of(row, actor)):
        return None
    return Reason(_("Вносит регистратор, утверждая редакцию"), "registrar")


def edition_in_force(row: Any, actor: Actor) -> Reason | None:
    """An edition carries the change; leave to suspend changes no terms and needs none."""
    if row.edition_id is not None or row.kind == "suspension":
        return None
    return Reason(_("Изменение не включено в редакцию плана"), "reg_number_unique", _("координаторы Сторон"))


def not_in_an_edition(row: Any, actor: Actor) -> Reason | None:
    """What an edition on its way already carries is withdrawn with that edition, not alone."""
    if row.edition_id is None:
        return None
    return Reason(
        _("Изменение уже включено в готовящуюся редакцию: сначала снимите её с рассмотрения"), "not_in_an_edition"
    )
