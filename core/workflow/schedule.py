"""What happens by the clock: daily jobs, each enqueued once per day whoever ticks first."""

from __future__ import annotations

from core import clock
from core.accounts import once
from core.audit import anchor_heads
from core.db import transaction
from core.workflow.jobs import enqueue, handler
from core.workflow.models import Job

_daily: list[str] = []


def daily(kind: str) -> None:
    """Declare a job kind that runs once every day (Moscow)."""
    if kind not in _daily:
        _daily.append(kind)


def tick() -> None:
    """Enqueue what is due today and has not been. Called by every worker; a key makes each happen once."""
    day = clock.today().isoformat()
    with transaction():
        for kind in _daily:
            enqueue(kind, {"day": day}, key=f"{kind}:{day}")


@handler("audit.anchor")
def anchor(_job: Job) -> None:
    """Fasten the heads of the journal's chains into the global chain."""
    with transaction():
        anchor_heads()


daily("audit.anchor")


@handler("accounts.forget_calls")
def forget_calls(_job: Job) -> None:
    """Answers to programs are kept for a day under their keys."""
    with transaction():
        once.forget()


daily("accounts.forget_calls")
