"""The actor: who does it, as a value. Passed as an argument everywhere below the views."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.accounts.roles import SIDES
from core.audit import Who


@dataclass(frozen=True)
class Actor:
    """A person at work (or the service itself, `id` None). Immutable: roles are those valid today."""

    id: int | None
    name: str
    organisation_id: int | None = None
    organisation_name: str = ""
    side: str = "system"
    roles: frozenset[str] = field(default_factory=frozenset)
    region_code: str | None = None
    position: str = ""
    short_name: str = ""
    locale: str = "ru"
    method: str = "password"
    assurance: str = "single_factor"
    session: str = ""
    address: str = ""

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        return self.id is None

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @property
    def side_label(self) -> str:
        """The actor's side in words."""
        return str(SIDES.get(self.side, ""))

    def who(self) -> Who:
        """The actor as the journal keeps him."""
        return Who(self.id, self.name, self.organisation_id, self.organisation_name, self.address, self.session)


SYSTEM = Actor(id=None, name="Система", roles=frozenset({"system"}), short_name="Система", method="system")


def name_shown(name: str) -> str:
    """A name out of the journal as a page shows it: people's as they are, the system's as the page speaks."""
    return str(SIDES["system"]) if name == SYSTEM.name else name
