"""What can be signed off: domains register their kinds here, so that the inbox moves them without importing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.errors import NotFound, Reason
from core.signoffs.given import Asked, Given
from core.signoffs.models import Decision, Round, Slot


def _nothing(*_about: object) -> None:
    """A domain that has nothing to add."""


def _never(*_about: object) -> bool:
    return False


def _empty(_subject_id: int) -> Mapping[str, Any]:
    return {}


def _asks_nothing(_slot: Slot, _verdict: str) -> Asked:
    return Asked()


def _brings_nothing(_slot: Slot, _actor: Actor, _verdict: str, _given: Given) -> None:
    return None


def _never_refused(_slot: Slot) -> Reason | None:
    return Reason(_("Регистрацию и ознакомление не отклоняют"), "may_be_rejected")


@dataclass(frozen=True)
class Brought:
    """What was presented to be decided on: facts as (label, value), a note, files as `ui.doc_list` shows them."""

    facts: Sequence[tuple[Any, Any]] = ()
    note: str = ""
    files: Sequence[Mapping[str, Any]] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.note or self.files)


def _brought_nothing(_subject_id: int) -> Brought:
    return Brought()


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
    asks: Callable[[Slot, str], Asked] = _asks_nothing
    """What a verdict in this slot asks for beside itself: a certificate, a number in the journal, a letter."""
    read_given: Callable[[Slot, Actor, str, Given], Any] = _brings_nothing
    """Check what was brought with a verdict before the slot is decided, and say what it means; raises NotValid by the
    names of the inputs. What it answers, if anything, comes back in `on_given` instead of `on_decided`."""
    on_given: Callable[[Slot, Decision, Actor, Any], None] = _nothing
    registration_refused: Callable[[Slot], Reason | None] = _never_refused
    """Why a registration slot may not be refused; None where it may."""
    answers_required: bool = True
    """A new round may not start while a blocking remark is without an answer."""
    brought: Callable[[int], Brought] = _brought_nothing
    """What its task shows beside the text: the evidence of a result, with the words of who presented it."""
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
