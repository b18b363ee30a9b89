"""What the rules ask of the database about one agreement, where a page has already gathered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agreements.models import Agreement
from core.db import in_transaction
from core.signoffs.models import Round, RouteTemplate


@dataclass(frozen=True)
class Known:
    """Facts read for a page in a few queries, so that forty rules do not ask one by one. Never kept past a request."""

    round: Round | None = None
    remark: tuple[str, str] | None = None
    """Author and text of a blocking remark without an answer."""
    protocol: Any = None
    """The newest protocol: `state`, and `changed`: whether an agreed wording differs from the text."""
    signed: frozenset[int] = frozenset()
    """Parties whose signatures are in force."""
    copies_out: tuple[int, ...] = ()
    """Numbers of the current revision's paper copies that have not come back."""
    against_prolongation: bool = False
    agreed_to_end: frozenset[int] = frozenset()
    """Organisations whose consent to end it by agreement stands."""
    templates: Mapping[str, RouteTemplate] = field(default_factory=dict)
    """Active route templates by code; empty where nobody asks for the route."""


def known(agreement: Agreement) -> Known | None:
    """What a page put on the agreement, or None: then a rule asks the database itself, as it always does in a step."""
    if in_transaction():
        return None
    found = agreement.__dict__.get("known")
    return found if isinstance(found, Known) else None


def remember(agreement: Agreement, facts: Known) -> None:
    agreement.__dict__["known"] = facts
