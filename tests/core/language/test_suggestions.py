"""The forms suggested for a person to confirm, and the filters of the templates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError

from core.errors import NotValid
from core.language import analysers
from core.language.cases import CASES
from core.language.filters import FILTERS
from core.language.forms import suggest_forms

JINJA = Environment(undefined=StrictUndefined, autoescape=True)
JINJA.filters.update(FILTERS)


def rendered(template: str, **context: Any) -> str:
    return JINJA.from_string("{{ " + template + " }}").render(**context).replace("\xa0", "~")


def test_the_forms_of_the_ministers_preamble_are_suggested() -> None:
    forms = suggest_forms(
        fio="Кравцов Сергей Сергеевич",
        position="Министр просвещения Российской Федерации",
        organisation="Министерство просвещения Российской Федерации",
        basis="Положение о Министерстве просвещения Российской Федерации",
    )
    assert forms["fio"]["gen"] == "Кравцова Сергея Сергеевича"
    assert forms["fio"]["acting"] == "действующего"
    assert forms["fio"]["short"] == "С.С.\xa0Кравцов"
    assert forms["fio"]["short_last_dat"] == "Кравцову\xa0С.С."
    assert forms["position"]["ins"] == "Министром просвещения Российской Федерации"
    assert forms["organisation"]["named"] == "именуемое"
    assert forms["basis"]["gen"] == "Положения о Министерстве просвещения Российской Федерации"
    assert not any(one["doubtful"] for one in forms.values())


def test_the_suggestion_is_plain_data_with_every_case() -> None:
    forms = suggest_forms(fio="Бабич Ольга", position="Ректор", organisation="ООО «Заря»", basis="Устав")
    assert json.loads(json.dumps(forms)) == forms
    assert all(set(CASES) <= set(one) for one in forms.values())


def test_a_position_is_suggested_as_it_stands_in_the_sentence_and_as_it_opens_a_line() -> None:
    forms = suggest_forms(position="Генеральный директор")["position"]
    assert (forms["nom"], forms["dat"]) == ("Генеральный директор", "Генеральному директору")
    assert [forms[case] for case in ("gen", "acc", "ins", "pre")] == [
        "генерального директора", "генерального директора", "генеральным директором", "генеральном директоре",
    ]  # fmt: skip
    assert not forms["doubtful"]


def test_only_what_is_asked_for_is_suggested() -> None:
    assert suggest_forms() == {}
    assert set(suggest_forms(basis="Устав")) == {"basis"}


@pytest.mark.parametrize(
    "asked",
    [
        {"fio": "Соловей Пётр Андреевич"},
        {"organisation": "«Заря»"},
        {"position": "Тьюторатор"},
        {"basis": "Устава"},
    ],
)
def test_what_the_machine_is_not_sure_of_is_marked(asked: dict[str, str]) -> None:
    (one,) = suggest_forms(**asked).values()
    assert one["doubtful"] is True


def test_a_gender_that_is_given_is_kept() -> None:
    forms = suggest_forms(fio="Ким Саша", gender="f", organisation="«Заря»", organisation_gender="f")
    assert forms["fio"]["acting"] == "действующей"
    assert forms["organisation"]["named"] == "именуемая"
    with pytest.raises(NotValid):
        suggest_forms(fio="Ким Саша")


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("v|date_long", "2026-01-10", "«10»~января 2026~г."),
        ("v|date_words", "2026-01-10", "10~января 2026~г."),
        ("v|date_short", "2026-01-10", "10.01.2026"),
        ("v|money", 100_000_000, "100~000~000 (сто миллионов) рублей 00~копеек"),
        ("v|digits", 100_000_000, "100~000~000"),
        ("v|count('рабочий день','gen')", 10, "10 (десяти) рабочих дней"),
        ("v|plural('день','дня','дней')", 2, "дня"),
        ("v|initials", "Кравцов Сергей Сергеевич", "С.С.~Кравцов"),
        ("v|initials('gen')", "Кравцов Сергей Сергеевич", "С.С.~Кравцова"),
        ("v|initials_last", "Кравцов Сергей Сергеевич", "Кравцов~С.С."),
        ("v|fio('gen')", "Кравцов Сергей Сергеевич", "Кравцова Сергея Сергеевича"),
        ("v|position('gen')|lower_first", "Генеральный директор", "генерального директора"),
        ("v|organisation('ins')", "Акционерное общество «Заря»", "Акционерным обществом «Заря»"),
        ("v|basis('gen')", "Устав", "Устава"),
        ("v|basis", "доверенность № 5", "доверенности № 5"),
        ("v|named", "f", "именуемая"),
        ("v|acting", "f", "действующей"),
        ("v|tidy", "№ 5", "№~5"),
        ("v|tidy", "", ""),
        ("v|upper_first", "министр", "Министр"),
        ("v|unbroken", "А.К. Белова-Петровская", "А.К.~Белова\u2011Петровская"),
    ],
)
def test_a_template_author_writes_a_filter(template: str, value: object, text: str) -> None:
    assert rendered(template, v=value) == text


def test_the_filters_are_those_the_template_authors_were_promised() -> None:
    promised = (
        "date_long date_words date_short money digits count plural initials initials_last fio position "
        "organisation basis named acting tidy unbroken lower_first upper_first"
    )
    assert set(FILTERS) == set(promised.split())


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_no_filter_turns_a_missing_value_into_a_blank(name: str) -> None:
    call = {"count": "count('день')", "plural": "plural('день','дня','дней')"}.get(name, name)
    with pytest.raises(UndefinedError):
        rendered(f"absent|{call}")
    if name != "date_long":  # None is a date to be written in by hand
        with pytest.raises(NotValid):
            rendered(f"v|{call}", v=None)


@pytest.mark.parametrize("name", ["fio", "position", "organisation", "basis", "initials", "tidy", "named"])
def test_a_list_where_text_belongs_is_refused_in_words(name: str) -> None:
    with pytest.raises(NotValid, match="Ожидалась строка"):
        rendered(f"v|{name}", v=["Кравцов"])


def test_the_dictionaries_are_loaded_once() -> None:
    suggest_forms(fio="Кравцов Сергей Сергеевич", position="Директор")
    assert analysers.name_maker() is analysers.name_maker()
    assert analysers.gender_detector() is analysers.gender_detector()
    assert analysers.parses("директор") is analysers.parses("директор")
