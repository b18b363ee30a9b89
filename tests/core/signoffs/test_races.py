"""Two real connections at once, on both databases: one outcome, and the loser is told why in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from core.accounts.actor import SYSTEM
from core.audit import verify
from core.db import db
from core.errors import NotNow, Refusal
from core.signoffs.models import Decision, Desk, PaperAct, Round, RouteTemplate, Slot, Substitution
from core.signoffs.service import (
    Away,
    OnPaper,
    RouteInput,
    answer_remark,
    confirm_paper,
    decide,
    reassign,
    record_paper,
    refuse_paper,
    rounds,
    save_route,
    substitute,
)
from core.store import files
from tests.core.signoffs.scene import KIND, Scene, Told, a_slot, a_stage, begin, slot_of, states, submission

TODAY = date(2026, 3, 2)
Act = Callable[[], Any]


def race(app: APIFlask, acts: Sequence[Act]) -> list[Any]:
    """Do the acts at once, each on its own connection; what each returned, or the refusal it met."""
    db.session.rollback()
    line = threading.Barrier(len(acts))

    def run(act: Act) -> Any:
        with app.app_context():
            db.session.execute(select(1))  # connected before the start
            db.session.rollback()
            line.wait(timeout=30)
            try:
                return act()
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(run, acts))
    db.session.rollback()
    db.session.expire_all()
    return outcomes


def refusals(outcomes: Sequence[Any]) -> list[Refusal]:
    return [outcome for outcome in outcomes if isinstance(outcome, Refusal)]


def count(model: type, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


TURNS = range(4)
"""Each race is run several times: either may come first."""


@pytest.mark.parametrize("turn", TURNS)
def test_the_last_visas_at_once_both_stand_and_the_round_closes_once(
    app: APIFlask, scene: Scene, told: Told, turn: int
) -> None:
    roles = ("m_legal", "m_finance", "m_profile")
    current = begin(scene, [a_stage(*(a_slot(role) for role in roles))])
    acts = [partial(decide, slot_of(current, role).id, "approved", scene.actor(role)) for role in roles]
    assert refusals(race(app, acts)) == []
    assert states(current) == dict.fromkeys(roles, "approved")
    assert told.ends == [("own", "passed")]
    assert db.session.get_one(Round, current.id).state == "passed"
    assert (count(Decision), count(Desk)) == (3, 0)
    assert verify() is None


@pytest.mark.parametrize("turn", TURNS)
def test_a_double_click_decides_once_and_the_second_is_told(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    slot, actor = slot_of(current, "m_legal").id, scene.actor("m_legal")
    met = refusals(race(app, [lambda: decide(slot, "approved", actor)] * 2))
    assert [("уже принято" in str(refusal), actor.short_name in str(refusal)) for refusal in met] == [(True, True)]
    assert count(Decision) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_substitute_and_principal_at_once_give_one_visa(app: APIFlask, scene: Scene, turn: int) -> None:
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    substitute(Away(legal.id, profile.id, TODAY, TODAY, "1-к", TODAY), scene.actor("m_legal"))
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    slot = slot_of(current, "m_legal").id
    first, second = scene.actor("m_legal"), scene.actor("m_profile")
    acts = [lambda: decide(slot, "approved", first), lambda: decide(slot, "rejected", second, comment="нет")]
    outcomes = race(app, acts)
    (met,) = refusals(outcomes)
    assert "уже принято" in str(met)
    (given,) = [outcome for outcome in outcomes if isinstance(outcome, Decision)]
    assert states(current)["m_legal"] == given.verdict
    assert count(Decision) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_a_verdict_and_a_new_revision(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    slot, actor = slot_of(current, "m_legal").id, scene.actor("m_legal")
    acts: list[Act] = [
        lambda: decide(slot, "approved", actor),
        lambda: rounds.supersede(KIND, 1, "новая редакция 2"),
    ]
    met = refusals(race(app, acts if turn % 2 else acts[::-1]))
    given = count(Decision)
    assert given + len(met) == 1
    # given before the new text, the visa has lapsed with it; after it, there is nothing to give it on
    assert states(current)["m_legal"] == ("lapsed" if given else "recalled")
    assert all("новая редакция 2" in str(refusal) for refusal in met)
    assert db.session.get_one(Round, current.id).state == "superseded"


@pytest.mark.parametrize("turn", TURNS)
def test_a_verdict_and_a_recall(app: APIFlask, scene: Scene, told: Told, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    slot, actor, coordinator = slot_of(current, "m_legal").id, scene.actor("m_legal"), scene.actor("m_coord")
    acts: list[Act] = [
        lambda: decide(slot, "approved", actor),
        lambda: rounds.stop(KIND, 1, "отзываю: уточняем", coordinator),
    ]
    (met,) = refusals(race(app, acts if turn % 2 else acts[::-1]))
    passed = db.session.get_one(Round, current.id).state == "passed"
    assert ("не идёт" if passed else "отзываю: уточняем") in str(met)
    assert told.ends == ([("own", "passed")] if passed else [])


@pytest.mark.parametrize("turn", TURNS)
def test_a_refusal_and_a_visa_in_another_slot(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    legal, finance = slot_of(current, "m_legal").id, slot_of(current, "m_finance").id
    first, second = scene.actor("m_legal"), scene.actor("m_finance")
    acts: list[Act] = [
        lambda: decide(legal, "rejected", first, comment="нет"),
        lambda: decide(finance, "approved", second),
    ]
    met = refusals(race(app, acts))
    assert db.session.get_one(Round, current.id).state == "rejected"
    assert states(current) == {"m_legal": "rejected", "m_finance": "recalled" if met else "approved"}
    assert all(first.short_name in str(refusal) for refusal in met)


@pytest.mark.parametrize("turn", TURNS)
def test_any_is_filled_once(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"), rule="any")])
    acts = [
        partial(decide, slot_of(current, role).id, "approved", scene.actor(role)) for role in ("m_legal", "m_finance")
    ]
    (met,) = refusals(race(app, acts))
    assert "достаточно" in str(met)
    assert sorted(states(current).values()) == ["approved", "recalled"]


@pytest.mark.parametrize("turn", TURNS)
def test_two_submissions_at_once_open_one_round(app: APIFlask, scene: Scene, turn: int) -> None:
    begin(scene, [a_stage(a_slot("m_legal"))], subject_id=5)  # the routes are there
    rounds.stop(KIND, 5, "ещё раз", scene.actor("m_coord"))
    route = [a_stage(a_slot("m_legal"))]
    (met,) = refusals(race(app, [submission(scene, route, subject_id=5)] * 2))
    assert "уже идёт" in str(met)
    assert count(Round, Round.state == "open") == 1


def paper(scene: Scene) -> OnPaper:
    return OnPaper(scene.people["m_signer"].id, "signed", TODAY, files().put(b"%PDF-1.4"), "скан.pdf")


@pytest.mark.parametrize("turn", TURNS)
def test_an_entry_is_confirmed_or_refused_not_both(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_signer", "signature"))])
    act = record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("m_control")).id
    registrar = scene.actor("registrar")
    acts: list[Act] = [lambda: confirm_paper(act, registrar), lambda: refuse_paper(act, "не та дата", registrar)]
    (met,) = refusals(race(app, acts))
    assert "уже решено" in str(met)
    confirmed = db.session.get_one(PaperAct, act).state == "confirmed"
    assert count(Decision) == int(confirmed)


@pytest.mark.parametrize("turn", TURNS)
def test_paper_and_screen_at_once_give_one_signature(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_signer", "signature"))])
    slot, signer, control = slot_of(current, "m_signer").id, scene.actor("m_signer"), scene.actor("m_control")
    entry = paper(scene)
    acts: list[Act] = [lambda: decide(slot, "signed", signer), lambda: record_paper(slot, entry, control)]
    outcomes = race(app, acts)
    (met,) = refusals(outcomes)
    assert str(met)
    assert count(Decision) + count(PaperAct) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_a_verdict_and_a_reassignment(app: APIFlask, scene: Scene, turn: int) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    slot, actor, coordinator = slot_of(current, "m_legal").id, scene.actor("m_legal"), scene.actor("m_coord")
    heir = scene.people["m_profile"].id
    acts: list[Act] = [
        lambda: decide(slot, "approved", actor),
        lambda: reassign(slot, heir, "уволен", coordinator),
    ]
    (met,) = refusals(race(app, acts))
    decided = count(Decision) == 1
    assert states(current)["m_legal"] == ("approved" if decided else "assigned")
    assert isinstance(met, NotNow) == decided


@pytest.mark.parametrize("turn", TURNS)
def test_two_absences_over_the_same_days_are_entered_once(app: APIFlask, scene: Scene, turn: int) -> None:
    legal, actor = scene.people["m_legal"].id, scene.actor("m_legal")
    entries = [Away(legal, scene.people[role].id, TODAY, TODAY, "1-к", TODAY) for role in ("m_profile", "m_finance")]
    acts = [partial(substitute, entry, actor) for entry in entries]
    (met,) = refusals(race(app, acts))
    assert "уже есть замещение" in str(met)
    assert count(Substitution) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_two_edits_of_one_route_make_one_new_version(app: APIFlask, scene: Scene, turn: int) -> None:
    entered = RouteInput("own", "Свой", [a_stage(a_slot("m_legal"))])
    save_route(entered, SYSTEM)
    (met,) = refusals(race(app, [lambda: save_route(entered, SYSTEM, version=1)] * 2))
    assert "изменена другим" in str(met)
    assert count(RouteTemplate, RouteTemplate.code == "own") == 2
    assert count(RouteTemplate, RouteTemplate.code == "own", RouteTemplate.active) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_an_answer_and_a_resubmission(app: APIFlask, scene: Scene, turn: int) -> None:
    route = [a_stage(a_slot("m_legal"))]
    current = begin(scene, route)
    decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), comment="нет")
    (remark,) = rounds.unanswered(KIND, 1)
    remark_id, coordinator = remark.id, scene.actor("m_coord")
    acts: list[Act] = [
        lambda: answer_remark(remark_id, "accepted", "", coordinator),
        submission(scene, route, text="текст 2"),
    ]
    met = refusals(race(app, acts))
    assert count(Round) == 2 - len(met)
    assert all("без ответа" in str(refusal) for refusal in met)
    assert rounds.unanswered(KIND, 1) == []
    assert count(Slot, Slot.state == "assigned") == 1 - len(met)
