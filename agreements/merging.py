"""Merging: the parent changed while a supplementary agreement was on its way; a person brings the two together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from agreements import amending, terms
from agreements.models import Agreement
from agreements.service import get_for
from core import audit, clock
from core.accounts.actor import Actor
from core.db import changed_by_another, expect_version, transaction
from core.errors import NotNow, NotValid

Clause = dict[str, Any]
TAKES = ("mine", "theirs", "text")
"""What a person may say of a conflict: keep my change, drop it, or write a third wording."""


@dataclass(frozen=True)
class Meeting:
    """One change of ours beside what became of its clause in the parent. `conflict` is why a person must decide."""

    index: int
    number: str
    action: str
    before: str
    """The clause when the change was drawn."""
    theirs: str
    """The clause as it stands in the parent now; of an added one, the clause that took its number meanwhile."""
    mine: str
    conflict: str = ""
    settled: bool = False
    """The parent says the same already: the change falls away by itself."""


@dataclass(frozen=True)
class Merge:
    """Everything there is to decide, against one edition of the parent."""

    edition: int
    drawn_against: int
    meetings: list[Meeting]

    @property
    def needed(self) -> bool:
        return self.edition != self.drawn_against

    @property
    def conflicts(self) -> list[Meeting]:
        return [meeting for meeting in self.meetings if meeting.conflict]


def compared(agreement: Agreement) -> Merge:
    """The changes of a supplementary agreement against its parent's present terms. Raises NotNow without a parent."""
    base = amending.base(agreement)
    changes = (agreement.data or {}).get("changes", [])
    meetings = [_meeting(index, change, base) for index, change in enumerate(changes)]
    return Merge(base.edition, base.drawn_against, meetings)


def _meeting(index: int, change: Mapping[str, Any], base: amending.Base) -> Meeting:
    drawn, now = _by_id(base.drawn_clauses), _by_id(base.clauses)
    clause_id, action = str(change["clause_id"]), str(change["action"])
    before = "" if action == "add" else drawn.get(clause_id, {}).get("text", "")
    theirs = _taken(str(change["number"]), base) if action == "add" else now.get(clause_id, {}).get("text", "")
    mine = terms.EXCLUDED if action == "exclude" else str(change.get("text") or "")
    settled = action != "add" and clause_id in now and theirs == mine and theirs != before
    conflict = "" if settled else _conflict(change, before, theirs, base)
    return Meeting(index, str(change["number"]), action, before, theirs, mine, conflict, settled)


def _by_id(clauses: Sequence[Clause]) -> dict[str, Clause]:
    return {str(clause["id"]): clause for clause in clauses}


def _conflict(change: Mapping[str, Any], before: str, theirs: str, base: amending.Base) -> str:
    now = _by_id(base.clauses)
    if change["clause_id"] not in now:
        return str(_("пункта больше нет в основном документе"))
    if change["action"] == "add":
        return str(_("номер занят новым пунктом")) if _taken(str(change["number"]), base) else ""
    if theirs == before:
        return ""
    if theirs == terms.EXCLUDED:
        return str(_("пункт исключён другим дополнительным соглашением"))
    return str(_("пункт изменён другим дополнительным соглашением"))


def _taken(number: str, base: amending.Base) -> str:
    """The text of a clause that took the number meanwhile, or ""."""
    drawn = _by_id(base.drawn_clauses)
    found = (clause for clause in base.clauses if clause["id"] not in drawn and clause.get("number") == number)
    return next((str(clause["text"]) for clause in found), "")


def merge(
    agreement_id: int,
    resolutions: Mapping[int, Mapping[str, Any]],
    actor: Actor,
    *,
    edition: int | None = None,
    version: int | None = None,
) -> Agreement:
    """Bring the changes onto the parent's present edition; what was frozen before needs a new revision afterwards.

    `resolutions`: index of a change → {"take": "mine" | "theirs" | "text", "text", "number"}; each conflict needs one.
    `edition` is the parent's edition the person saw. Raises NotAllowed, NotNow (nothing to merge, frozen, moved on),
    NotValid with `resolutions.N` for every conflict left open.
    """
    with transaction():
        agreement = get_for(agreement_id, actor, lock=True)
        expect_version(agreement, version)
        amending.refuse_others(agreement, actor)
        base, found = amending.base(agreement), compared(agreement)
        if not found.needed:
            raise NotNow(_("Основной документ не менялся: объединять нечего"))
        if edition is not None and edition != found.edition:
            raise changed_by_another()
        merged = _resolved(agreement, found, resolutions, base)
        terms.apply(base.clauses, merged)
        _keep(agreement, merged, found, resolutions, actor)
        return agreement


def _resolved(
    agreement: Agreement, found: Merge, resolutions: Mapping[int, Mapping[str, Any]], base: amending.Base
) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    faults: dict[str, Any] = {}
    for meeting in found.meetings:
        change = dict(agreement.data["changes"][meeting.index])
        said = resolutions.get(meeting.index)
        if meeting.settled or (said and said.get("take") == "theirs"):
            continue
        if meeting.conflict and (fault := _fault(meeting, said, base)):
            faults[f"resolutions.{meeting.index}"] = fault
            continue
        merged.append(_onto(_worded(change, said), base))
    if faults:
        raise NotValid(_("Решите, что делать с каждым расхождением"), fields=faults)
    return merged


def _fault(meeting: Meeting, said: Mapping[str, Any] | None, base: amending.Base) -> str:
    """Why a conflict is not resolved by what was said, or ""."""
    if said is None or said.get("take") not in TAKES:
        return str(_("Пункт %(number)s: выберите редакцию", number=meeting.number))
    if said["take"] == "text" and not str(said.get("text") or "").strip():
        return str(_("Пункт %(number)s: напишите новый текст", number=meeting.number))
    if meeting.action == "add":
        number = str(said.get("number") or "").strip() or meeting.number
        if _taken(number, base):
            return str(_("Номер %(number)s занят: дайте пункту другой", number=number))
    elif not meeting.theirs:
        return str(_("Пункта %(number)s больше нет: изменение можно только снять", number=meeting.number))
    return ""


def _worded(change: dict[str, Any], said: Mapping[str, Any] | None) -> dict[str, Any]:
    if said and said.get("take") == "text":
        change["text"] = str(said["text"]).strip()
        change["action"] = "restate" if change["action"] == "exclude" else change["action"]
    if said and change["action"] == "add" and str(said.get("number") or "").strip():
        change["number"] = str(said["number"]).strip()
    return change


def _onto(change: dict[str, Any], base: amending.Base) -> dict[str, Any]:
    """An added clause stands after those that were added at its place meanwhile."""
    if change["action"] != "add":
        return change
    drawn = _by_id(base.drawn_clauses)
    ids = [str(clause["id"]) for clause in base.clauses]
    place = ids.index(change["clause_id"])
    while place + 1 < len(ids) and ids[place + 1] not in drawn:
        place += 1
    return {**change, "clause_id": ids[place]}


def _keep(
    agreement: Agreement,
    merged: list[dict[str, Any]],
    found: Merge,
    resolutions: Mapping[int, Mapping[str, Any]],
    actor: Actor,
) -> None:
    agreement.data = {**agreement.data, "changes": merged}
    agreement.parent_edition = found.edition
    agreement.drafters = sorted({*agreement.drafters, *([actor.id] if actor.id else [])})
    agreement.moved_at = clock.now()
    data = {
        "edition": found.edition,
        "drawn_against": found.drawn_against,
        "resolved": {str(each.index): str(resolutions[each.index]["take"]) for each in found.conflicts},
        "clauses": [change["number"] for change in merged],
    }
    audit.append(actor.who(), audit.Act("agreement", agreement.id, "merge", data=data))
