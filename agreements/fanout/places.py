"""Who stands where in every agreement of a model: one's own organisation, the counterparty, those in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from agreements.service import PartyInput

MOST = 15
COUNTERPARTY = 0
"""Stands for the organisation of the counterparty that is not chosen yet."""


@dataclass(frozen=True)
class Places:
    """The parties of a model. `own_first`: one's own organisation is «Сторона 1», the counterparty follows, or the
    other way round; those in all agreements come after the two, a counterparty's own extra parties last."""

    own_first: bool = True
    own_role: str = ""
    own_alias: str = ""
    own_signatory: int | None = None
    role: str = ""
    alias: str = ""
    """Of the counterparty; an empty alias takes the organisation's own."""
    fixed: Sequence[PartyInput] = field(default_factory=tuple)
    with_region: bool = False
    """The authority of the counterparty's region is a party too."""

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def parties(self, own: int, counterparty: int, alias: str = "", signatory: int | None = None) -> list[PartyInput]:
        """Without the counterparty's own extra parties."""
        ours = PartyInput(own, self.own_role, self.own_alias, self.own_signatory)
        theirs = PartyInput(counterparty, self.role, alias or self.alias, signatory)
        return [*([ours, theirs] if self.own_first else [theirs, ours]), *self.fixed]


def of_plain(plain: Mapping[str, Any]) -> Places:
    """Places out of what is kept of them."""
    fixed = tuple(PartyInput(**party) for party in plain.get("fixed", ()))
    return Places(**{**plain, "fixed": fixed})
