"""What can be signed off: domains register their kinds here, so that the inbox moves them without importing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.accounts.actor import Actor
from core.signoffs.models import Decision, Round, Slot


@dataclass(frozen=True)
class Subject:
    """A kind of thing that goes through rounds. The hooks run inside the transaction of the decision."""

    kind: str
    label: Any
    url: Callable[[int], str]
    on_round_end: Callable[[Round, str, Actor], None]
    """(round, outcome, actor): a phase passed ("passed") or the round was rejected ("rejected")."""
    lock: Callable[[int], object]
    """Take the subject's row lock. Always taken before the round's, so that two paths never wait for each other."""
    on_decided: Callable[[Slot, Decision, Actor], None] = lambda slot, decision, actor: None
    """After every decision in a slot: a signature moves an agreement by one."""
    may_coordinate: Callable[[int, Actor], bool] = lambda subject_id, actor: False
    """Whether the actor coordinates the subject for a party: recalls, reassigns, answers remarks."""
    before_decision: Callable[[Slot, Actor, str], None] = lambda slot, actor, verdict: None
    """The domain's own conditions; raises a refusal (a lapsed authority to sign, a paused agreement)."""


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Declare a kind. Called once per kind when the rooms are joined."""
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject:
    return _subjects[kind]
