"""Two changes of one text brought together: the counterparty's deviations kept over the model's new wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from agreements.fanout.texts import Clause, Deviation, Text, after, bare, deviations

TAKES = ("mine", "model", "text")
"""What a person may say of a conflict: keep the counterparty's wording, take the model's, or write a third one."""
Said = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Meeting:
    """A clause the counterparty's text changed, beside what the model's new revision makes of it."""

    id: str
    number: str
    kind: str
    before: str
    """The model's wording when the counterparty's was written."""
    model: str
    """The model's wording now; "" where the clause is gone."""
    mine: str
    """The counterparty's wording; "" where it is left out."""
    conflict: str = ""
    """Why a person must decide, in words."""


@dataclass(frozen=True)
class Brought:
    """The text brought together, and every deviation met on the way; `open` are conflicts nobody has decided."""

    text: list[Clause]
    meetings: list[Meeting]
    open: list[Meeting]


def bring(base: Text, mine: Text, theirs: Text, said: Said | None = None) -> Brought:
    """What `mine` changed of `base`, over `theirs`. An undecided conflict keeps the counterparty's wording.

    `said`: id of a clause → {"take": one of TAKES, "text"}.
    """
    result, now = bare(theirs), {str(c["id"]): c for c in theirs}
    meetings: list[Meeting] = []
    waiting: list[Meeting] = []
    for change in deviations(base, mine):
        meeting = _meeting(change, now)
        meetings.append(meeting)
        decides = meeting.conflict or change.kind == "added"  # a moved clause is decided where it was taken away
        choice = (said or {}).get(change.id, {}) if decides else {}
        if meeting.conflict and not _decided(choice):
            waiting.append(meeting)
        _put(result, change, mine, choice)
    return Brought(result, meetings, waiting)


def _meeting(change: Deviation, now: Mapping[str, Mapping[str, Any]]) -> Meeting:
    theirs = now.get(change.id)
    model = str(theirs["text"]) if theirs is not None else ""
    conflict = "" if change.kind == "added" else _conflict(change, theirs, model)
    return Meeting(change.id, change.number, change.kind, change.before, model, change.after, conflict)


def _conflict(change: Deviation, theirs: Mapping[str, Any] | None, model: str) -> str:
    if theirs is None:
        return "" if change.kind == "removed" else str(_("в новой редакции формы пункта нет"))
    if model in (change.before, change.after):
        return ""
    if change.kind == "removed":
        return str(_("пункт исключён, а в новой редакции формы он изложен иначе"))
    return str(_("пункт изложен иначе и здесь, и в новой редакции формы"))


def _decided(choice: Mapping[str, Any]) -> bool:
    take = choice.get("take")
    return take in ("mine", "model") or (take == "text" and bool(str(choice.get("text") or "").strip()))


def _put(result: list[Clause], change: Deviation, mine: Text, choice: Mapping[str, Any]) -> None:
    """One deviation into the new text, as was decided."""
    take = choice.get("take") if _decided(choice) else "mine"
    place = after(result, change.id) - 1
    if take == "model":
        return
    if take == "text":
        _word(result, place, change, mine, " ".join(str(choice["text"]).split()))
    elif change.kind == "removed":
        if place >= 0:
            del result[place]
    elif change.kind == "added" and place >= 0:
        result[place] = {"id": change.id, "level": change.level, "text": change.after}
    else:
        _word(result, place, change, mine, change.after)


def _word(result: list[Clause], place: int, change: Deviation, mine: Text, text: str) -> None:
    clause = {"id": change.id, "level": change.level, "text": text}
    if place >= 0:
        result[place] = clause
    else:
        result.insert(_where(result, mine, change.id), clause)


def _where(result: Sequence[Clause], mine: Text, clause_id: str) -> int:
    """Behind the nearest clause above it in its own text that is still there; at the end where it heads nothing."""
    known = {clause["id"] for clause in result}
    above = [str(clause["id"]) for clause in mine]
    for earlier in reversed(above[: above.index(clause_id)] if clause_id in above else []):
        if earlier in known:
            return after(result, earlier)
    return 0
