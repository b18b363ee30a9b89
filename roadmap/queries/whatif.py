"""«Что, если»: moved days asked of the plan. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.calendar import working_days_between
from core.db import db
from core.errors import NotValid
from roadmap import flags, graph, readers
from roadmap.models import Item, Occurrence
from roadmap.queries.network import activities_of, network_of
from roadmap.queries.plans import PlanHead
from roadmap.scheduling import Move, Shift, what_if

MOST = 20
"""Items moved at once."""
FARTHEST = 3660
"""Days an item may be moved by."""


@dataclass(frozen=True)
class Asked:
    """One item to move: to a day, or by so many (working) days."""

    code: str
    due_on: date | None = None
    days: int | None = None
    working: bool = False


@dataclass(frozen=True)
class Follower:
    """An item the moves shift, and what breaks because of it."""

    row: Any
    shift: Shift
    moved: bool
    """The person moved it; the others follow."""
    chain: tuple[str, ...]
    """Codes from the moved item to this one."""
    broken: tuple[str, ...] = ()
    """Words: the control points, periods and ends that no longer hold."""
    overdue: bool = False
    """It becomes overdue (it was not)."""
    working_days: int = 0
    """Working days the last day moved by; less than 0 is earlier."""


@dataclass
class Answer:
    """What follows: the items in the plan's order."""

    followers: list[Follower] = field(default_factory=list)
    shifts: Mapping[int, Shift] = field(default_factory=dict)
    """By item id, of everything looked at."""

    @property
    def sides(self) -> dict[str, int]:
        """How many shifted items lie with each side."""
        found: dict[str, int] = {}
        for one in self.followers:
            side = one.row.responsible_side
            found[side] = found.get(side, 0) + 1
        return found

    @property
    def broken(self) -> int:
        return sum(len(one.broken) for one in self.followers)


def ask(actor: Actor, head: PlanHead, asked: Sequence[Asked]) -> Answer:
    """Four queries, whatever the size of the plan: only what follows the moved items is read.

    Raises NotValid naming the field at fault («code-0», «due-1»), NotNow for a circle in old data.
    """
    if not asked:
        return Answer()
    moved = _moved(actor, head, asked)
    links = graph.links_into(graph.reached_from([row.id for row in moved.values()]))
    ends = {*(link.before for link in links), *(link.after for link in links), *(row.id for row in moved.values())}
    rows = {row.id: row for row in activities_of(actor, head.id, Item.id.in_(ends))}
    network = network_of(rows.values(), [graph.as_link(link) for link in links])
    moves = {moved[index].id: _move(moved[index], one, index) for index, one in enumerate(asked)}
    found = what_if(network, moves, graph.DAYS)
    shifts = {int(str(key)): shift for key, shift in found.items()}
    following = _next_periods([key for key, shift in shifts.items() if shift.moved])
    followers = [
        _follower(rows, shifts, rows[key], key in moves, head, following.get(key)) for key in rows if shifts[key].moved
    ]
    return Answer(followers, shifts)


def _moved(actor: Actor, head: PlanHead, asked: Sequence[Asked]) -> dict[int, Any]:
    """The rows of the items asked about, by their place in the form. One query."""
    if len(asked) > MOST:
        raise NotValid(_("Не больше %(n)s пунктов сразу", n=MOST), "code-0")
    codes = [one.code for one in asked]
    found = {row.code: row for row in activities_of(actor, head.id, Item.code.in_(codes))}
    faults: dict[str, Any] = {}
    for index, code in enumerate(codes):
        if code not in found:
            faults[f"code-{index}"] = _("В плане нет действующего пункта «%(code)s»", code=code)
        elif code in codes[:index]:
            faults[f"code-{index}"] = _("Пункт %(code)s назван дважды", code=code)
        elif found[code].state == "done":
            faults[f"code-{index}"] = _("Пункт %(code)s исполнен: его дата не меняется", code=code)
    if faults:
        raise NotValid(_("Посчитать нельзя"), fields=faults)
    return {index: found[code] for index, code in enumerate(codes)}


def _move(row: Any, one: Asked, index: int) -> Move:
    """The new last day. Raises NotValid."""
    due = one.due_on
    if due is None and one.days is not None:
        if row.due_on is None:
            raise NotValid(_("У пункта %(code)s нет срока: укажите дату", code=row.code), f"due-{index}")
        if abs(one.days) > FARTHEST:
            raise NotValid(_("Не больше %(n)s дней", n=FARTHEST), f"days-{index}")
        due = graph.DAYS.add(row.due_on, one.days, one.working)
    if due is None:
        raise NotValid(_("Укажите новый срок или число дней"), f"due-{index}")
    if row.starts_on and due < row.starts_on:
        raise NotValid(_("Срок раньше начала"), f"due-{index}")
    return Move(due)


def _next_periods(item_ids: Sequence[int]) -> dict[int, date]:
    """The last day of each item's next period after the present one. One query."""
    current = aliased(Occurrence)
    rows = db.session.execute(
        select(Occurrence.item_id, Occurrence.due_on)
        .join(Item, Item.id == Occurrence.item_id)
        .join(current, current.id == Item.current_id)
        .where(Item.id.in_(item_ids), Occurrence.ordinal == current.ordinal + 1, Occurrence.due_on.is_not(None))
    )
    return {row.item_id: row.due_on for row in rows}


def _follower(
    rows: Mapping[int, Any], shifts: Mapping[int, Shift], row: Any, moved: bool, head: PlanHead, following: date | None
) -> Follower:
    shift = shifts[row.id]
    today = clock.today()
    late = bool(shift.due and shift.due < today and row.state in flags.WORKING and not flags.overdue(row, today))
    working = working_days_between(shift.was_due, shift.due) if shift.was_due and shift.due else 0
    broken = tuple(_broken(row, shift, head, following))
    return Follower(row, shift, moved, _chain(rows, shifts, row.id), broken, late, working)


def _chain(rows: Mapping[int, Any], shifts: Mapping[int, Shift], item_id: int) -> tuple[str, ...]:
    chain = [rows[item_id].code]
    by = shifts[item_id].pushed_by
    while by is not None:
        key = int(str(by))
        chain.append(rows[key].code)
        by = shifts[key].pushed_by
    return tuple(reversed(chain))


def _broken(row: Any, shift: Shift, head: PlanHead, following: date | None) -> list[str]:
    """What no longer holds, in words."""
    due, was = shift.due, shift.was_due
    if due is None or was is None or due <= was:
        return []
    words = [_("контрольная точка «%(title)s», %(day)s", title=p, day=f"{d:%d.%m.%Y}") for p, d in _points(row, shift)]
    if following is not None and due >= following:
        words.append(_("срок следующего периода, %(day)s", day=f"{following:%d.%m.%Y}"))
    if due.year > was.year:
        words.append(_("переходит на %(year)s год", year=due.year))
    if due > head.period_end >= was:
        words.append(_("выходит за период плана, %(day)s", day=f"{head.period_end:%d.%m.%Y}"))
    return words


def _points(row: Any, shift: Shift) -> list[tuple[str, date]]:
    """Control points not reached yet that fall before the new beginning, or closed the old term and now do not."""
    assert shift.due is not None
    assert shift.was_due is not None
    begins = shift.start if shift.start != shift.was_start else None
    found = []
    for place, point in enumerate(row.control_points or ()):
        day = date.fromisoformat(point["due"]) if point.get("due") else None
        if day is None or str(place) in (row.control_facts or {}):
            continue
        if (begins and shift.was_start and shift.was_start <= day < begins) or shift.was_due <= day < shift.due:
            found.append((point["title"], day))
    return found


def forecasts(actor: Actor, head: PlanHead) -> list[Asked]:
    """Items whose executors foresee a later day than the plan's: each to its forecast. One query."""
    rows = db.session.execute(
        select(Item.code, Occurrence.forecast_on)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .where(
            Item.roadmap_id == head.id,
            Occurrence.state.in_(flags.WORKING),
            Occurrence.forecast_on > Occurrence.due_on,
            visible_to(actor, readers.ITEM, Item.id),
        )
        .order_by(Occurrence.forecast_on.desc(), Item.id)
        .limit(MOST)
    )
    return [Asked(row.code, row.forecast_on) for row in rows]
