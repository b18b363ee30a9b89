"""Random routes driven by random acts, legal and not, beside a plain oracle that the engine must agree with."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import audit, clock
from core.accounts import actors
from core.accounts.actor import SYSTEM, Actor
from core.db import db, transaction
from core.errors import Refusal
from core.signoffs.models import Decision, Desk, Round, Slot, Substitution
from core.signoffs.service import (
    Away,
    OnPaper,
    answer_remark,
    carry,
    confirm_paper,
    decide,
    reassign,
    record_paper,
    refuse_paper,
    revoke,
    rounds,
    substitute,
)
from core.store import files
from tests.builders import a_person
from tests.core.signoffs import scene as stage
from tests.core.signoffs.oracle import DECIDING, GIVEN, Expected, Place, StandIn, Story
from tests.core.signoffs.scene import KIND, MONDAY, Scene, a_subject, begin, text_hash

OFFICES = {
    "ministry": ("m_profile", "m_legal", "m_finance", "m_deputy"),
    "corporation": ("c_hr", "c_legal", "c_finance", "c_security"),
}
EXAMPLES = int(os.environ.get("SIGNOFF_EXAMPLES", "8"))
STEPS = int(os.environ.get("SIGNOFF_STEPS", "20"))
"""Enough to meet every rule in seconds; raise them to search."""
MOSTLY = ("approved",) * 6 + ("approved_with_remarks",) * 2 + ("rejected",)
VERDICTS = ("approved", "approved_with_remarks", "rejected")

a_rule = st.sampled_from(["all", "all", "any", "at_least"])


@st.composite
def stages(draw: st.DrawFn, side: str) -> list[dict[str, Any]]:
    """One side's route: up to three stages of visas, then perhaps its signatures."""
    names = itertools.count(1)
    found = []
    for _number in range(draw(st.integers(1, 3))):
        slots = draw(st.lists(a_place(side), min_size=1, max_size=3))
        found.append(_stage(draw, slots, side, names))
    if draw(st.booleans()):
        signers = draw(st.lists(a_place(side), min_size=1, max_size=2))
        slots = [{**slot, "kind": "signature", "mandatory": True} for slot in signers]
        found.append(_stage(draw, slots, side, names))
    return found


def _stage(draw: st.DrawFn, slots: list[dict[str, Any]], side: str, names: Any) -> dict[str, Any]:
    labelled = [{**slot, "label": f"{side} {next(names)}"} for slot in slots]
    return {"rule": draw(a_rule), "n": draw(st.integers(1, 3)), "slots": labelled}


def a_place(side: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "bind": st.just("any_of"),
            "roles": st.lists(st.sampled_from(OFFICES[side]), min_size=1, max_size=2, unique=True),
            "kind": st.sampled_from(["visa", "visa", "visa", "acknowledgement"]),
            "days": st.integers(1, 5),
            "mandatory": st.sampled_from([True, True, True, False]),
        }
    )


class Rounds(RuleBasedStateMachine):
    """One subject from its first round on. The people are made once; every example has a subject of its own."""

    scene: Scene
    subjects = itertools.count(1)

    @initialize(data=st.data(), same_person=st.booleans(), drafter=st.booleans())
    def prepare(self, data: st.DataObject, same_person: bool, drafter: bool) -> None:
        self.subject_id = next(self.subjects)
        self.moment = MONDAY
        self._clock = clock._source
        clock._source = lambda: self.moment
        self.m_stages, self.c_stages = data.draw(stages("ministry")), data.draw(stages("corporation"))
        self.same_person = same_person
        self.drafters = [self.person("m_legal")] if drafter else []
        self.story = Story()
        self.texts = itertools.count(1)
        self.kept: dict[int, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        if hasattr(self, "_clock"):
            with transaction():
                for row in db.session.scalars(select(Substitution).where(Substitution.revoked_at.is_(None))):
                    row.revoked_at = clock.now()
            clock._source = self._clock
            assert audit.verify() is None

    # -- the people

    def person(self, name: str) -> int:
        return self.scene.people[name].id

    def everybody(self) -> list[str]:
        return [name for name in self.scene.people if name not in ("m_coord", "m_control", "registrar", "c_control")]

    def actor(self, name: str) -> Actor:
        return actors.by_id(self.person(name))

    @property
    def today(self) -> date:
        return clock.today()

    # -- what is done

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule for all acts, weighted: as rules of their own they would be switched off in most examples, and
        rounds would get nowhere."""
        acts: list[Callable[[st.DataObject], None]] = [self.go_away, self.go_away, self.days_pass]
        acts += [self.come_back] if any(not row.revoked for row in self.story.stand_ins) else []
        if self.story.running:
            acts += [self.work] * 6 + [self.act_on_paper] * 2 + [self.reassign, self.decide_on_a_stale_page]
            acts += data.draw(st.sampled_from([[], [], [self.recall], [self.supersede]]))
        else:
            acts += [self.submit] * 8
        acts += [self.decide_somewhere] if self.story.rounds else []
        data.draw(st.sampled_from(acts))(data)

    def submit(self, data: st.DataObject) -> None:
        """A first submission or another one; a new text voids what was given to the old one."""
        same_text, keep = data.draw(st.booleans()), data.draw(st.booleans())
        before = self.story.current
        same = same_text and before is not None
        text = before.text if same and before else f"текст {self.subject_id}.{next(self.texts)}"
        if self.story.blocked:
            self.refused(lambda: self._begin(text))
            self._answer(keep)
        if before is not None and not same:
            rounds.supersede(KIND, self.subject_id, "новая редакция")
            for earlier in self.story.rounds:
                earlier.lapse()
        current = self._begin(text)
        expected = Expected(current.number, text, self._places(current), set(self.drafters), self.same_person)
        expected.phase = "own"
        self.story.rounds.append(expected)
        expected.run()
        if keep and before is not None and expected.state == "open":
            self._carry(before, current, expected)

    def _begin(self, text: str) -> Round:
        return begin(
            self.scene, self.m_stages, self.c_stages, subject_id=self.subject_id, text=text,
            drafters=self.drafters, same_person=self.same_person,
        )  # fmt: skip

    def _places(self, current: Round) -> list[Place]:
        """The oracle's own reading of the route: who sits where, from the templates and the people."""
        found = []
        for side, route, phase in (("ministry", self.m_stages, "own"), ("corporation", self.c_stages, "counterparty")):
            for number, each in enumerate(route, start=1):
                for slot in each["slots"]:
                    where = "signing" if slot["kind"] == "signature" else phase
                    holders = {self.person(role) for role in slot["roles"]}
                    about = (side, where, side, number, each["rule"], each["n"], slot["kind"], slot["mandatory"])
                    found.append(Place(slot["label"], *about, holders))
        return found

    def _carry(self, before: Expected, current: Round, expected: Expected) -> None:
        """Keep the plain visas of the round before, as an editorial change does."""
        old = {slot.label: slot for slot in self.slots(before.number)}
        plain = {label for label, slot in old.items() if slot.decision and slot.decision.verdict == "approved"}
        wanted = [place for place in before.places if place.kind == "visa" and place.label in plain]
        with transaction():
            carry(current, [old[place.label].id for place in wanted], "опечатка", self.actor("m_coord"))
        for place in wanted:
            now = next(each for each in expected.places if each.label == place.label)
            assert place.word is not None
            people = {person for person in place.word if person is not None}
            if now.open() and not people & expected.drafters:
                now.state, now.word = "approved", place.word
        expected._open_stages()
        with transaction():
            running = rounds.open_round(KIND, self.subject_id)
            assert running is not None
            rounds.pass_phase(running, SYSTEM)
        expected.run()

    def decide_somewhere(self, data: st.DataObject) -> None:
        """Anybody tries any verdict in any slot of any round."""
        verdict = data.draw(st.sampled_from(VERDICTS))
        expected = data.draw(st.sampled_from(self.story.rounds))
        place = data.draw(st.sampled_from(expected.places))
        self._decide(expected, place, data.draw(st.sampled_from(self.everybody())), verdict)

    def work(self, data: st.DataObject) -> None:
        """Those who hold waiting slots, or stand in for their holders, decide them: what moves a round on."""
        for _time in range(data.draw(st.integers(1, 4))):
            if self.story.running:
                self._work(data, self.story.rounds[-1])

    def _work(self, data: st.DataObject, expected: Expected) -> None:
        own, for_another = [], []
        for place in self._waiting():
            for name in self.everybody():
                if expected.heads(place, self.person(name), self.story.stand_ins, self.today):
                    (own if self.person(name) in place.holders else for_another).append((place, name))
        place, name = data.draw(st.sampled_from(for_another if for_another and data.draw(st.booleans()) else own))
        self._decide(expected, place, name, data.draw(st.sampled_from(MOSTLY)))

    def _decide(self, expected: Expected, place: Place, name: str, verdict: str) -> None:
        slot = self.slot(expected, place)
        act = lambda: decide(slot.id, verdict, self.actor(name), comment="причина")  # noqa: E731
        heads = expected.heads(place, self.person(name), self.story.stand_ins, self.today)
        possible = place.state == "assigned" and not place.paper and heads is not None
        if not possible or not expected.may(place, verdict, heads or set()):
            self.refused(act)
            return
        self._decided(expected, place, act(), verdict, heads or set())

    def _decided(self, expected: Expected, place: Place, decision: Decision, verdict: str, heads: set[int]) -> None:
        assert {decision.person_id, decision.principal_id} - {None} == heads
        assert decision.document_hash == text_hash(expected.text)
        expected.decided(place, verdict, decision.person_id, decision.principal_id)
        self.story.blocked |= verdict == "rejected" and place.kind == "visa"

    def decide_on_a_stale_page(self, data: st.DataObject) -> None:
        """The text on the person's screen is not the one of the round."""
        expected = self.story.rounds[-1]
        slot = self.slot(expected, data.draw(st.sampled_from(expected.places)))
        name = data.draw(st.sampled_from(self.everybody()))
        self.refused(lambda: decide(slot.id, "approved", self.actor(name), seen_hash=text_hash("иной текст")))

    def recall(self, _data: st.DataObject) -> None:
        """The coordinator takes the document back."""
        rounds.stop(KIND, self.subject_id, "отозвано", self.actor("m_coord"))
        self.story.rounds[-1].end("recalled")

    def supersede(self, _data: st.DataObject) -> None:
        """A new text while the round runs."""
        rounds.supersede(KIND, self.subject_id, "новая редакция")
        self.story.rounds[-1].end("superseded")
        for expected in self.story.rounds:
            expected.lapse()

    def _answer(self, accept: bool) -> None:
        for remark in rounds.unanswered(KIND, self.subject_id):
            answer_remark(remark.id, "accepted" if accept else "declined", "обосновано", self.actor("m_coord"))
        self.story.blocked = False

    def go_away(self, data: st.DataObject) -> None:
        """Somebody is away, most often one who is waited for; the substitute may be of the other side too."""
        waited = {person for place in self._waiting() for person in place.holders}
        away = {row.principal for row in self.story.stand_ins if not row.revoked}
        principal = data.draw(st.sampled_from([*self._named(waited - away) * 8, *self.everybody()]))
        mates = [name for name in self.everybody() if name[:2] == principal[:2] and name != principal]
        # One principal at a time: whose word it is must not be a matter of chance.
        busy = {row.deputy for row in self.story.stand_ins if not row.revoked}
        free = [name for name in [*mates * 4, *self.everybody()] if self.person(name) not in busy]
        if not free:
            return
        deputy = data.draw(st.sampled_from(free))
        first = self.today + timedelta(days=data.draw(st.sampled_from([0, 0, 0, 1])))
        kinds = data.draw(st.sampled_from([(), (), ("visa",), ("signature",)]))
        last = first + timedelta(days=data.draw(st.integers(0, 3)))
        row = StandIn(self.person(principal), self.person(deputy), first, last, frozenset(kinds))
        entry = Away(row.principal, row.deputy, row.starts, row.ends, "1-к", self.today, scope=kinds)
        act = lambda: substitute(entry, self.actor(principal))  # noqa: E731
        same_side = principal != deputy and principal[:2] == deputy[:2]
        if same_side and not any(self._overlap(row, each) for each in self.story.stand_ins):
            act()
            self.story.stand_ins.append(row)
        else:
            self.refused(act)

    def _waiting(self) -> list[Place]:
        places = self.story.rounds[-1].places if self.story.running else []
        return [place for place in places if place.state == "assigned"]

    def _named(self, people: set[int]) -> list[str]:
        return [name for name in self.everybody() if self.person(name) in people]

    @staticmethod
    def _overlap(one: StandIn, other: StandIn) -> bool:
        days = one.starts <= other.ends and other.starts <= one.ends
        kinds = not one.kinds or not other.kinds or bool(one.kinds & other.kinds)
        return one.principal == other.principal and not other.revoked and days and kinds

    def come_back(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from([row for row in self.story.stand_ins if not row.revoked]))
        found = select(Substitution.id).where(
            Substitution.principal_id == row.principal,
            Substitution.substitute_id == row.deputy,
            Substitution.revoked_at.is_(None),
        )
        revoke(db.session.scalars(found).one(), actors.by_id(row.principal))
        row.revoked = True

    def days_pass(self, data: st.DataObject) -> None:
        self.moment += timedelta(days=data.draw(st.integers(1, 2)))

    def act_on_paper(self, data: st.DataObject) -> None:
        """The registry of either side enters an act of anybody in any slot; a second person confirms or refuses it."""
        expected, verdict = self.story.rounds[-1], data.draw(st.sampled_from(MOSTLY))
        place = data.draw(st.sampled_from([*self._waiting() * 3, *expected.places]))
        name = data.draw(st.sampled_from([*self._named(place.holders) * 4, *self.everybody()]))
        heads = expected.heads(place, self.person(name), self.story.stand_ins, self.today)
        scan = files().put(b"%PDF-1.4 scan")
        entry = OnPaper(self.person(name), verdict, self.today, scan, "скан.pdf", "причина")
        clerk, second = ("m_control", "registrar") if place.organisation == "ministry" else ("c_control", "c_registrar")
        slot = self.slot(expected, place)
        act = lambda: record_paper(slot.id, entry, self.actor(clerk))  # noqa: E731
        if place.state != "assigned" or place.paper or heads is None:
            self.refused(act)
            return
        entered = act()
        place.paper = "waits"
        self.refused(lambda: confirm_paper(entered.id, self.actor(clerk)))
        if data.draw(st.integers(0, 3)) == 3:
            refuse_paper(entered.id, "не сходится", self.actor(second))
            place.paper = ""
        elif expected.may(place, verdict, heads):
            self._decided(expected, place, confirm_paper(entered.id, self.actor(second)), verdict, heads)
        else:
            self.refused(lambda: confirm_paper(entered.id, self.actor(second)))

    def reassign(self, data: st.DataObject) -> None:
        expected = self.story.rounds[-1]
        place = data.draw(st.sampled_from(expected.places))
        side, coordinator = ("m_", "m_coord") if place.organisation == "ministry" else ("c_", "c_coord")
        mates = [name for name in self.everybody() if name.startswith(side)]
        name = data.draw(st.sampled_from([*mates * 3, *self.everybody()]))
        slot = self.slot(expected, place)
        act = lambda: reassign(slot.id, self.person(name), "уволен", self.actor(coordinator))  # noqa: E731
        if place.open() and name.startswith(side) and place.holders != {self.person(name)}:
            act()
            place.holders = {self.person(name)}
        else:
            self.refused(act)

    # -- reading

    def refused(self, act: Callable[[], object]) -> None:
        """The act must be refused, in words, and leave nothing behind (the invariants look)."""
        with pytest.raises(Refusal) as met:
            act()
        assert str(met.value).strip()

    def slots(self, number: int) -> list[Slot]:
        return list(
            db.session.scalars(
                select(Slot)
                .join(Round, Round.id == Slot.round_id)
                .where(Round.subject_kind == KIND, Round.subject_id == self.subject_id, Round.number == number)
                .order_by(Slot.id)
                .execution_options(populate_existing=True)
            )
        )

    def slot(self, expected: Expected, place: Place) -> Slot:
        return next(slot for slot in self.slots(expected.number) if slot.label == place.label)

    # -- what must always hold

    @invariant()
    def the_engine_agrees_with_the_oracle(self) -> None:
        if not hasattr(self, "story"):
            return
        db.session.rollback()
        found = list(
            db.session.scalars(
                select(Round)
                .where(Round.subject_kind == KIND, Round.subject_id == self.subject_id)
                .order_by(Round.number)
                .execution_options(populate_existing=True)
            )
        )
        assert [(row.state, row.document_hash) for row in found] == [
            (expected.state, text_hash(expected.text)) for expected in self.story.rounds
        ]
        for row, expected in zip(found, self.story.rounds, strict=True):
            states = {slot.label: slot.state for slot in self.slots(row.number)}
            assert states == {place.label: place.state for place in expected.places}

    @invariant()
    def no_decision_is_lost_doubled_or_changed(self) -> None:
        if not hasattr(self, "story"):
            return
        rows = db.session.execute(
            select(Decision, Slot, Round)
            .join(Slot, Slot.id == Decision.slot_id)
            .join(Round, Round.id == Slot.round_id)
            .where(Round.subject_kind == KIND, Round.subject_id == self.subject_id)
            .order_by(Decision.id)
        ).all()
        given = sum(place.word is not None for expected in self.story.rounds for place in expected.places)
        assert len(rows) == len({row.Slot.id for row in rows}) == given
        now = {row.Decision.id: self._content(row.Decision) for row in rows}
        assert {key: now.get(key) for key in self.kept} == self.kept
        self.kept = now
        for decision, slot, current in rows:
            assert slot.state in (*GIVEN, "rejected", "lapsed")
            assert decision.round_id == current.id
            # a visa counts for the text it was given to, and a kept one says which that was
            assert decision.carried_from_id is not None or decision.document_hash == current.document_hash
            assert decision.organisation_id == slot.organisation_id

    @staticmethod
    def _content(decision: Decision) -> tuple[Any, ...]:
        return tuple(getattr(decision, column.key) for column in Decision.__mapper__.column_attrs)

    @invariant()
    def the_desks_hold_exactly_what_waits(self) -> None:
        if not hasattr(self, "story"):
            return
        rows = db.session.execute(
            select(Slot.label, Desk.person_id)
            .join(Slot, Slot.id == Desk.slot_id)
            .join(Round, Round.id == Slot.round_id)
            .where(Round.subject_kind == KIND, Round.subject_id == self.subject_id)
        )
        current = self.story.current
        waiting = [place for place in current.places if place.state == "assigned"] if current else []
        assert set(rows.tuples()) == {(place.label, person) for place in waiting for person in place.holders}

    @invariant()
    def four_eyes_hold(self) -> None:
        """Nobody's word stands twice in one round of a strict route, nor on his own draft."""
        if not hasattr(self, "story"):
            return
        rows = db.session.execute(
            select(Decision.round_id, Decision.verdict, Slot.kind, Decision.person_id, Decision.principal_id)
            .join(Slot, Slot.id == Decision.slot_id)
            .join(Round, Round.id == Slot.round_id)
            .where(Round.subject_kind == KIND, Round.subject_id == self.subject_id, Slot.kind.in_(DECIDING))
        ).all()
        seen: set[tuple[int, int]] = set()
        for round_id, verdict, kind, person, principal in rows:
            people = {each for each in (person, principal) if each is not None}
            if kind == "visa" and verdict != "rejected":
                assert not people & set(self.drafters)
            if not self.same_person and verdict != "rejected":
                assert not {(round_id, each) for each in people} & seen
                seen |= {(round_id, each) for each in people}


@pytest.fixture
def people(db_session: scoped_session[Any]) -> Scene:
    """Four people a side, several to one place and each in several; the registries have two people each."""
    with clock.at(MONDAY):
        scene = stage.a_scene(("m_coord", "m_control", "registrar", "c_coord", "c_control"))
        for role in (*OFFICES["ministry"], *OFFICES["corporation"]):
            scene.add(role)
        scene.people["c_registrar"] = a_person(scene.corporation, ["registrar"])
    return scene


@pytest.mark.timeout(900)
def test_random_routes_under_random_acts(people: Scene, dialect: str) -> None:
    class Here(Rounds):
        scene = people
        subjects = itertools.count(1)

    with a_subject():
        run_state_machine_as_test(
            Here,
            settings=settings(
                # The rules are the same on both; what differs between the databases has tests of its own.
                max_examples=EXAMPLES if dialect == "sqlite" else max(1, EXAMPLES // 2),
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
