"""What the counterparties think of one clause: the distinct wordings, how many stand behind each, and who."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from agreements.fanout.board import Board, Line, key_of
from agreements.models import ModelRevision
from core.documents.comparison import Segment, seen
from core.errors import NotFound


@dataclass
class Wording:
    """One wording of a clause. `kind`: same (the model's own), changed, removed, added."""

    kind: str
    text: str
    segments: tuple[Segment, ...]
    """Word by word against the model's."""
    lines: list[Line] = field(default_factory=list)
    origins: list[dict[str, Any]] = field(default_factory=list)
    """The deviation of each line, in their order; empty for the model's own wording."""

    @property
    def count(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Opinions:
    """A clause and everything that is made of it."""

    clause: str
    number: str
    text: str
    """The model's wording; "" for what counterparties put in behind a clause."""
    wordings: list[Wording]


def opinions(found: Board, revision: ModelRevision, clause: str) -> Opinions:
    """The wordings of a clause of the newest revision, the most frequent first, the model's own before all.

    `clause` is its id; «+id» asks for what was put in behind it. Raises NotFound for a clause nobody knows.
    """
    own = next((each for each in revision.clauses if each["id"] == clause.removeprefix("+")), None)
    departing = [(line, each) for line in found.lines for each in line.deviations if key_of(each) == clause]
    if own is None and not departing:
        raise NotFound(_("Такого пункта в форме нет"))
    put_in = clause.startswith("+")
    number = str(own["number"]) if own is not None else departing[0][1]["number"]
    text = "" if put_in or own is None else str(own["text"])
    kept = _kept(found, {line.sent_id for line, _each in departing}, text, put_in)
    return Opinions(
        clause,
        str(_("после пункта %(n)s", n=number)) if put_in else number,
        text,
        [kept, *_departing(departing)] if kept.lines else _departing(departing),
    )


def _kept(found: Board, departing: set[int], text: str, put_in: bool) -> Wording:
    words = str(_("ничего не добавлено")) if put_in else text
    lines = [line for line in found.lines if line.sent_id not in departing]
    return Wording("same", words, (Segment("equal", words),), lines)


def _departing(departing: list[tuple[Line, dict[str, Any]]]) -> list[Wording]:
    """By wording: what one counterparty has of its own data in the model's wording does not make two of one."""
    wordings: dict[tuple[str, str], Wording] = {}
    for line, each in departing:
        key = (each["kind"], each["after"])
        if key not in wordings:
            parts = seen(each["before"], each["after"])
            wordings[key] = Wording(each["kind"], each["after"] or each["before"], parts)
        wordings[key].lines.append(line)
        wordings[key].origins.append(each)
    return sorted(wordings.values(), key=lambda wording: -wording.count)
