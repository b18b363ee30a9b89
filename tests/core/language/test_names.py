"""Full names: how they are taken apart, whose they are, what is refused."""

from __future__ import annotations

import pytest

from core.errors import NotValid
from core.language.cases import CASES
from core.language.initials import initials, initials_last
from core.language.names import fio, gender_of, split_name
from tests.core.language.declension_tables import Row, rows

EVERY_NAME = [row for table in ("names_regression", "names", "names_control") for row in rows(table)]


@pytest.mark.parametrize(
    ("written", "surname", "first", "patronymic"),
    [
        ("Кравцов Сергей Сергеевич", "Кравцов", "Сергей", "Сергеевич"),
        ("  Кравцов   Сергей Сергеевич ", "Кравцов", "Сергей", "Сергеевич"),
        ("Сергей Викторович Чемезов", "Чемезов", "Сергей", "Викторович"),
        ("Бабич Ольга", "Бабич", "Ольга", ""),
        ("Мамедов Эльдар Рашид оглы", "Мамедов", "Эльдар", "Рашид оглы"),
        ("Кравцов С.С.", "Кравцов", "С.С.", ""),
        ("С. С. Кравцов", "Кравцов", "С.", "С."),
        ("фон Дервиз Павел Григорьевич", "фон Дервиз", "Павел", "Григорьевич"),
        ("де Голль Шарль", "де Голль", "Шарль", ""),
        ("Абрамович Роман Аркадьевич", "Абрамович", "Роман", "Аркадьевич"),
    ],
)
def test_a_name_is_taken_apart(written: str, surname: str, first: str, patronymic: str) -> None:
    name = split_name(written)
    assert (name.surname, name.first, name.patronymic) == (surname, first, patronymic)


@pytest.mark.parametrize("nonsense", ["", "   ", "12345", "John Smith", "Иванов И1", "<b>Иванов</b>", "а б в г д е ж"])
def test_what_is_no_name_is_refused(nonsense: str) -> None:
    with pytest.raises(NotValid):
        fio(nonsense, "gen")


def test_an_unknown_case_and_an_unknown_gender_are_refused() -> None:
    with pytest.raises(NotValid, match="voc"):
        fio("Кравцов Сергей Сергеевич", "voc")
    with pytest.raises(NotValid, match="пол"):
        gender_of("Ким Саша")
    with pytest.raises(NotValid):
        fio("Ким Саша", "gen", "n")


def test_a_gender_that_is_given_decides() -> None:
    assert fio("Ким Саша", "gen", "m") == "Кима Саши"
    assert fio("Ким Саша", "gen", "f") == "Ким Саши"


def test_a_name_keeps_the_order_it_was_written_in() -> None:
    assert fio("Сергей Викторович Чемезов", "ins") == "Сергеем Викторовичем Чемезовым"


def test_initials_stay_while_the_surname_declines() -> None:
    assert fio("С.С. Кравцов", "gen") == "С.С. Кравцова"
    assert fio("Кравцова Т.В.", "dat") == "Кравцовой Т.В."


def test_the_particle_of_a_surname_stays() -> None:
    assert fio("фон Дервиз Павел Григорьевич", "gen") == "фон Дервиза Павла Григорьевича"


def test_capitals_stay_capitals() -> None:
    assert fio("КРАВЦОВ СЕРГЕЙ СЕРГЕЕВИЧ", "gen").upper() == "КРАВЦОВА СЕРГЕЯ СЕРГЕЕВИЧА"
    assert fio("КРАВЕЦ Иван", "gen") == "КРАВЦА Ивана"


@pytest.mark.parametrize("row", EVERY_NAME, ids=lambda row: row.nom)
def test_the_nominative_is_the_name_itself_and_no_case_loses_a_part(row: Row) -> None:
    assert fio(row.nom, "nom") == row.nom
    for case in CASES:
        assert len(fio(row.nom, case, row.gender).split()) == len(row.nom.split())


@pytest.mark.parametrize("row", [row for row in EVERY_NAME if row.gender == "m"], ids=lambda row: row.nom)
def test_a_mans_accusative_is_the_genitive_but_for_names_in_a(row: Row) -> None:
    for genitive, accusative in zip(fio(row.nom, "gen", "m").split(), fio(row.nom, "acc", "m").split(), strict=True):
        assert genitive == accusative or (genitive[-1] in "ыи" and accusative[-1] in "ую")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Кравцов Сергей Сергеевич", "С.С.\xa0Кравцов", "Кравцов\xa0С.С."),
        ("Бабич Ольга", "О.\xa0Бабич", "Бабич\xa0О."),
        ("Петрова Анна-Мария Ивановна", "А.-М.И.\xa0Петрова", "Петрова\xa0А.-М.И."),
        ("Алиева Лейла Гасан кызы", "Л.Г.\xa0Алиева", "Алиева\xa0Л.Г."),
        ("Кравцов С. С.", "С.С.\xa0Кравцов", "Кравцов\xa0С.С."),
        ("де Голль Шарль", "Ш.\xa0де\xa0Голль", "де\xa0Голль\xa0Ш."),
        ("Иванов", "Иванов", "Иванов"),
    ],
)
def test_initials_stand_in_both_orders(name: str, first: str, last: str) -> None:
    assert initials(name) == first
    assert initials_last(name) == last


@pytest.mark.parametrize("row", EVERY_NAME, ids=lambda row: row.nom)
def test_initials_and_surname_are_never_parted_by_a_breaking_space(row: Row) -> None:
    for case in CASES:
        for written in (initials(row.nom, case, row.gender), initials_last(row.nom, case, row.gender)):
            assert " " not in written
            assert "\xa0" in written
    assert initials(initials(row.nom)) == initials(row.nom) == initials(initials_last(row.nom))


def test_the_surname_beside_initials_declines() -> None:
    assert initials("Сергей Викторович Чемезов", "gen") == "С.В.\xa0Чемезова"
    assert initials_last("Шевченко Тамара Владимировна", "dat") == "Шевченко\xa0Т.В."
