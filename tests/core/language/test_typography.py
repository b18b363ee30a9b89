"""Non-breaking spaces, ёлочки and лапки, dashes."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import NotValid
from core.language.typography import tidy

PIECES = [
    *'«»„“”"() \xa0-–—№.,%/\n1',
    *("С.", "Ю.", "А.-М.", "Ким", "Кравцов", "10", "100", "000", "2025", "2026", " - ", "I", "IV"),
    *("г.", "гг.", "руб.", "дней", "рублей", "января", "ст.", "п.", "им.", "в", " квартал", "классов"),
]


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("приказ № 884 и №5, № п/п", "приказ №~884 и №~5, №~п/п"),
        ("С.С. Кравцов, С. В. Чемезов, С.В.Чемезов", "С.С.~Кравцов, С.~В.~Чемезов, С.В.~Чемезов"),
        ("Кравцов С.С. и Петров-Водкин К.С.", "Кравцов~С.С. и Петров-Водкин~К.С."),
        ("10 января 2026 г. Стороны договорились", "10~января 2026~г. Стороны договорились"),
        ("10 %, 5 лет, 30 дней, 5 дверей", "10~%, 5~лет, 30~дней, 5 дверей"),
        ("100 000 000 рублей", "100~000~000~рублей"),
        ("ст. 56, п. 2.1, г. Москва, ул. Усачёва, д. 24", "ст.~56, п.~2.1, г.~Москва, ул.~Усачёва, д.~24"),
        ('АО "Концерн "Калашников"", далее', "АО «Концерн „Калашников“», далее"),
        ("«Концерн «Калашников»»", "«Концерн „Калашников“»"),
        ("“Первые” и „вторые“", "«Первые» и «вторые»"),
        ('кавычка "не закрыта', 'кавычка "не закрыта'),
        ('диагонали 5" и 7"', 'диагонали 5" и 7"'),
        ("2023-2026 гг., 10-15 дней, 6—11 классов", "2023–2026~гг., 10–15~дней, 6–11 классов"),
        ("I-IV кварталы", "I–IV кварталы"),
        ("Срок - до конца года — не позже", "Срок – до конца года — не позже"),
        ("- первое\n- второе", "- первое\n- второе"),
    ],
)
def test_a_text_is_set_as_a_typesetter_sets_it(typed: str, tidied: str) -> None:
    assert tidy(typed).replace("\xa0", "~") == tidied


@pytest.mark.parametrize(
    "text",
    [
        "в лице, на основании, с одной стороны и о том",
        "ГОСТ Р 7.0.97-2025",
        "тел. 495-123-45-67",
        "2026-01-10",
        "270-ФЗ",
        "15.02.16-2025",
        "два  пробела\tи табуляция",
    ],
)
def test_prepositions_codes_and_phones_are_left_alone(text: str) -> None:
    assert tidy(text) == text


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("« - - «")
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    if text.strip():
        assert tidy(tidy(text)) == tidy(text)


@settings(max_examples=300)
@given(st.text(alphabet="".join(PIECES[:20]) + "абвАБВ12", max_size=40))
def test_tidying_keeps_every_letter_and_figure(text: str) -> None:
    if text.strip():
        assert [letter for letter in tidy(text) if letter.isalnum()] == [one for one in text if one.isalnum()]


@pytest.mark.parametrize("value", [None, 5, b"text"])
def test_what_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(NotValid):
        tidy(value)  # type: ignore[arg-type]
