"""Who may: what a person is for a party of the agreement."""

from __future__ import annotations

from flask_babel import gettext as _

from agreements.models import Agreement
from agreements.parties import acts_as, is_initiator, names_of, party_of
from core.accounts.actor import Actor
from core.errors import Reason


def is_system(agreement: Agreement, actor: Actor) -> Reason | None:
    return None if actor.is_system else Reason(_("Это делает система"), "is_system")


def coordinates(agreement: Agreement, actor: Actor) -> Reason | None:
    """A coordinator of any party (or the service)."""
    if actor.is_system or acts_as(agreement, actor, "coordinator"):
        return None
    return Reason(_("Делает координатор стороны"), "coordinates", names_of(agreement, "coordinator"))


def coordinates_for_initiator(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") and is_initiator(agreement, actor):
        return None
    return Reason(
        _("Делает координатор стороны-инициатора"), "side_match", names_of(agreement, "coordinator", initiator=True)
    )


def coordinates_for_counterparty(agreement: Agreement, actor: Actor) -> Reason | None:
    """A coordinator of a party that did not draft the text: the rule «other_side»."""
    if actor.is_system or (acts_as(agreement, actor, "coordinator") and not is_initiator(agreement, actor)):
        return None
    return Reason(_("Делает координатор другой стороны"), "other_side", names_of(agreement, "", initiator=False))


def visas_for_initiator(agreement: Agreement, actor: Actor) -> Reason | None:
    """A visa holder of the initiator: returning the draft is his verdict."""
    if actor.id is not None and is_initiator(agreement, actor):
        return None
    return Reason(_("Возвращает тот, кто визирует у инициатора"), "holds_slot", names_of(agreement, "", initiator=True))


def disputes(agreement: Agreement, actor: Actor) -> Reason | None:
    """The legal department of a counterparty opens a disagreement protocol."""
    if acts_as(agreement, actor, "legal") and not is_initiator(agreement, actor):
        return None
    return Reason(
        _("Открывает правовой департамент другой стороны"), "other_side", names_of(agreement, "", initiator=False)
    )


def settles(agreement: Agreement, actor: Actor) -> Reason | None:
    """A deputy or the legal department of a party closes the disagreement."""
    if acts_as(agreement, actor, "deputy") or acts_as(agreement, actor, "legal"):
        return None
    return Reason(_("Делает заместитель руководителя или правовой департамент"), "settles")


def sends_to_sign(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") or acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Передаёт координатор или регистратор"), "sends_to_sign")


def signs(agreement: Agreement, actor: Actor) -> Reason | None:
    """A party's signatory; who holds the signature slot has been answered by the sign-off engine."""
    if actor.is_system or party_of(agreement, actor) is not None:
        return None
    return Reason(_("Подписывает подписант стороны"), "signs")


def registers(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Регистрирует делопроизводство стороны"), "registers", names_of(agreement, "registrar"))


def directs(agreement: Agreement, actor: Actor) -> Reason | None:
    """A deputy of a party suspends and resumes."""
    if acts_as(agreement, actor, "deputy"):
        return None
    return Reason(_("Решает заместитель руководителя стороны"), "directs", names_of(agreement, "deputy"))


def heads(agreement: Agreement, actor: Actor) -> Reason | None:
    """A signatory of a party terminates."""
    if acts_as(agreement, actor, "signer"):
        return None
    return Reason(_("Расторгает подписант стороны"), "heads", names_of(agreement, "signer"))


def reports_performance(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") or acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Отмечает координатор или регистратор стороны"), "reports_performance")
