"""Numbers, quantities, sums and ordinals in words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotValid
from core.language.cases import CASES
from core.language.money import money
from core.language.numbers import cardinal, count, digits, plural, things, whole
from core.language.ordinals import ordinal, side, sides


@pytest.mark.parametrize(
    ("number", "thing", "case", "written"),
    [
        (10, "рабочий день", "gen", "10 (десяти) рабочих дней"),
        (10, "рабочий день", "nom", "10 (десять) рабочих дней"),
        (1, "рабочий день", "gen", "1 (одного) рабочего дня"),
        (21, "рабочий день", "gen", "21 (двадцати одного) рабочего дня"),
        (3, "рабочий день", "acc", "3 (три) рабочих дня"),
        (2, "экземпляр", "pre", "2 (двух) экземплярах"),
        (5, "год", "nom", "5 (пять) лет"),
        (2, "год", "dat", "2 (двум) годам"),
        (1, "календарный год", "ins", "1 (одним) календарным годом"),
        (2, "рабочая неделя", "nom", "2 (две) рабочие недели"),
        (1, "образовательная организация", "acc", "1 (одну) образовательную организацию"),
        (1, "место", "nom", "1 (одно) место"),
        (2, "студент", "acc", "2 (двух) студентов"),
        (5, "студент", "acc", "5 (пять) студентов"),
        (21, "студент", "acc", "21 (двадцать одного) студента"),
        (22, "студент", "acc", "22 (двадцать два) студента"),
        (3, "обучающийся", "nom", "3 (три) обучающихся"),
        (12, "человек", "nom", "12 (двенадцать) человек"),
        (2, "человек", "nom", "2 (два) человека"),
        (2, "сутки", "nom", "2 (двое) суток"),
        (1, "сутки", "gen", "1 (одних) суток"),
        (10, "сутки", "gen", "10 (десяти) суток"),
        (0, "замечание", "nom", "0 (ноль) замечаний"),
        (2500, "обучающийся", "gen", "2\xa0500 (двух тысяч пятисот) обучающихся"),
        (2000, "рубль", "dat", "2\xa0000 (двум тысячам) рублей"),
        (1_000_001, "неделя", "nom", "1\xa0000\xa0001 (один миллион одна) неделя"),
        ("10", "экземпляр Соглашения", "pre", "10 (десяти) экземплярах Соглашения"),
    ],
)
def test_a_quantity_is_written_in_digits_and_words(number: object, thing: str, case: str, written: str) -> None:
    assert count(number, thing, case) == written


@pytest.mark.parametrize("number", [-1, 1.5, True, None, "много", float("nan"), float("inf"), 10**15, [1]])
def test_what_cannot_be_counted_is_refused(number: object) -> None:
    with pytest.raises(NotValid):
        count(number, "рабочий день")


@pytest.mark.parametrize("thing", ["", "быстро", "в течение", "12"])
def test_a_phrase_without_a_noun_is_refused(thing: str) -> None:
    with pytest.raises(NotValid):
        count(2, thing)


def test_a_number_that_the_plural_only_noun_does_not_take_is_refused() -> None:
    with pytest.raises(NotValid, match="сутки"):
        count(22, "сутки")


@given(st.integers(0, 10**15 - 1), st.sampled_from(CASES))
def test_the_words_of_a_number_are_words_only_and_never_mix_the_gender_of_millions(number: int, case: str) -> None:
    words = cardinal(number, case, "f")
    assert re.fullmatch(r"[а-яё]+(?: [а-яё]+)*", words)
    assert not re.search(r"\b(?:одна|одну|одной|две) (?:миллион|миллиард|триллион)", words)


@given(st.integers(0, 10**9), st.sampled_from(CASES))
def test_the_digits_of_a_quantity_read_back_to_the_number(number: int, case: str) -> None:
    written = count(number, "рабочий день", case)
    assert int(written.split(" (")[0].replace("\xa0", "")) == number
    assert written.endswith(things(number, "рабочий день", case))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (100_000_000, "100 000 000 (сто миллионов) рублей 00 копеек"),
        (Decimal("1234.50"), "1 234 (одна тысяча двести тридцать четыре) рубля 50 копеек"),
        ("1 234,50", "1 234 (одна тысяча двести тридцать четыре) рубля 50 копеек"),
        (0.01, "0 (ноль) рублей 01 копейка"),
        (2_000_002.22, "2 000 002 (два миллиона два) рубля 22 копейки"),
        (21, "21 (двадцать один) рубль 00 копеек"),
        (0, "0 (ноль) рублей 00 копеек"),
    ],
)
def test_a_sum_is_written_with_rubles_in_words(value: object, written: str) -> None:
    assert money(value).replace("\xa0", " ") == written


def test_a_sum_declines() -> None:
    assert money("21.01", "gen").replace("\xa0", " ") == "21 (двадцати одного) рубля 01 копейки"


@given(st.decimals(0, 10**14, places=2))
def test_a_sum_reads_back_to_the_kopeck(value: Decimal) -> None:
    match = re.fullmatch(r"([\d\xa0]+) \([а-яё ]+\) рубл(?:ь|я|ей) (\d\d)\xa0копе(?:йка|йки|ек)", money(value))
    assert match is not None
    assert Decimal(f"{match[1]}.{match[2]}".replace("\xa0", "")) == value


@pytest.mark.parametrize("value", [-1, "1.001", 0.005, "сто", None, True])
def test_a_sum_that_would_need_rounding_is_refused(value: object) -> None:
    with pytest.raises(NotValid):
        money(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (100_000_000, "100\xa0000\xa0000"),
        (999, "999"),
        (1234.5, "1\xa0234,5"),
        (-5000, "\N{MINUS SIGN}5\xa0000"),
        (Decimal("0.10"), "0,10"),
    ],
)
def test_thousands_are_parted_by_spaces_that_do_not_break(value: object, written: str) -> None:
    assert digits(value) == written


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (112, "дней"), (0, "дней"), (1.5, "дня")],
)
def test_the_word_goes_with_the_number(number: object, word: str) -> None:
    assert plural(number, "день", "дня", "дней") == word


def test_a_whole_number_may_be_typed_with_spaces() -> None:
    assert whole("2 500") == whole("2\xa0500") == 2500


def test_two_sides_are_one_and_the_other_and_more_are_numbered() -> None:
    assert sides(2) == ["с одной стороны", "с другой стороны"]
    numbered = sides(15)
    assert numbered[:4] == ["с первой стороны", "со второй стороны", "с третьей стороны", "с четвёртой стороны"]
    assert numbered[-1] == "с пятнадцатой стороны"
    assert side(21) == "с двадцать первой стороны"


def test_an_ordinal_agrees() -> None:
    assert ordinal(3, "n", "gen") == "третьего"
    assert ordinal(2, "m", "acc") == "второй"
    assert ordinal(40, "f") == "сороковая"


@pytest.mark.parametrize("number", [0, -1, 1000, True, "5"])
def test_an_ordinal_out_of_its_range_is_refused(number: int) -> None:
    with pytest.raises(NotValid):
        ordinal(number)
