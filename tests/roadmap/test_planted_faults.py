"""The invariants of the random plans, tried on faults planted by hand: each fault is caught by the invariant named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from core.db import db
from roadmap.effects import amending, editions, periods
from roadmap.models import IndicatorValue, Item, ItemTerms, Occurrence
from roadmap.queries import indicators, report_rows
from roadmap.service import plans
from tests.databases import Databases
from tests.roadmap import test_random_plans as random_plans
from tests.roadmap.test_random_plans import Plans

Patch = Callable[[pytest.MonkeyPatch], None]
Walk = Callable[[Plans], None]
INVARIANTS = (
    "an_approved_edition_never_changes",
    "a_number_is_given_once",
    "a_term_in_force_moves_only_by_both_sides",
    "every_period_has_one_occurrence_on_its_day",
    "every_figure_of_a_report_is_the_count_of_its_rows",
    "an_approved_report_never_changes",
)


@pytest.fixture
def machine(databases: Databases) -> Iterator[Plans]:
    Plans.database, Plans.counted = databases.get("sqlite"), Counter()
    found = Plans()
    yield found
    found.teardown()


def looked(machine: Plans) -> None:
    for name in INVARIANTS:
        getattr(machine, name)()


def pressed(machine: Plans, *steps: Callable[[], Any]) -> None:
    """The steps one after another, every invariant asked after each: as the random machine does."""
    machine.begin(recurrence="yearly", approved=True)
    looked(machine)
    for step in steps:
        step()
        looked(machine)


# The walks: the shortest lives in which each planted fault would do harm ---------------------------------------------


def an_item_is_excluded(machine: Plans) -> None:
    pressed(
        machine,
        lambda: machine.change_by_the_book(side="ministry", which=1, due=date(2027, 1, 1), kind="exclusion"),
        lambda: machine.close_a_quarter(side="ministry"),
    )


def a_period_goes_and_comes_back(machine: Plans) -> None:
    pressed(
        machine,
        lambda: machine.change_by_the_book(side="ministry", which=1, due=date(2027, 3, 1), kind="term"),
        lambda: machine.change_by_the_book(side="ministry", which=1, due=date(2026, 11, 2), kind="term"),
    )


def values_are_recorded(machine: Plans) -> None:
    told: Sequence[tuple[str, str, int | None]] = (
        ("ministry", "declared", 40), ("ministry", "declared", 60), ("corporation", "verified", 50),
    )  # fmt: skip
    for side, kind, figure in told:
        machine.record(side=side, which=0, kind=kind, region="59", period="2026-Q3", figure=figure)
    machine.record(side="ministry", which=1, kind="declared", region="59", period="2026-Q3", figure=None)
    pressed(machine, lambda: machine.close_a_quarter(side="ministry"))


def a_draft_is_edited_past_the_requests(machine: Plans) -> None:
    pressed(
        machine,
        lambda: machine._agree("ministry", 1, date(2026, 11, 2), "term"),
        lambda: machine.amend(side="ministry"),
        lambda: machine.edit_a_later_draft(side="ministry", which=0, due=date(2027, 2, 2)),
        machine.approve,
    )


def a_draft_loses_an_item(machine: Plans) -> None:
    machine.begin(recurrence="yearly", approved=False)
    looked(machine)
    machine.drop(side="ministry", which=2)
    looked(machine)
    machine.add(side="ministry", due=date(2027, 1, 1))
    looked(machine)


def work_goes_on_beside_a_report(machine: Plans) -> None:
    pressed(machine, lambda: machine.work(which=0, step="start", side="ministry"))


# The faults -----------------------------------------------------------------------------------------------------------


def wrapped(place: Any, name: str, change: Callable[[Any], Callable[..., Any]]) -> Patch:
    return lambda patch: patch.setattr(place, name, change(getattr(place, name)))


def _excluded_as_not_due(real: Any) -> Callable[..., Any]:
    return lambda row, at: "not_due" if row.state == "excluded" else real(row, at)


def _excluded_left_out(real: Any) -> Callable[..., Any]:
    return lambda rows: real([row for row in rows if row.status != "excluded"])


def _row_told_twice(real: Any) -> Callable[..., Any]:
    return lambda report: [*real(report), *real(report)[:1]]


def _verified_for_declared(real: Any) -> Callable[..., Any]:
    def add_up(line: Any) -> None:
        real(line)
        line.declared = line.verified if line.verified is not None else line.declared

    return add_up


def _nothing_is_zero(real: Any) -> Callable[..., Any]:
    def aggregate(rule: str, rows: Any) -> Any:
        found = real(rule, rows)
        return Decimal(0) if found is None and rows else found

    return aggregate


def _corrected_values_count(_real: Any) -> Callable[..., Any]:
    value = IndicatorValue
    return lambda roadmap_id: (
        indicators.select(value.id)
        .join(indicators.Indicator, indicators.Indicator.id == value.indicator_id)
        .where(indicators.Indicator.roadmap_id == roadmap_id)
    )


def _first_edition_everywhere(_real: Any) -> Callable[..., Any]:
    return lambda edition: None


def _number_freed(real: Any) -> Callable[..., Any]:
    def strike(item: Item, terms: ItemTerms, actor: Any) -> None:
        real(item, terms, actor)
        item.number, item.code = 9000 + item.number, f"{item.section}.{9000 + item.number}"

    return strike


def _ruling_edition_altered(real: Any) -> Callable[..., Any]:
    def copy_terms(source: int, target: int) -> None:
        real(source, target)
        db.session.execute(update(ItemTerms).where(ItemTerms.edition_id == source).values(unit="Иной отдел"))

    return copy_terms


def _stays_excluded(_real: Any) -> Callable[..., Any]:
    return lambda occurrence: None


def _days_stay(real: Any) -> Callable[..., Any]:
    def move(edition: Any, item: Item, terms: ItemTerms, occurrences: Sequence[Occurrence]) -> None:
        kept = [(one, one.due_on) for one in occurrences]
        real(edition, item, terms, occurrences)
        for one, due in kept:
            one.due_on = due

    return move


def _instance_twice(real: Any) -> Callable[..., Any]:
    def move(edition: Any, item: Item, terms: ItemTerms, occurrences: Sequence[Occurrence]) -> None:
        real(edition, item, terms, occurrences)
        again = f"{occurrences[-1].period}-2"
        db.session.add(Occurrence(item_id=item.id, period=again, ordinal=99, state="planned", due_on=terms.due_on))

    return move


def _sent_report_read_live(_real: Any) -> Callable[..., Any]:
    return report_rows.live_rows


def _one_side_is_enough(real: Any) -> Callable[..., Any]:
    def put(request: Any, edition: Any) -> None:
        real(request, edition)
        request.answered_side = request.side

    return put


FAULTS: dict[str, tuple[Patch, Walk, str]] = {
    "an excluded item is counted as one whose term has not come": (
        wrapped(report_rows, "status_of", _excluded_as_not_due), an_item_is_excluded, "_as_it_was_sent"),
    "totals leave excluded items out": (
        wrapped(random_plans, "summary", _excluded_left_out), an_item_is_excluded, "_figures_add_up"),
    "a row is told twice in a report": (
        wrapped(random_plans, "report_rows", _row_told_twice), work_goes_on_beside_a_report,
        "every_figure_of_a_report_is_the_count_of_its_rows"),
    "verified is taken for declared": (
        wrapped(indicators, "_add_up", _verified_for_declared), values_are_recorded, "_indicators_add_up"),
    "what was not provided is a zero": (
        wrapped(indicators, "aggregate", _nothing_is_zero), values_are_recorded, "_indicators_add_up"),
    "a corrected value is counted beside its correction": (
        wrapped(indicators, "_newest", _corrected_values_count), values_are_recorded, "_indicators_add_up"),
    "a later edition is edited by one side past the requests": (
        wrapped(plans, "first_only", _first_edition_everywhere), a_draft_is_edited_past_the_requests,
        "a_term_in_force_moves_only_by_both_sides"),
    "the side that asks is the side that answers": (
        wrapped(amending, "_put", _one_side_is_enough), a_period_goes_and_comes_back,
        "a_term_in_force_moves_only_by_both_sides"),
    "the number of a struck item is given again": (
        wrapped(plans, "strike", _number_freed), a_draft_loses_an_item, "a_number_is_given_once"),
    "drawing the next edition alters the one in force": (
        wrapped(editions, "copy_terms", _ruling_edition_altered), a_draft_is_edited_past_the_requests,
        "an_approved_edition_never_changes"),
    "a period brought back stays excluded": (
        wrapped(periods, "_restore", _stays_excluded), a_period_goes_and_comes_back,
        "every_period_has_one_occurrence_on_its_day"),
    "periods keep the days of the edition before": (
        wrapped(periods, "_move", _days_stay), a_period_goes_and_comes_back,
        "every_period_has_one_occurrence_on_its_day"),
    "an instance of a recurring item is born twice": (
        wrapped(periods, "_move", _instance_twice), a_period_goes_and_comes_back,
        "every_period_has_one_occurrence_on_its_day"),
    "an approved report is read from what stands today": (
        wrapped(random_plans, "report_rows", _sent_report_read_live), work_goes_on_beside_a_report,
        "an_approved_report_never_changes"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught_by_its_invariant(machine: Plans, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    plant, walk, invariant = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        walk(machine)
    assert invariant in [entry.name for entry in caught.traceback]


@pytest.mark.parametrize("walk", dict.fromkeys(walk for _plant, walk, _invariant in FAULTS.values()))
def test_without_a_fault_the_same_walk_is_quiet(machine: Plans, walk: Walk) -> None:
    walk(machine)
