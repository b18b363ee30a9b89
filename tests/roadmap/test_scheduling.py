"""The schedule's arithmetic: what a moved day pushes, reserves, the critical path. No database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import russia
from roadmap.scheduling import Activity, Circle, Days, Link, Move, Network, critical_path, reserves, what_if

START = date(2026, 1, 12)
ONE = timedelta(days=1)


def add_working(day: date, days: int) -> date:
    """The plain production calendar."""
    while days > 0:
        day += ONE
        days -= russia.is_working(day)
    while days < 0:
        day -= ONE
        days += russia.is_working(day)
    return day


DAYS = Days(add_working)


def on(day: int) -> date:
    return START + timedelta(days=day)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Activity], list[Link]]:
    """A few activities and links that lead from an earlier number to a later one: no circles."""
    count = draw(st.integers(2, 7))
    activities = []
    for key in range(count):
        begin, length = draw(st.integers(0, 60)), draw(st.integers(0, 30))
        kind = draw(st.sampled_from(["plain", "plain", "plain", "point", "undated", "done", "started"]))
        due = None if kind == "undated" else on(begin + length)
        start = on(begin) if kind in ("plain", "done", "started") else None
        fact = on(begin + length + draw(st.integers(-3, 9))) if kind == "done" else None
        activities.append(Activity(key, start, due, fact, kind in ("started", "done")))
    pairs = [(one, other) for one in range(count) for other in range(one + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9))
    links = [
        Link(one, other, draw(st.integers(0, 12)), draw(st.booleans()), draw(st.sampled_from([False, False, True])))
        for one, other in chosen
    ]
    return activities, links


def movable(activities: list[Activity]) -> list[Activity]:
    return [one for one in activities if not one.done and one.due_on]


@given(plans())
def test_moving_nothing_changes_nothing(plan: tuple[list[Activity], list[Link]]) -> None:
    network = Network.of(*plan)
    assert not [shift for shift in what_if(network, {}, DAYS).values() if shift.moved]
    same = {one.key: Move(one.due_on) for one in movable(plan[0]) if one.due_on}
    assert not [shift for shift in what_if(network, same, DAYS).values() if shift.moved]


@given(plans(), st.integers(0, 90), st.integers(0, 90), st.data())
def test_a_later_move_never_brings_anything_earlier(
    plan: tuple[list[Activity], list[Link]], days: int, more: int, data: st.DataObject
) -> None:
    can = movable(plan[0])
    if not can:
        return
    one = data.draw(st.sampled_from(can))
    assert one.due_on is not None
    network = Network.of(*plan)
    sooner = what_if(network, {one.key: Move(one.due_on + timedelta(days=days))}, DAYS)
    later = what_if(network, {one.key: Move(one.due_on + timedelta(days=days + more))}, DAYS)
    for key, shift in sooner.items():
        due, start = later[key].due, later[key].start
        assert shift.due is None or (due is not None and due >= shift.due)
        assert shift.start is None or (start is not None and start >= shift.start)
        assert shift.was_due is None or shift.due is None or shift.due >= shift.was_due


@given(plans(), st.integers(1, 90), st.data())
def test_only_what_follows_is_moved_and_what_is_done_stays(
    plan: tuple[list[Activity], list[Link]], days: int, data: st.DataObject
) -> None:
    activities, links = plan
    can = movable(activities)
    if not can:
        return
    one = data.draw(st.sampled_from(can))
    assert one.due_on is not None
    reached = {one.key}
    for _turn in activities:
        reached |= {link.after for link in links if link.before in reached}
    shifts = what_if(Network.of(activities, links), {one.key: Move(one.due_on + timedelta(days=days))}, DAYS)
    for activity in activities:
        if activity.key not in reached or activity.done:
            assert not shifts[activity.key].moved
    for shift in shifts.values():
        if shift.moved and shift.key != one.key:
            assert shift.pushed_by is not None
            assert shifts[shift.pushed_by].moved


@given(plans())
def test_the_reserve_is_never_negative_and_somebody_has_none(plan: tuple[list[Activity], list[Link]]) -> None:
    network = Network.of(*plan)
    found = reserves(network, DAYS)
    assert all(one.days >= 0 for one in found.values())
    assert all(one.finish >= one.start for one in found.values())
    if found:
        assert critical_path(network, DAYS)


@given(plans())
def test_the_path_agrees_with_the_longest_of_all_chains(plan: tuple[list[Activity], list[Link]]) -> None:
    """Every chain is walked one by one; an activity is critical exactly where no later end would leave the last one."""
    activities = [one for one in plan[0] if one.starts_on and one.due_on and not one.started]
    keys = {one.key for one in activities}
    links = [link for link in plan[1] if not link.term and link.before in keys and link.after in keys]
    network = Network.of(activities, links)
    linked = network.linked
    by_key = {one.key: one for one in activities if one.key in linked}
    if not by_key:
        assert critical_path(network, DAYS) == []
        return
    end = max(longest(key, by_key, links) for key in by_key)
    found = reserves(network, DAYS)
    assert max(one.finish for one in found.values()) == end
    for key in by_key:
        kept = found[key].days
        assert end_when(key, kept, by_key, links) == end
        assert end_when(key, kept + 1, by_key, links) > end


def longest(key: object, known: Mapping[object, Activity], links: list[Link], late: Mapping[object, int] = {}) -> date:
    """The end of an activity by walking every chain that leads to it; `late` adds days to the end of some."""
    activity = known[key]
    assert activity.starts_on is not None
    assert activity.due_on is not None
    starts = [activity.starts_on]
    starts += [DAYS.needed(link, longest(link.before, known, links, late)) for link in links if link.after == key]
    return max(starts) + (activity.due_on - activity.starts_on) + timedelta(days=late.get(key, 0))


def end_when(key: object, days: int, known: Mapping[object, Activity], links: list[Link]) -> date:
    return max(longest(one, known, links, {key: days}) for one in known)


def test_a_chain_in_calendar_and_working_days() -> None:
    """Friday the 30th of January 2026: «через 2 рабочих дня» begins on Wednesday, «сразу» on Saturday."""
    first = Activity("a", date(2026, 1, 26), date(2026, 1, 30))
    second = Activity("b", date(2026, 1, 31), date(2026, 2, 5))
    third = Activity("c", date(2026, 2, 4), date(2026, 2, 6))
    network = Network.of([first, second, third], [Link("a", "b"), Link("a", "c", 2, working=True)])
    shifts = what_if(network, {"a": Move(date(2026, 2, 2))}, DAYS)
    assert (shifts["b"].start, shifts["b"].due) == (date(2026, 2, 3), date(2026, 2, 8))
    assert (shifts["c"].start, shifts["c"].due) == (date(2026, 2, 5), date(2026, 2, 7))
    assert shifts["c"].pushed_by == "a"


def test_slack_is_eaten_before_anything_moves_and_an_overlap_is_kept() -> None:
    roomy = Network.of([Activity("a", on(0), on(10)), Activity("b", on(20), on(30))], [Link("a", "b")])
    assert what_if(roomy, {"a": Move(on(19))}, DAYS)["b"].due == on(30)
    assert what_if(roomy, {"a": Move(on(21))}, DAYS)["b"].due == on(32)
    overlapping = Network.of([Activity("a", on(0), on(10)), Activity("b", on(5), on(30))], [Link("a", "b")])
    assert what_if(overlapping, {"a": Move(on(13))}, DAYS)["b"].start == on(8)


def test_a_term_counted_from_another_item_follows_it_both_ways() -> None:
    network = Network.of([Activity("a", on(0), on(10)), Activity("b")], [Link("a", "b", 30, term=True)])
    assert what_if(network, {}, DAYS)["b"].was_due == on(40)
    assert what_if(network, {"a": Move(on(14))}, DAYS)["b"].due == on(44)
    assert what_if(network, {"a": Move(on(7))}, DAYS)["b"].due == on(37)


def test_what_has_started_keeps_its_beginning() -> None:
    network = Network.of([Activity("a", on(0), on(10)), Activity("b", on(11), on(30), started=True)], [Link("a", "b")])
    shift = what_if(network, {"a": Move(on(15))}, DAYS)["b"]
    assert (shift.start, shift.due) == (on(11), on(35))


def test_a_circle_is_refused_by_its_name() -> None:
    activities = [Activity(key, on(0), on(1)) for key in ("2.1", "2.4", "3.1")]
    with pytest.raises(Circle, match=r"2\.1 → 2\.4 → 2\.1"):
        Network.of(activities, [Link("2.1", "2.4"), Link("2.4", "2.1"), Link("2.4", "3.1")])


def test_a_line_of_ten_thousand_is_no_matter() -> None:
    activities = [Activity(key, on(key), on(key)) for key in range(10_000)]
    links = [Link(key, key + 1) for key in range(9_999)]
    shifts = what_if(Network.of(activities, links), {0: Move(on(5))}, DAYS)
    assert shifts[9_999].days == 5
    assert len(critical_path(Network.of(activities, links), DAYS)) == 10_000
