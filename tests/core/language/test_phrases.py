"""Positions, organisations and bases: the edges that the tables do not show."""

from __future__ import annotations

import pytest

from core.errors import NotValid
from core.language.basis import basis
from core.language.cases import CASES
from core.language.organisations import gender_of_organisation, organisation
from core.language.positions import position, running


@pytest.mark.parametrize("prefix", ["и.о.", "И. о.", "врио", "ВрИО", "вр.и.о.", "ВРИО"])
def test_an_acting_position_never_changes(prefix: str) -> None:
    for case in CASES:
        assert position(f"{prefix} генерального директора", case) == f"{prefix} генерального директора"


@pytest.mark.parametrize(
    ("title", "genitive", "accusative"),
    [
        ("ГЕНЕРАЛЬНЫЙ ДИРЕКТОР", "ГЕНЕРАЛЬНОГО ДИРЕКТОРА", "ГЕНЕРАЛЬНОГО ДИРЕКТОРА"),
        ("1-й заместитель директора", "1-го заместителя директора", "1-го заместителя директора"),
        ("Заведующая кафедрой", "Заведующей кафедрой", "Заведующую кафедрой"),
        ("Глава города", "Главы города", "Главу города"),
        ("Учёный секретарь", "Учёного секретаря", "Учёного секретаря"),
        ("Заместитель директора - главный инженер",) + ("Заместителя директора - главного инженера",) * 2,
        ("Директор «Школа – лицей»", "Директора «Школа – лицей»", "Директора «Школа – лицей»"),
        ("Директор Института науки и технологии",) + ("Директора Института науки и технологии",) * 2,
    ],
)
def test_a_position_declines_to_its_head(title: str, genitive: str, accusative: str) -> None:
    assert position(title, "gen") == genitive
    assert position(title, "acc") == accusative


@pytest.mark.parametrize(
    ("title", "genitive"),
    [
        ("Директор", "директора"),
        ("Генеральный директор АО «Пермские двигатели»", "генерального директора АО «Пермские двигатели»"),
        ("Ректор", "ректора"),
        ("Статс-секретарь – заместитель Министра", "статс-секретаря – заместителя Министра"),
        ("Заместитель Министра просвещения России", "заместителя Министра просвещения России"),
        ("Первый заместитель Председателя Правительства", "первого заместителя Председателя Правительства"),
        ("Министр образования и науки Пермского края", "Министра образования и науки Пермского края"),
        ("Президент Российской Федерации", "Президента Российской Федерации"),
        ("Президент Чеченской Республики", "Президента Чеченской Республики"),
        ("Президент Торгово-промышленной палаты", "президента Торгово-промышленной палаты"),
        ("Председатель Правительства Тульской области", "Председателя Правительства Тульской области"),
        ("Председатель правления", "председателя правления"),
        ("Губернатор Нижегородской области", "Губернатора Нижегородской области"),
        ("Глава Республики Татарстан", "Главы Республики Татарстан"),
        ("Глава Кабардино-Балкарской Республики", "Главы Кабардино-Балкарской Республики"),
        ("Глава Администрации Республики", "главы Администрации Республики"),
        ("Глава города", "главы города"),
        ("И.о. директора", "и.о. директора"),
        ("ВрИО директора", "ВрИО директора"),
        ("Временно исполняющий обязанности Губернатора", "временно исполняющего обязанности Губернатора"),
        ("1-й заместитель директора", "1-го заместителя директора"),
        ("ГЕНЕРАЛЬНЫЙ ДИРЕКТОР", "ГЕНЕРАЛЬНОГО ДИРЕКТОРА"),
        ("HR-директор", "HR-директора"),
    ],
)
def test_inside_a_sentence_only_the_highest_posts_keep_their_capital(title: str, genitive: str) -> None:
    assert running(title, "gen") == genitive


@pytest.mark.parametrize(
    "name",
    ["«Заря»", "АО «Концерн „Калашников“»", "ФГБОУ ВО «МГТУ „СТАНКИН“»", "ПАО «КАМАЗ»", "ГБПОУ КС № 54", "КнААЗ"],
)
def test_a_name_in_quotes_and_an_abbreviation_never_change(name: str) -> None:
    assert {organisation(name, case) for case in CASES} == {name}


@pytest.mark.parametrize("case", CASES)
def test_what_stands_in_quotes_stays_in_every_case(case: str) -> None:
    declined = organisation("Общество с ограниченной ответственностью «Новый завод – Юг»", case)
    assert declined.endswith(" с ограниченной ответственностью «Новый завод – Юг»")


def test_a_masculine_organisation_is_a_thing_in_the_accusative_and_a_position_is_a_person() -> None:
    assert organisation("Политехнический колледж", "acc") == "Политехнический колледж"
    assert position("Исполнительный директор", "acc") == "Исполнительного директора"


def test_who_types_no_yo_gets_none() -> None:
    assert basis("Положение, утвержденное приказом", "gen") == "Положения, утвержденного приказом"
    assert basis("Положение, утверждённое приказом", "gen") == "Положения, утверждённого приказом"


@pytest.mark.parametrize(
    ("name", "gender"),
    [
        ("Министерство просвещения Российской Федерации", "n"),
        ("Государственная корпорация «Ростех»", "f"),
        ("Рязанский колледж электроники", "m"),
        ("ООО «Заря»", "n"),
        ("Минобрнауки России", "n"),
    ],
)
def test_the_head_noun_gives_the_gender(name: str, gender: str) -> None:
    assert gender_of_organisation(name) == gender


def test_a_name_that_tells_no_gender_is_refused() -> None:
    with pytest.raises(NotValid, match="род"):
        gender_of_organisation("«Заря»")


@pytest.mark.parametrize("function", [position, organisation, basis])
def test_an_empty_text_and_an_unknown_case_are_refused(function: object) -> None:
    assert callable(function)
    for text, case in (("  ", "gen"), ("Устав", "genitive")):
        with pytest.raises(NotValid):
            function(text, case)
