"""Texts of a fan-out: deviations applied to the model give the counterparty's text; two changes brought together."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.fanout.bringing import bring
from agreements.fanout.texts import applied, bare, deviations, relabelled, text_hash

WORDS = st.sampled_from(["Стороны сотрудничают.", "Стороны обмениваются опытом.", "Колледж обязан.", "Срок — год."])
CLAUSES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 3), WORDS), max_size=10, unique_by=lambda clause: clause[0]
).map(lambda rows: [{"id": f"c{number}", "level": level, "text": text} for number, level, text in rows])


def a_text(*texts: str) -> list[dict[str, Any]]:
    return [{"id": f"c{n}", "level": 2, "number": f"1.{n}", "text": text} for n, text in enumerate(texts, 1)]


@given(base=CLAUSES, text=CLAUSES)
@settings(max_examples=400, deadline=None)
def test_the_deviations_applied_to_the_model_give_exactly_the_counterpartys_text(
    base: list[dict[str, Any]], text: list[dict[str, Any]]
) -> None:
    assert applied(base, deviations(base, text)) == bare(text)


@given(base=CLAUSES, text=CLAUSES)
@settings(max_examples=300, deadline=None)
def test_over_an_unchanged_model_the_text_stays_what_it_was(
    base: list[dict[str, Any]], text: list[dict[str, Any]]
) -> None:
    brought = bring(base, text, base)
    assert brought.text == bare(text)
    assert not brought.open


@given(base=CLAUSES, text=CLAUSES)
@settings(max_examples=300, deadline=None)
def test_without_deviations_the_new_model_is_taken_word_for_word(
    base: list[dict[str, Any]], text: list[dict[str, Any]]
) -> None:
    assert bring(base, base, text).text == bare(text)


@given(base=CLAUSES, mine=CLAUSES, theirs=CLAUSES)
@settings(max_examples=300, deadline=None)
def test_whatever_is_brought_together_has_every_clause_once(
    base: list[dict[str, Any]], mine: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> None:
    ids = [clause["id"] for clause in bring(base, mine, theirs).text]
    assert len(ids) == len(set(ids))


def test_a_clause_both_changed_is_a_conflict_until_somebody_decides() -> None:
    base = a_text("Оплата в 10 дней.", "Срок — год.")
    mine, theirs = a_text("Оплата в 30 дней.", "Срок — год."), a_text("Оплата в 15 дней.", "Срок — два года.")
    open_ = bring(base, mine, theirs)
    assert [meeting.id for meeting in open_.open] == ["c1"]
    assert [c["text"] for c in open_.text] == ["Оплата в 30 дней.", "Срок — два года."]
    by_choice = {
        "mine": "Оплата в 30 дней.",
        "model": "Оплата в 15 дней.",
    }
    for take, text in by_choice.items():
        decided = bring(base, mine, theirs, {"c1": {"take": take}})
        assert not decided.open
        assert decided.text[0]["text"] == text
    third = bring(base, mine, theirs, {"c1": {"take": "text", "text": "Оплата  в 20 дней."}})
    assert third.text[0]["text"] == "Оплата в 20 дней."
    assert bring(base, mine, theirs, {"c1": {"take": "text", "text": "  "}}).open


def test_a_clause_taken_out_here_and_reworded_there_is_a_conflict() -> None:
    base, mine, theirs = a_text("Одно.", "Два."), a_text("Одно."), a_text("Одно.", "Два и три.")
    assert [meeting.id for meeting in bring(base, mine, theirs).open] == ["c2"]
    assert [c["id"] for c in bring(base, mine, theirs, {"c2": {"take": "model"}}).text] == ["c1", "c2"]
    assert [c["id"] for c in bring(base, mine, theirs, {"c2": {"take": "mine"}}).text] == ["c1"]


def test_an_added_clause_stays_behind_its_neighbour() -> None:
    base = a_text("Одно.", "Два.")
    mine = [base[0], {"id": "n1", "level": 2, "text": "Своё."}, base[1]]
    theirs = [base[0], base[1], {"id": "m1", "level": 2, "text": "Новое."}]
    assert [c["id"] for c in bring(base, mine, theirs).text] == ["c1", "n1", "c2", "m1"]


def test_a_longer_list_of_other_data_keeps_the_ids_of_the_clauses_that_answer() -> None:
    known = a_text("Предмет договора общий.", "развитие кластеров;", "Срок действия договора.")
    longer = a_text("Предмет договора общий.", "развитие кластеров;", "целевое обучение;", "Срок действия договора.")
    assert [c["id"] for c in relabelled(known, longer)][::3] == ["c1", "c3"]
    assert len({c["id"] for c in relabelled(known, longer)}) == 4


def test_numbers_do_not_change_what_a_text_is() -> None:
    text = a_text("Одно.", "Два.")
    assert text_hash(text) == text_hash([{**clause, "number": "9"} for clause in text])
