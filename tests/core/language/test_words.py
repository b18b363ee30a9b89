"""Dates, agreement with gender, and the stems for search."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotValid
from core.language.agreement import acting, agreed, named
from core.language.dates import MONTHS, date_long, date_short, date_words
from core.language.search import stems


@pytest.mark.parametrize("value", [date(2026, 1, 10), "2026-01-10", datetime(2026, 1, 9, 22, 30, tzinfo=UTC)])
def test_a_date_is_written_as_papers_write_it(value: object) -> None:
    # The moment is late in the evening of the 9th in London and already the 10th in Moscow.
    assert date_long(value) == "«10»\xa0января 2026\xa0г."
    assert date_words(value) == "10\xa0января 2026\xa0г."
    assert date_short(value) == "10.01.2026"


def test_a_day_of_one_figure_has_a_zero_only_where_it_is_usual() -> None:
    assert date_long("2026-03-08").startswith("«08»")
    assert date_words("2026-03-08").startswith("8\xa0марта")


def test_a_date_not_known_yet_is_a_line_to_write_in() -> None:
    assert date_long(None) == "«___»\xa0____________ 20__\xa0г."


@pytest.mark.parametrize("value", ["", "завтра", "2026-02-30", 20260110, [2026]])
def test_what_is_no_date_is_refused(value: object) -> None:
    for write in (date_long, date_words, date_short):
        with pytest.raises(NotValid):
            write(value)
    with pytest.raises(NotValid):
        date_short(None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_reads_back(day: date) -> None:
    number, month, year, _ = date_words(day).replace("\xa0", " ").split(" ")
    assert date(int(year), MONTHS.index(month) + 1, int(number)) == day
    assert datetime.strptime(date_short(day), "%d.%m.%Y").replace(tzinfo=UTC).date() == day


@pytest.mark.parametrize(("gender", "word"), [("m", "именуемый"), ("f", "именуемая"), ("n", "именуемое")])
def test_the_party_is_named_in_its_gender(gender: str, word: str) -> None:
    assert named(gender) == word


def test_who_signs_acts_in_their_gender() -> None:
    assert acting("m") == "действующего"
    assert acting("f") == "действующей"


@pytest.mark.parametrize(
    ("word", "gender", "case", "form"),
    [
        ("утверждённый", "n", "gen", "утверждённого"),
        ("заключивший", "f", "nom", "заключившая"),
        ("заключивший", "m", "acc", "заключивший"),
        ("Уполномоченный", "f", "ins", "Уполномоченной"),
        ("настоящий", "n", "pre", "настоящем"),
    ],
)
def test_a_participle_agrees(word: str, gender: str, case: str, form: str) -> None:
    assert agreed(word, gender, case) == form


def test_a_gender_that_is_none_and_a_word_that_does_not_agree_are_refused() -> None:
    with pytest.raises(NotValid):
        named("x")
    with pytest.raises(NotValid):
        acting("n")
    with pytest.raises(NotValid, match="колледж"):
        agreed("колледж", "m")


def test_the_forms_of_a_word_have_one_stem() -> None:
    assert stems("соглашение") == stems("Соглашения") == stems("СОГЛАШЕНИЯМИ")
    assert stems("учёт") == stems("учета")


def test_numbers_and_foreign_words_stay_whole_and_punctuation_goes() -> None:
    assert stems("№ 270-ФЗ, «Rostec» (2026)") == ["270", "фз", "rostec", "2026"]
    assert stems("") == stems("— … !") == []


def test_threads_do_not_spoil_one_anothers_stems() -> None:
    words = [f"соглашени{ending}{'а' * number}" for number in range(300) for ending in ("ями", "ях", "ем")]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(stems, words))
    assert together == [stems(word) for word in words]
