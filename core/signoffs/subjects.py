"""What can be signed off: domains register their kinds here, so that the inbox moves them without importing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.errors import NotFound
from core.signoffs.models import Decision, Round, Slot


def _nothing(*_about: object) -> None:
    """A domain that has nothing to add."""


def _never(*_about: object) -> bool:
    return False


def _empty(_subject_id: int) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A kind of thing that goes through rounds. The hooks run inside the transaction of the decision."""

    kind: str
    label: Any
    url: Callable[[int], str]
    on_round_end: Callable[[Round, str, Actor], None]
    """(round, outcome, actor): the phase is complete ("passed"; told after every decision that leaves it so) or the
    round was stopped by a refusal ("rejected", told once, the round being closed already)."""
    lock: Callable[[int], object]
    """Take the subject's row lock. Always taken before the round's, so that two paths never wait for each other."""
    on_decided: Callable[[Slot, Decision, Actor], None] = _nothing
    """After every decision in a slot: a signature moves an agreement by one. The actor is the one who decided (on
    paper the signer); a substitute need not hold the role himself."""
    may_coordinate: Callable[[int, Actor], bool] = _never
    """Whether the actor coordinates the subject for a party: recalls, reassigns, answers remarks."""
    before_decision: Callable[[Slot, Actor, str], None] = _nothing
    """The domain's own conditions; raises a refusal (a lapsed authority to sign, a paused agreement)."""
    answers_required: bool = True
    """A new round may not start while a blocking remark is without an answer."""
    paper: Callable[[int], Mapping[str, Any]] = _empty
    """What its papers print beside the rounds: title, number, date, city, parent, parties (blocks of templates)."""


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Declare a kind. Called once per kind when the rooms are joined."""
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject:
    return _subjects[kind]


def visible(kind: str, subject_id: int, actor: Actor) -> Subject:
    """The kind of a subject the actor may see. Raises NotFound for hidden, absent and unknown alike."""
    if kind not in _subjects or not may_see(actor, kind, subject_id):
        raise NotFound(_("Документ не найден"))
    return _subjects[kind]


def all_subjects() -> list[Subject]:
    """Every kind that was declared, in that order: for filters and scopes."""
    return list(_subjects.values())
