"""Random lives of a plan: whatever people press, what was approved stands, numbers and dates obey, figures add up.

Every example whose plan is approved closes a quarter at once, and quarters go on being closed: what follows is pressed
beside reports both sides have agreed to. What a report ought to say is counted here once more from the rows themselves.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, currently_in_test_context, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db
from core.documents.models import IssuedDocument
from core.errors import Refusal
from core.store import files
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap import service
from roadmap.documents.report import context
from roadmap.effects.amending import plain
from roadmap.models import (
    OPEN_EDITION,
    TERMS,
    ChangeRequest,
    Edition,
    Indicator,
    IndicatorValue,
    Item,
    ItemTerms,
    Occurrence,
    Report,
    Roadmap,
)
from roadmap.periods import spread
from roadmap.queries.report_rows import thawed
from roadmap.queries.reports import STATUSES, report_rows, sections, summary, trace
from roadmap.rounds import days_of
from roadmap.service import NewChange, NewIndicator, NewItem, NewValue, RowEdit, save_table
from roadmap.service.reports import correct_report, open_report, take_report_step
from roadmap.states.changes import KINDS
from tests.databases import Database, Databases
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, evidence, give_all, in_force

MOMENT = datetime(2026, 7, 3, 9, tzinfo=UTC)
FINISHED = ("done", "not_done", "excluded")
APPROVED = ("in_force", "superseded", "final_report", "closed")
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
SIDES = st.sampled_from(["ministry", "corporation"])
RECURRENCES = st.sampled_from(["once", "yearly", "quarterly", "half_yearly"])
WHICH = st.integers(0, 9)
VERSIONS = st.sampled_from([None, None, None, 1])
OF_ITEMS = sorted(set(KINDS) - {"plan_value"})
REGIONS = st.sampled_from(["02", "59"])
QUARTERS = ("2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")
MEASURES = (("P-01", "Обучающиеся", "чел."), ("S-02", "Билет в будущее", "чел."))
PLANNED = 2
"""Plan values typed while the plan was drawn."""
PRINTED = ("summary", "sections", "trace", "indicators", "as_of", "period")
"""What of an approved report's paper may never say anything else again."""


class Plans(RuleBasedStateMachine):
    """A small plan from its first draft through requests and editions, and everybody pressing everything."""

    database: Database
    counted: Counter[str]
    """Over all examples: reports that were approved, and steps taken beside at least one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.database.clean()
        self.context = self.database.app.app_context()
        self.context.push()
        self.now = MOMENT
        self.clock = clock.at(self.now)
        self.clock.__enter__()
        self.cast: Cast = a_cast()
        self.plan_id = a_plan(self.cast).id
        ours = self.cast.who("m_coord")
        self.measures = [service.add_indicator(self.plan_id, NewIndicator(*one), ours).id for one in MEASURES]
        service.set_targets(self.measures[0], {2026: "2500", 2027: "2700"}, "план", ours)
        self.frozen: dict[int, tuple[str, str | None]] = {}
        self.numbers: dict[int, tuple[int, int]] = {}
        self.ruling: dict[int, dict[str, Any]] = {}
        self.sent: dict[tuple[int, int], str] = {}
        self.agreed: dict[int, Any] = {}

    def teardown(self) -> None:
        self.clock.__exit__(None, None, None)
        self.context.pop()

    @property
    def plan(self) -> Roadmap:
        return db.session.get_one(Roadmap, self.plan_id)

    def items(self) -> list[Item]:
        return list(db.session.scalars(select(Item).where(Item.roadmap_id == self.plan_id).order_by(Item.id)))

    def one(self, which: int) -> Item | None:
        items = self.items()
        return items[which % len(items)] if items else None

    def press(self, call: Any) -> None:
        """Do it, or be refused in words; anything else is a fault."""
        try:
            call()
        except Refusal:
            db.session.rollback()

    # Drafting -----------------------------------------------------------------------------------------------------

    @initialize(recurrence=RECURRENCES, approved=st.sampled_from([True, True, True, False]))
    def begin(self, recurrence: str, approved: bool) -> None:
        for each in ("once", recurrence, "quarterly"):
            an_item(self.cast, self.plan, recurrence=each, due_on=date(2026, 12, 15))
        if approved:
            self.approve()
            self.close_a_quarter("ministry")

    @rule(side=SIDES, recurrence=RECURRENCES, due=DAYS, which=WHICH, strike=WHICH, version=VERSIONS)
    def save_a_table(self, side: str, recurrence: str, due: date, which: int, strike: int, version: int | None) -> None:
        """Edits, a new row and a struck one in a single save; versions right or stale."""
        rows = [RowEdit("new", {"title": "Новое", "due_on": f"{due:%d.%m.%Y}", "recurrence": recurrence}, section=1)]
        item, struck = self.one(which), self.one(strike)
        if item is not None:
            told = {"title": "Правка", "due_on": due.isoformat(), "recurrence": recurrence, "unit": "Отдел",
                    "result": "Есть", "document_kind": "акт", "term_text": "в срок"}  # fmt: skip
            rows.append(RowEdit("edit", told, item_id=item.id, version=version))
        if struck is not None and strike % 3 == 0 and struck is not item:
            rows.append(RowEdit("strike", item_id=struck.id, strike=True))
        self.press(lambda: save_table(edition_of(self.plan).id, rows, self.cast.coordinator(side)))

    @rule(side=SIDES, due=DAYS)
    def add(self, side: str, due: date) -> None:
        terms = {"title": "Ещё одно", "due_on": due, "unit": "Отдел", "result": "Есть", "document_kind": "акт"}
        self.press(lambda: service.add_item(edition_of(self.plan).id, NewItem(1, terms), self.cast.coordinator(side)))

    @rule(side=SIDES, which=WHICH)
    def drop(self, side: str, which: int) -> None:
        item = self.one(which)
        if item is not None:
            self.press(lambda: service.drop_item(edition_of(self.plan).id, item.id, self.cast.coordinator(side)))

    # Editions -----------------------------------------------------------------------------------------------------

    @rule()
    def approve(self) -> None:
        """The edition on its way through both sides' routes; where it is incomplete it is filled first."""
        edition = db.session.scalars(
            select(Edition).where(Edition.roadmap_id == self.plan_id, Edition.state.in_(OPEN_EDITION))
        ).first()
        if edition is None:
            return
        if edition.number == 1:
            self._complete(edition)
        self.press(lambda: in_force(self.cast, self.plan, edition.number, f"П-{edition.number}"))

    def _complete(self, edition: Edition) -> None:
        rows = db.session.scalars(select(ItemTerms).where(ItemTerms.edition_id == edition.id)).all()
        told = {"unit": "Отдел", "result": "Есть", "document_kind": "акт", "term_text": "в срок", "starts_on": None}
        edits = [RowEdit(str(row.item_id), told, item_id=row.item_id) for row in rows]
        if edits:
            self.press(lambda: save_table(edition.id, edits, self.cast.who("m_coord")))

    @rule(side=SIDES)
    def amend(self, side: str) -> None:
        ruling = db.session.scalars(
            select(Edition).where(Edition.roadmap_id == self.plan_id, Edition.state == "in_force")
        ).first()
        if ruling is not None:
            step = "start_amendment"
            self.press(lambda: service.take_edition_step(ruling.id, step, self.cast.coordinator(side), Ask("запросы")))

    @rule(side=SIDES)
    def withdraw(self, side: str) -> None:
        newer = db.session.scalars(
            select(Edition).where(
                Edition.roadmap_id == self.plan_id, Edition.number > 1, Edition.state.in_(OPEN_EDITION)
            )
        ).first()
        if newer is not None:
            self.press(
                lambda: service.take_edition_step(newer.id, "withdraw", self.cast.coordinator(side), Ask("раздумали"))
            )

    @rule(side=SIDES, which=WHICH, due=DAYS)
    def edit_a_later_draft(self, side: str, which: int, due: date) -> None:
        """Past the requests: straight into the newest edition, whatever its state."""
        newest = db.session.scalars(
            select(Edition).where(Edition.roadmap_id == self.plan_id).order_by(Edition.number.desc()).limit(1)
        ).one()
        item, actor = self.one(which), self.cast.coordinator(side)
        if item is not None:
            values = {"due_on": due, "starts_on": None, "until_on": None}
            self.press(lambda: service.edit_item(newest.id, item.id, values, None, actor))
        if self._in_force():
            self.press(lambda: service.set_targets(self.measures[0], {2026: due.day}, "мимо", actor))

    # Requests -----------------------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(OF_ITEMS), side=SIDES, which=WHICH, due=DAYS, until=st.booleans())
    def ask_for_a_change(self, kind: str, side: str, which: int, due: date, until: bool) -> None:
        values: dict[str, dict[str, Any]] = {
            "term": {"until_on": due} if until else {"due_on": due, "starts_on": None},
            "executor": {"unit": f"Отдел {due.year}"},
            "result": {"result": f"Иное {due.year}"},
            "indicator": {"target": due.day},
            "new_item": {"title": "По запросу", "due_on": due, "recurrence": "yearly", "result": "Есть",
                         "unit": "Отдел", "document_kind": "акт"},
        }  # fmt: skip
        item = self.one(which)
        new = NewChange(kind, values.get(kind, {}), "нужно", item.id if item else None, 1)
        self.press(lambda: service.draft_change(self.plan_id, new, self.cast.coordinator(side)))

    @rule(
        step=st.sampled_from(["submit", "to_other", "approve", "decline", "withdraw", "apply"]), side=SIDES, which=WHICH
    )
    def answer_a_change(self, step: str, side: str, which: int) -> None:
        ids = db.session.scalars(select(ChangeRequest.id).order_by(ChangeRequest.id.desc())).all()
        if ids:
            found = ids[which % len(ids)]
            self.press(lambda: service.take_change_step(found, step, self.cast.coordinator(side), Ask("потому что")))

    @rule(side=SIDES, which=WHICH, due=DAYS, kind=st.sampled_from(["term", "term", "until", "exclusion", "new_item"]))
    def change_by_the_book(self, side: str, which: int, due: date, kind: str) -> None:
        """Asked by one side, approved by the other, drawn into the next edition, approved and reported on."""
        self._agree(side, which, due, kind)
        self.amend(side)
        self.approve()
        self.close_a_quarter(side)

    def _agree(self, side: str, which: int, due: date, kind: str) -> None:
        item = self.one(which)
        values: dict[str, dict[str, Any]] = {
            "term": {"due_on": due, "starts_on": None},
            "until": {"until_on": due},
            "new_item": {"title": "По запросу", "due_on": due, "recurrence": "half_yearly", "result": "Есть",
                         "unit": "Отдел", "document_kind": "акт", "term_text": "в срок"},
        }  # fmt: skip
        told = values.get(kind, {})
        kind = "term" if kind == "until" else kind
        ours, theirs = self.cast.coordinator(side), self.cast.coordinator(self.cast.other(side))
        new = NewChange(kind, told, "нужно", item.id if item else None, 1)
        try:
            row = service.draft_change(self.plan_id, new, ours)
            for step, actor in (("submit", ours), ("to_other", ours), ("approve", theirs)):
                service.take_change_step(row.id, step, actor, Ask("нужно"))
        except Refusal:
            db.session.rollback()

    # Doing and reporting ------------------------------------------------------------------------------------------

    @rule(which=WHICH, step=st.sampled_from(["start", "submit", "accept", "confirm", "recall", "exclude"]), side=SIDES)
    def work(self, which: int, step: str, side: str) -> None:
        item = self.one(which)
        row = db.session.get(Occurrence, item.current_id) if item is not None and item.current_id else None
        if row is None:
            return
        actor = self.cast.coordinator(side) if step in ("accept", "confirm") else self.cast.who("executor", side)
        self.press(lambda: evidence(row, self.cast.who("executor", side)))
        self.press(lambda: service.take_item_step(row.id, step, actor, Ask("в срок")))

    @rule(period=st.sampled_from(["2026-Q2", "2026-Q3", "2026-Q4", "2026"]), side=SIDES)
    def report(self, period: str, side: str) -> None:
        self.press(lambda: open_report(self.plan_id, period, self.cast.coordinator(side)))
        waiting = db.session.scalars(select(Report).where(Report.state == "collecting")).first()
        if waiting is not None:
            ask = Ask("сведений нет", {"gaps_note": "сведений нет"})
            self.press(lambda: take_report_step(waiting.id, "submit", self.cast.coordinator(side), ask))

    @rule(side=SIDES)
    def close_a_quarter(self, side: str) -> None:
        """The first quarter nobody has closed, by the book: opened, sent, agreed by both, its paper given out."""
        known = set(db.session.scalars(select(Report.period).where(Report.state != "collecting")))
        period = next((one for one in QUARTERS if one not in known), QUARTERS[-1])
        end = days_of(period)[1]
        if self.now.date() <= end:
            self._move_clock(datetime(end.year, end.month, end.day, 9, tzinfo=UTC) + timedelta(days=3))
        actor = self.cast.coordinator(side)
        self.press(lambda: open_report(self.plan_id, period, actor))
        self._agree_on(period, actor)

    @rule(side=SIDES, which=WHICH)
    def correct_a_report(self, side: str, which: int) -> None:
        """An approved report is corrected by a new one, which both sides agree to as well."""
        ids = db.session.scalars(select(Report.id).where(Report.state == "approved").order_by(Report.id)).all()
        if ids:
            actor, old = self.cast.coordinator(side), ids[which % len(ids)]
            self.press(lambda: correct_report(old, "уточнены сведения", actor))
            self._agree_on(db.session.get_one(Report, old).period, actor)

    def _agree_on(self, period: str, actor: Actor) -> None:
        row = db.session.scalars(select(Report).where(Report.period == period, Report.state == "collecting")).first()
        if row is None:
            return
        ask = Ask("сведений нет", {"gaps_note": "сведений нет"})
        self.press(lambda: take_report_step(row.id, "submit", actor, ask))
        self.press(lambda: give_all(self.cast, "roadmap_report", row.id))
        drain()
        if db.session.get_one(Report, row.id).state == "approved":
            self.counted["approved"] += 1
            if currently_in_test_context():
                event("a report was approved")

    @rule(
        side=SIDES, which=WHICH, kind=st.sampled_from(["declared", "declared", "verified"]), region=REGIONS,
        period=st.sampled_from(["2026-Q2", "2026-Q3", "2027-Q1"]), figure=st.one_of(st.none(), st.integers(0, 5000)),
    )  # fmt: skip
    def record(self, side: str, which: int, kind: str, region: str, period: str, figure: int | None) -> None:
        """A value of an indicator, or the word that there is none."""
        new = NewValue(period, kind, figure, figure is None, region_code=region)
        indicator = self.measures[which % len(self.measures)]
        self.press(lambda: service.record_value(indicator, new, self.cast.coordinator(side)))

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self._move_clock(min(self.now + timedelta(days=days), datetime(2028, 6, 1, 9, tzinfo=UTC)))

    def _move_clock(self, now: datetime) -> None:
        self.now = now
        self.clock.__exit__(None, None, None)
        self.clock = clock.at(self.now)
        self.clock.__enter__()

    # What never changes -------------------------------------------------------------------------------------------

    @invariant()
    def an_approved_edition_never_changes(self) -> None:
        db.session.expire_all()
        for edition in db.session.scalars(select(Edition).where(Edition.state.in_(APPROVED))):
            now = (_digest(edition.id), edition.content_hash)
            assert self.frozen.setdefault(edition.id, now) == now, edition.number
            assert edition.content_hash is not None

    @invariant()
    def a_number_is_given_once(self) -> None:
        given = Counter((item.section, item.number) for item in self.items())
        assert not [number for number, times in given.items() if times > 1]
        highest = max((number for _section, number in self.numbers.values()), default=0)
        for item in self.items():
            known = self.numbers.get(item.id)
            assert known in (None, (item.section, item.number))
            assert known is not None or item.number > highest
        self.numbers = {item.id: (item.section, item.number) for item in self.items()}
        assert all(item.code == f"{item.section}.{item.number}" for item in self.items())

    @invariant()
    def a_term_in_force_moves_only_by_both_sides(self) -> None:
        now = {item.id: terms for item, terms in self._in_force()}
        for item_id, was in self.ruling.items():
            changed = {name for name in TERMS if item_id in now and plain(getattr(now[item_id], name)) != was[name]}
            allowed: set[str] = set()
            for request in self._applied(item_id, now.get(item_id)):
                assert request.answered_side not in ("", request.side)
                allowed |= set(request.changes)
            assert changed <= allowed, (changed, allowed)
        assert set(self.ruling) <= set(now)
        self.ruling = {key: {name: plain(getattr(row, name)) for name in TERMS} for key, row in now.items()}

    @invariant()
    def a_plan_value_in_force_moves_only_by_both_sides(self) -> None:
        if not self._in_force():
            return
        rows = db.session.scalars(
            select(IndicatorValue).where(IndicatorValue.kind == "plan").order_by(IndicatorValue.id)
        ).all()
        typed, moved = rows[:PLANNED], rows[PLANNED:]
        assert [row.value for row in typed] == [2500, 2700]
        requests = db.session.scalars(
            select(ChangeRequest).where(ChangeRequest.kind == "plan_value", ChangeRequest.state == "applied")
        ).all()
        assert all(request.answered_side not in ("", request.side) for request in requests)
        assert sorted(row.value or 0 for row in moved) == sorted(
            Decimal(request.changes["plan_value"][1]["value"]) for request in requests
        )

    def _applied(self, item_id: int, terms: ItemTerms | None) -> list[ChangeRequest]:
        """Requests of the item that its present edition carries."""
        if terms is None:
            return []
        return list(
            db.session.scalars(
                select(ChangeRequest).where(
                    ChangeRequest.item_id == item_id,
                    ChangeRequest.state == "applied",
                    ChangeRequest.edition_id == terms.edition_id,
                )
            )
        )

    def _in_force(self) -> list[tuple[Item, ItemTerms]]:
        rows = db.session.execute(
            select(Item, ItemTerms)
            .join(ItemTerms, ItemTerms.id == Item.terms_id)
            .join(Edition, Edition.id == ItemTerms.edition_id)
            .where(Item.roadmap_id == self.plan_id, Edition.state.in_(APPROVED))
        )
        return [(item, terms) for item, terms in rows]

    @invariant()
    def every_period_has_one_occurrence_on_its_day(self) -> None:
        for item, terms in self._in_force():
            rows = db.session.scalars(select(Occurrence).where(Occurrence.item_id == item.id)).all()
            spans = {span.key: span for span in spread(terms, self.plan.period_end)}
            assert max(Counter(row.period for row in rows).values()) == 1
            assert item.current_id in {row.id for row in rows}
            if terms.excluded:
                assert not [row for row in rows if row.state in ("planned", "in_progress", "suspended")]
                continue
            assert set(spans) <= {row.period for row in rows}, item.code
            assert not [row.period for row in rows if row.state == "excluded" and row.period in spans], item.code
            for row in rows:
                if row.state not in (*FINISHED, "on_review", "on_confirmation", "returned"):
                    assert row.period in spans, (item.code, row.period, row.state)
                    assert (row.starts_on, row.due_on) == (spans[row.period].starts_on, spans[row.period].due_on)

    @invariant()
    def every_figure_of_a_report_is_the_count_of_its_rows(self) -> None:
        codes = {item.id: item.code for item in self.items()}
        for report in db.session.scalars(select(Report)):
            rows = report_rows(report)
            assert all(codes[row.item_id] == row.code for row in rows)
            assert len({row.occurrence_id for row in rows}) == len(rows)
            _figures_add_up(summary(rows), [part.totals for part in sections(report, rows)], trace(rows), rows)
            if report.content is not None and report.state != "collecting":
                self._as_it_was_sent(report)

    def _as_it_was_sent(self, report: Report) -> None:
        """On the day it was sent its rows and figures were those the test counts; they are the same ever since."""
        assert report.content is not None
        said, key = repr(report.content), (report.id, report.submissions)
        if key not in self.sent:
            told = {row["occurrence_id"]: row["status"] for row in report.content["rows"]}
            assert told == _statuses(report)
            _indicators_add_up(report, report.content["indicators"])
        assert self.sent.setdefault(key, said) == said
        printed, rows = context(report), [thawed(row) for row in report.content["rows"]]
        traced = {one["status"]: one["rows"].split(", ") for one in printed["trace"]}
        by_name = {status: traced.get(str(label), []) for status, label in STATUSES.items()}
        _figures_add_up(printed["summary"], [part["totals"] for part in printed["sections"]], by_name, rows)
        assert printed["indicators"] == report.content["indicators"]

    @invariant()
    def an_approved_report_never_changes(self) -> None:
        for report in db.session.scalars(select(Report).where(Report.state == "approved")):
            papers = db.session.scalars(
                select(IssuedDocument)
                .where(IssuedDocument.subject_kind == "roadmap_report", IssuedDocument.subject_id == report.id)
                .order_by(IssuedDocument.id)
            )
            printed = context(report)
            now = (
                repr(report.content), report.content_hash, report.approved_at, report.gaps_note, report.correction,
                [(one.id, one.sha256, hashlib.sha256(files().get(one.sha256)).hexdigest()) for one in papers],
                repr([printed[name] for name in PRINTED]), repr(report_rows(report)),
            )  # fmt: skip
            assert self.agreed.setdefault(report.id, now) == now, report.period
            assert [sha for _id, sha, found in now[5] if sha != found] == []
            assert report.content_hash in {sha for _id, sha, _found in now[5]}
        self.counted["steps beside an approved report"] += bool(self.agreed)


def _figures_add_up(
    totals: Mapping[str, int], parts: Sequence[Mapping[str, int]], traced: Mapping[str, Sequence[str]], rows: Any
) -> None:
    """Every figure is the number of its own rows, by the test's own count; sections make up the whole."""
    counted = Counter(row.status for row in rows)
    assert totals == {"total": len(rows), **{status: counted[status] for status in STATUSES}}
    assert {name: sum(part[name] for part in parts) for name in totals} == totals or not rows
    for status in STATUSES:
        keys = [row.key for row in rows if row.status == status]
        assert (len(traced[status]), list(traced[status])) == (counted[status], keys)


def _statuses(report: Report) -> dict[int, str]:
    """Occurrence → status for every occurrence the report ought to tell of, worked out without the code under test."""
    start, end = report.period_start, report.period_end
    day = min(clock.today(), end + timedelta(days=1))
    found = {}
    rows = db.session.scalars(
        select(Occurrence).join(Item, Item.id == Occurrence.item_id).where(Item.terms_id.is_not(None))
    )
    for row in rows:
        began = row.starts_on is None or row.starts_on <= end
        open_yet = row.fact_on is None and row.state != "excluded"
        done_in_it = row.fact_on is not None and row.fact_on >= start
        if began and (done_in_it or open_yet or (row.due_on is not None and start <= row.due_on <= end)):
            found[row.id] = _status(row, day)
    return found


def _status(row: Occurrence, day: date) -> str:
    quiet = day - timedelta(days=30)
    waits = row.state in ("on_review", "on_confirmation")
    passed = row.due_on is not None and (row.fact_on > row.due_on if waits and row.fact_on else row.due_on < day)
    if row.state == "excluded":
        return "excluded"
    if row.state == "done":
        return "late" if row.due_on and row.fact_on and row.fact_on > row.due_on else "on_time"
    if row.state == "not_done" or passed:
        return "overdue"
    unheard = row.last_info_on is None or row.last_info_on <= quiet
    if row.state in ("planned", "in_progress", "returned") and row.starts_on and row.starts_on <= quiet and unheard:
        return "unknown"
    return "not_due" if row.state == "planned" else "in_progress"


def _indicators_add_up(report: Report, printed: Sequence[Mapping[str, str]]) -> None:
    """Each of the three figures is the sum of the last words on each part of the year, and nothing else."""
    year = str(min(report.period_end, clock.today()).year)
    last: dict[tuple[Any, ...], IndicatorValue] = {}
    for row in db.session.scalars(select(IndicatorValue).order_by(IndicatorValue.id)):
        later = row.kind == "plan" and row.as_of > report.period_end
        if row.period.startswith(year) and not (later and (row.indicator_id, "plan", row.period, "") in last):
            last[row.indicator_id, row.kind, row.period, row.region_code] = row
    codes = dict(db.session.execute(select(Indicator.code, Indicator.id)).tuples().all())
    for line in printed:
        for kind in ("plan", "declared", "verified"):
            known = [
                row.value for key, row in last.items()
                if key[:2] == (codes[line["code"]], kind) and row.value is not None
            ]  # fmt: skip
            shown = line[kind].replace("\u00a0", "").replace("—", "").replace(",", ".")
            assert shown == (format(sum(known, Decimal(0)).normalize(), "f") if known else ""), (line["code"], kind)


def _digest(edition_id: int) -> str:
    """SHA-256 of everything an edition says."""
    rows = db.session.scalars(select(ItemTerms).where(ItemTerms.edition_id == edition_id).order_by(ItemTerms.item_id))
    said = [(row.item_id, [str(plain(getattr(row, name))) for name in TERMS]) for row in rows]
    return hashlib.sha256(repr(said).encode()).hexdigest()


LEAST = {"sqlite": (12, 80), "postgresql": (6, 40)}
"""Reports brought to approval, and steps taken beside them (counted: 16 and 96, 10 and 48): with fewer of them the
machine says nothing of what an approved report may suffer."""


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_random_plans_keep_the_invariants(databases: Databases, dialect: str) -> None:
    database = databases.get(dialect)
    Plans.database, Plans.counted = database, Counter()
    run_state_machine_as_test(
        Plans,
        settings=settings(
            max_examples={"sqlite": 4, "postgresql": 2}[dialect],
            stateful_step_count=24,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with database.app.app_context():
        assert audit.verify() is None
    counted = Plans.counted["approved"], Plans.counted["steps beside an approved report"]
    assert all(found >= least for found, least in zip(counted, LEAST[dialect], strict=True)), counted
