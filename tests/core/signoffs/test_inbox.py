"""The inbox, the court and the timeline: what lies where, for how long, at a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import event

from core import clock
from core.db import db
from core.signoffs import queries
from core.signoffs.service import Away, OnPaper, decide, record_paper, revoke, substitute
from core.store import files
from tests.core.signoffs.scene import KIND, MONDAY, Scene, a_slot, a_stage, begin, slot_of

TODAY = date(2026, 3, 2)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that go to the database inside the block."""
    seen: list[str] = []

    def on_execute(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", on_execute)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", on_execute)


def titles(page: Any) -> list[str]:
    return [entry.title for entry in page.items]


def test_tasks_come_by_term_and_are_paged_by_key(scene: Scene) -> None:
    for number, days in ((1, 5), (2, 1), (3, 3)):
        begin(scene, [a_stage(a_slot("m_legal", days=days))], subject_id=number)
    actor = scene.actor("m_legal")
    first = queries.inbox(actor, size=2)
    assert titles(first) == ["Предмет 2", "Предмет 3"]
    second = queries.inbox(actor, size=2, after=first.next)
    assert (titles(second), second.next) == (["Предмет 1"], "")
    assert titles(queries.inbox(actor, size=2, before=second.previous)) == ["Предмет 2", "Предмет 3"]


def test_a_decided_task_leaves_the_list(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert titles(queries.inbox(scene.actor("m_legal"))) == []
    assert titles(queries.inbox(scene.actor("m_finance"))) == ["Предмет 1"]


def test_sections_and_their_counts(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_signer", days=1))], subject_id=1)
    begin(scene, [a_stage(a_slot("m_signer", days=3))], subject_id=2)
    begin(scene, [a_stage(a_slot("m_signer", "signature", days=9))], subject_id=3)
    with clock.at(MONDAY + timedelta(days=2)):  # the first is late, the second due tomorrow
        actor = scene.actor("m_signer")
        assert queries.counts(actor) == queries.Counts(all=3, signature=1, overdue=1, soon=1)
        assert titles(queries.inbox(actor, section="overdue")) == ["Предмет 1"]
        assert titles(queries.inbox(actor, section="soon")) == ["Предмет 2"]
        assert titles(queries.inbox(actor, section="signature")) == ["Предмет 3"]
        assert [entry.term for entry in queries.inbox(actor).items] == ["overdue", "soon", ""]
        assert titles(queries.inbox(actor, kind="visa")) == ["Предмет 1", "Предмет 2"]
        assert titles(queries.inbox(actor, subject_kind="agreement")) == []


def test_a_substitute_sees_his_principals_tasks_within_scope_and_days(scene: Scene) -> None:
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    row = substitute(Away(legal.id, profile.id, TODAY, TODAY, "1-к", TODAY, scope=("visa",)), scene.actor("m_legal"))
    begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_profile"))], subject_id=1)
    begin(scene, [a_stage(a_slot("m_legal", "signature"))], subject_id=2)
    seen = queries.inbox(scene.actor("m_profile")).items
    assert [(entry.title, entry.label, entry.principal) for entry in seen] == [
        ("Предмет 1", "m_legal", legal.short_name),
        ("Предмет 1", "m_profile", ""),
    ]
    with clock.at(MONDAY + timedelta(days=1)):
        assert len(queries.inbox(scene.actor("m_profile")).items) == 1
    revoke(row.id, scene.actor("m_legal"))
    assert len(queries.inbox(scene.actor("m_profile")).items) == 1


def test_a_task_shared_with_the_principal_is_listed_once_as_ones_own(scene: Scene) -> None:
    shared = a_slot("m_legal", bind="any_of", roles=["m_legal", "m_profile"])
    begin(scene, [a_stage(shared)])
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    substitute(Away(legal.id, profile.id, TODAY, TODAY, "1-к", TODAY), scene.actor("m_legal"))
    assert [entry.principal for entry in queries.inbox(scene.actor("m_profile")).items] == [""]
    assert queries.counts(scene.actor("m_profile")).all == 1


def test_the_next_task_is_the_next_by_term_and_then_the_first_again(scene: Scene) -> None:
    slots = [
        slot_of(begin(scene, [a_stage(a_slot("m_legal", days=days))], subject_id=days), "m_legal").id
        for days in (1, 2, 3)
    ]
    actor = scene.actor("m_legal")
    assert queries.next_task(actor) == slots[0]
    decide(slots[1], "approved", actor)
    assert queries.next_task(actor, slots[1]) == slots[2]
    decide(slots[2], "approved", actor)
    assert queries.next_task(actor, slots[2]) == slots[0]
    decide(slots[0], "approved", actor)
    assert queries.next_task(actor, slots[0]) is None


def test_the_inbox_asks_the_same_number_of_queries_at_any_size(scene: Scene) -> None:
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    substitute(Away(legal.id, profile.id, TODAY, TODAY, "1-к", TODAY), scene.actor("m_legal"))
    asked = []
    for number in range(1, 13):
        begin(scene, [a_stage(a_slot("m_legal"))], subject_id=number)
        if number in (1, 12):
            actor = scene.actor("m_profile")
            db.session.rollback()
            with counted() as seen:
                queries.inbox(actor)
                queries.counts(actor)
            asked.append(len(seen))
    assert asked[0] == asked[1] <= 7


def test_the_sheet_asks_the_same_number_of_queries_at_any_size(scene: Scene) -> None:
    sizes = (("m_legal",), ("m_legal", "m_finance", "m_profile", "m_deputy", "m_signer"))
    for subject_id, roles in enumerate(sizes, start=1):
        current = begin(scene, [a_stage(*(a_slot(role) for role in roles))], subject_id=subject_id)
        for role in roles:
            decide(slot_of(current, role).id, "approved", scene.actor(role))
    actor, asked = scene.actor("m_coord"), []
    for subject_id in (1, 2):
        db.session.rollback()
        db.session.expunge_all()
        with counted() as seen:
            queries.court_of(queries.sheet(KIND, subject_id, actor))
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 12


def test_an_entry_on_paper_is_shown_to_the_registry_until_confirmed(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_signer", "signature"))])
    scan = files().put(b"%PDF-1.4")
    on_paper = OnPaper(scene.people["m_signer"].id, "signed", TODAY, scan, "скан.pdf")
    record_paper(slot_of(current, "m_signer").id, on_paper, scene.actor("m_control"))
    assert [entry.paper_waits for entry in queries.inbox(scene.actor("m_signer")).items] == [True]
    assert [paper.mine for paper in queries.papers_to_confirm(scene.actor("m_control"))] == [True]
    assert [paper.mine for paper in queries.papers_to_confirm(scene.actor("registrar"))] == [False]
    assert queries.papers_to_confirm(scene.actor("c_control")) == []


def at(day: int, hour: int = 7) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_working_days_are_counted_for_each_organisation(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))], [a_stage(a_slot("c_legal"))])
    with clock.at(at(4)):  # Wednesday: two working days with legal
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    with clock.at(at(5)):  # Thursday: finance held it beside legal and one day longer
        decide(slot_of(current, "m_finance").id, "approved", scene.actor("m_finance"))
    with clock.at(at(11)):  # Friday 6, Tuesday 10, Wednesday 11: the 9th is a day off
        found = queries.court(KIND, 1, scene.actor("m_coord"))
        assert [(spent.organisation, spent.days) for spent in found.spent] == [
            (scene.ministry.short_name, 3),
            (scene.corporation.short_name, 3),
        ]
        assert [(one.organisation_id, one.label, one.days, one.overdue) for one in found.waiting] == [
            (scene.corporation.id, "c_legal", 3, False)
        ]
    with clock.at(at(12)):
        assert queries.court(KIND, 1, scene.actor("m_coord")).waiting[0].overdue


def test_between_two_rounds_the_text_is_with_its_drafter(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))], [a_stage(a_slot("c_legal"))])
    with clock.at(at(3)):
        decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), comment="нет")
    with clock.at(at(6)):
        found = queries.court(KIND, 1, scene.actor("m_coord"))
    assert [(one.organisation_id, one.slot_id, one.days) for one in found.waiting] == [(scene.ministry.id, None, 3)]
    assert [spent.days for spent in found.spent] == [4]


def test_the_timeline_tells_the_whole_way_in_order(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    with clock.at(at(3)):
        decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), comment="нет полномочий")
    events = queries.timeline(KIND, 1, scene.actor("m_coord"))
    assert [(one.what, one.note) for one in events] == [
        ("opened", "редакция 1"),
        ("decided", "нет полномочий"),
        ("closed", f"не согласовано: {scene.people['m_legal'].short_name}"),
    ]
