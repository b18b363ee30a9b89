"""Import of a plan from a Word table: the official form of 33 items, tables cut by pages, merged cells, formulas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from roadmap.importing.word import table
from roadmap.models import Item, Roadmap
from tests.roadmap.builders import Cast, a_cast
from tests.roadmap.sheets import a_cell, a_document, a_table
from tests.roadmap.test_importing import brought, nothing_written, taken, told

FORM = ("№ п/п", "Наименование мероприятия", "Срок исполнения", "Ответственные исполнители", "Соисполнители",
        "Вид документа")  # fmt: skip
PLAN: dict[str, list[tuple[str, str, str, str]]] = {
    "Раздел I. Организационное и договорное обеспечение сотрудничества": [
        ("Создание рабочей группы, утверждение её состава и регламента", "I квартал 2026 г.", "Стороны совместно",
         "2026-03-31"),
        ("Актуализация Соглашения о сотрудничестве и партнёрстве", "до 1 июня 2026 г.",
         "Правовой департамент Минпросвещения России; Правовой департамент Корпорации", "2026-06-01"),
        ("Разработка типовой формы соглашения о партнёрстве", "II квартал 2026 г.", "Минпросвещения России",
         "2026-06-30"),
        ("Проведение заседаний рабочей группы", "ежеквартально, до 15 числа месяца, следующего за отчётным кварталом",
         "Совместно", "2026-04-15"),
    ],
    "Раздел II. Развитие образовательно-производственных кластеров": [
        ("Формирование перечня колледжей – участников кластеров", "до 1 апреля 2026 г., далее ежегодно", "Совместно",
         "2026-04-01"),
        ("Определение опорных работодателей", "III квартал 2026 г.", "Корпорация", "2026-09-30"),
        ("Заключение соглашений о партнёрстве", "до 1 декабря каждого года", "Корпорация", "2026-12-01"),
        ("Обеспечение софинансирования кластеров", "ежегодно, до 15 декабря", "Корпорация", "2026-12-15"),
        ("Оснащение учебно-производственных площадок", "до 1 сентября каждого года", "Совместно", "2026-09-01"),
        ("Создание управляющих советов", "до 1 сентября 2026 г.", "Минпросвещения России", "2026-09-01"),
    ],
    "Раздел III. Практико-ориентированное обучение и наставничество": [
        ("Разработка образовательных программ под запрос", "ежегодно, до 1 июля", "Совместно", "2026-07-01"),
        ("Увеличение доли практической подготовки", "ежегодно, к 1 сентября", "Корпорация", "2026-09-01"),
        ("Реализация программ в сетевой форме", "ежегодно, к 1 сентября", "Совместно", "2026-09-01"),
        ("Закрепление наставников за студентами", "ежегодно, к 1 сентября", "Корпорация", "2026-09-01"),
        ("Повышение квалификации педагогов", "ежегодно, до 15 декабря", "Корпорация", "2026-12-15"),
        ("Привлечение работников предприятий к преподаванию", "ежегодно, к 1 октября", "Корпорация", "2026-10-01"),
        ("Освоение нескольких рабочих профессий", "ежегодно, до 1 июля", "Совместно", "2026-07-01"),
    ],
    "Раздел IV. Целевое обучение и планирование кадровой потребности": [
        ("Сбор и балансировка кадровой потребности",
         "ежегодно: потребность – до 1 февраля, баланс – до 1 апреля", "Корпорация", ""),
        ("Размещение предложений о целевом обучении", "ежегодно, до 10 июня (срок уточнять по ПП РФ № 555)",
         "Корпорация", "2026-06-10"),
        ("Заключение договоров о целевом обучении", "ежегодно, до 15 октября", "Корпорация", "2026-10-15"),
        ("Мониторинг исполнения договоров", "ежеквартально", "Совместно", "2026-03-31"),
    ],
    "Раздел V. Профориентационная работа": [
        ("Утверждение плана профориентационных мероприятий", "ежегодно, до 1 сентября", "Корпорация", "2026-09-01"),
        ("Проведение профессиональных проб и экскурсий", "ежегодно, до 1 декабря", "Совместно", "2026-12-01"),
        ("Подготовка педагогов-навигаторов", "ежегодно, до 1 октября", "Минпросвещения России", "2026-10-01"),
        ("Организация инженерных классов и дней открытых дверей", "ежегодно, апрель и октябрь", "Совместно",
         "2026-04-30"),
    ],
    "Раздел VI. Закрепление молодых специалистов": [
        ("Подготовка предложений об отсрочке от призыва", "до 1 июля 2026 г.", "Корпорация", "2026-07-01"),
        ("Подготовка сведений о численности выпускников", "ежегодно, до 1 февраля", "Корпорация", "2026-02-01"),
        ("Подготовка предложений о мерах поддержки", "IV квартал 2026 г.", "Корпорация", "2026-12-31"),
    ],
    "Раздел VII. Повышение престижа рабочих профессий": [
        ("Проведение чемпионатов профессионального мастерства", "ежегодно, по отдельному графику", "Совместно", ""),
        ("Совместная информационная кампания", "ежегодно, медиаплан – до 1 февраля", "Совместно", ""),
    ],
    "Раздел VIII. Мониторинг и контроль": [
        ("Подготовка отчёта о ходе реализации", "ежеквартально, до 20 числа месяца, следующего за отчётным",
         "Совместно", "2026-04-20"),
        ("Выборочные мониторинговые выезды", "ежегодно, не менее 5 выездов", "Минпросвещения России", ""),
        ("Внесение изменений в план по итогам года", "ежегодно, до 1 февраля", "Совместно", "2026-02-01"),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.at(datetime(2026, 1, 20, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def cast(db_session: Any) -> Cast:
    return a_cast()


def form_rows() -> list[list[str]]:
    rows: list[list[str]] = [["1", "2", "3", "4", "5", "6"]]
    for number, (section, items) in enumerate(PLAN.items(), 1):
        rows.append([section])
        rows += [
            [f"{number}.{place}.", title, term, who, "холдинги;\nколледжи", "отчёт,\n– приказ"]
            for place, (title, term, who, _due) in enumerate(items, 1)
        ]
    return rows


def items_of(plan: Roadmap) -> list[Item]:
    statement = select(Item).where(Item.roadmap_id == plan.id).order_by(Item.section, Item.number)
    return list(db.session.scalars(statement))


def test_the_official_form_of_33_items_becomes_a_plan(cast: Cast) -> None:
    rows = form_rows()
    note = a_table([["Согласовано", "Утверждено"], ["Иванов", "Петров"]])
    file = a_document(note, a_table([FORM, *rows[:20]]), a_table([FORM, *rows[20:]]), note)
    run = brought(cast, file)
    assert (run.faults, run.total) == ([], 33)
    assert run.preview["undated"] == 4
    items = items_of(taken(cast, run))
    typed = [
        (f"{number}.{place}", *item)
        for number, rows_of in enumerate(PLAN.values(), 1)
        for place, item in enumerate(rows_of, 1)
    ]
    made = [
        (item.code, item.terms.title, item.terms.term_text, str(item.terms.due_on or ""))
        for item in items
        if item.terms
    ]
    assert made == [(code, title, term, due) for code, title, term, _who, due in typed]
    first = items[0].terms
    assert first is not None
    assert (first.co_executors, first.document_kind) == ("холдинги;\nколледжи", "отчёт,\n– приказ")
    sides = {item.code: item.terms.responsible_side for item in items if item.terms}
    assert (sides["1.1"], sides["1.2"], sides["1.3"], sides["2.2"]) == ("both", "both", "ministry", "corporation")


def test_rows_without_numbers_are_numbered_in_order_within_their_sections(cast: Cast) -> None:
    rows = [["", *row[1:]] if len(row) > 1 else row for row in form_rows()[1:]]
    run = brought(cast, a_document(a_table([FORM, *rows])))
    assert run.faults == []
    assert [row["code"] for row in run.preview["rows"]][:6] == ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]


def test_a_table_that_pages_cut_without_headings_goes_on(cast: Cast) -> None:
    rows = form_rows()[1:]
    run = brought(cast, a_document(a_table([FORM, *rows[:9]]), a_table(rows[9:])))
    assert (run.faults, run.total) == ([], 33)


FAULTY: dict[str, tuple[list[str], str, str]] = {
    "a date that does not exist": (["1.1", "Дело", "31.04.2026", "Совместно", "", ""], "3", "нет такой даты"),
    "an empty title": (["1.1", "", "до 1 мая 2026 г.", "Совместно", "", ""], "2", "не заполнено"),
    "an unknown side": (["1.1", "Дело", "до 1 мая 2026 г.", "Минцифры России", "", ""], "4", "неизвестна"),
    "a formula": (
        ["1.1", "Дело", "до 1 мая 2026 г.", "Совместно", "", a_cell("42", formula="=SUM(ABOVE)")], "6", "формула",
    ),
    "a merged title": (
        ["1.2", a_cell("", merge="continue"), "до 1 мая 2026 г.", "Совместно", "", ""], "2", "с верхней",
    ),
    "cells merged across": (
        ["1.2", a_cell("Дело до 1 мая", span=2), "Совместно", "", ""], "2", "Срок исполнения",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTY)
def test_an_error_in_a_word_table_is_told_by_its_row_and_column(cast: Cast, kind: str) -> None:
    row, place, says = FAULTY[kind]
    top = ["1.9", a_cell("Первое", merge="restart"), "до 1 мая 2026 г.", "Совместно", "", ""]
    run = brought(cast, a_document(a_table([FORM, ["1. Раздел"], top, row])))
    assert told(run) == [(4, place)]
    assert says in run.faults[0]["message"]
    assert run.faults[0]["column"] == f"{place}: {FORM[int(place) - 1]}"
    assert nothing_written()


def test_a_responsible_merged_over_several_rows_is_everyones(cast: Cast) -> None:
    def who(merge: str) -> str:
        return a_cell("Корпорация" if merge == "restart" else "", merge=merge)

    rows = [
        ["1.1", "А", "до 1 мая 2026 г.", who("restart"), "", ""],
        ["1.2", "Б", "июнь 2026", who("continue"), "", ""],
    ]
    run = brought(cast, a_document(a_table([FORM, *rows])))
    assert run.faults == []
    assert [row["side"] for row in run.preview["rows"]] == ["corporation", "corporation"]


def test_what_was_struck_out_in_word_is_not_read_and_what_was_inserted_is() -> None:
    body = a_table([FORM, ["1.1", "Дело", "до 1 мая 2026 г.", "Совместно", "", ""]])
    changed = body.replace(">Дело<", ">Новое <", 1)
    struck = "<w:del><w:r><w:delText>старое</w:delText></w:r></w:del><w:ins><w:r><w:t>дело</w:t></w:r></w:ins></w:p>"
    place = changed.index("Новое ")
    end = changed.index("</w:p>", place)
    found = table(a_document(changed[:end] + struck + changed[end + len("</w:p>") :]).content)
    assert found is not None
    assert found.lines[0].cells[1] == "Новое дело"


def test_a_word_file_without_a_plan_is_refused(cast: Cast) -> None:
    assert table(a_document(a_table([["Фамилия", "Подпись"], ["Иванов", ""]])).content) is None
    assert table(a_document().content) is None


def test_a_large_word_table_is_read_in_its_order(cast: Cast) -> None:
    rows = [[f"1.{n}", f"Дело {n}", "до 1 мая 2026 г.", "Совместно", "", ""] for n in range(1, 301)]
    found = table(a_document(a_table([FORM, *rows])).content)
    assert found is not None
    assert [line.cells[0] for line in found.lines] == [row[0] for row in rows]
    assert [line.number for line in found.lines] == list(range(2, 302))
