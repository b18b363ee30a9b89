"""What of the agreements is in motion, for the plan's dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from agreements import queries
from agreements.states import agreement_machine
from core.accounts.actor import Actor


def in_motion(actor: Actor) -> Sequence[tuple[Any, Any, str]]:
    """Every state on the way that holds any agreements the actor sees, and all in work. One query."""
    counts = queries.counts(actor)
    capped = "+" if sum(counts.values()) >= queries.MOST_COUNTED else ""
    moving = {name: counts[name] for name in agreement_machine.states if name in queries.MOVING and counts.get(name)}
    lines = [
        (agreement_machine.states[name].label, f"{count}{capped}", url_for("agreements.register", state=name))
        for name, count in moving.items()
    ]
    total = sum(moving.values())
    return [(_("Всего в работе"), f"{total}{capped}" if total else 0, url_for("agreements.register", moving=1)), *lines]
