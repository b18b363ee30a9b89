"""What an administrator does to organisations and people: one transaction a function, the actor an argument."""

from core.accounts.service.organisations import create_organisation, set_organisation_active, update_organisation
from core.accounts.service.people import (
    create_person,
    grant_role,
    revoke_role,
    set_locale,
    set_person_active,
    update_person,
)
from core.accounts.service.signatories import add_signatory, update_signatory

__all__ = [
    "add_signatory",
    "create_organisation",
    "create_person",
    "grant_role",
    "revoke_role",
    "set_locale",
    "set_organisation_active",
    "set_person_active",
    "update_organisation",
    "update_person",
    "update_signatory",
]
