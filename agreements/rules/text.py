"""When a draft may go on its way: parties, fields, forms, the route, the parent."""

from __future__ import annotations

from flask_babel import gettext as _

from agreements import catalogue
from agreements.models import Agreement
from agreements.parties import names_of
from core.accounts import checks
from core.accounts.actor import Actor
from core.errors import Reason
from core.signoffs.plan import missing

MOST_NAMED = 6
"""How many empty fields a reason names one by one."""


def parties_requisites_valid(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every party has what a contract cannot do without, with valid checksums, and a signatory."""
    if not 2 <= len(agreement.parties) <= 15:
        return Reason(_("Сторон должно быть от 2 до 15"), "parties_requisites_valid")
    for party in agreement.parties:
        organisation = party.organisation
        faults = checks.faults(organisation)
        lacking = checks.missing(organisation)
        if faults or lacking or party.signatory is None:
            what = next(iter(faults.values()), None) or (
                _("не заполнены реквизиты") if lacking else _("не указан подписант")
            )
            return Reason(
                _("%(name)s: %(what)s", name=organisation.short_name, what=str(what)),
                "parties_requisites_valid",
                _("администратор, карточка организации"),
            )
    return None


def fields_complete(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every field the document prints is filled in."""
    lacking = list(dict.fromkeys(catalogue.lacking(agreement).values()))
    if not lacking:
        return None
    shown = ", ".join(lacking[:MOST_NAMED]) + (
        _(" и ещё %(n)s", n=len(lacking) - MOST_NAMED) if lacking[MOST_NAMED:] else ""
    )
    return Reason(
        _("Не заполнено: %(fields)s", fields=shown),
        "fields_complete",
        names_of(agreement, "coordinator", initiator=True),
    )


def forms_reviewed(agreement: Agreement, actor: Actor) -> Reason | None:
    """The genitive forms that stand in the preamble were read by a person."""
    for party in agreement.parties:
        if party.signatory is not None and not party.signatory.reviewed:
            return Reason(
                _(
                    "%(name)s: формы родительного падежа подписанта не проверены человеком",
                    name=party.organisation.short_name,
                ),
                "forms_reviewed",
                _("администратор, карточка организации"),
            )
    return None


def route_defined_both_sides(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every role of the route is held by somebody, for every party."""
    from agreements.routes import planned

    slots, parties = planned(agreement)
    lacking = missing(slots, parties)
    return lacking[0] if lacking else None


def not_paused(agreement: Agreement, actor: Actor) -> Reason | None:
    """A supplementary agreement needs a parent that is in force."""
    if agreement.parent is None or agreement.parent.state in ("registered", "suspended"):
        return None
    return Reason(_("Основной документ не действует: изменять нечего"), "parent_in_force")


def parent_unchanged(agreement: Agreement, actor: Actor) -> Reason | None:
    """The parent's terms are those the changes were drawn against."""
    parent = agreement.parent
    if parent is None or agreement.parent_edition in (None, parent.edition):
        return None
    return Reason(
        _("Основной документ изменён после начала работы: сверьте и объедините изменения"),
        "parent_unchanged",
        names_of(agreement, "coordinator", initiator=True),
    )
