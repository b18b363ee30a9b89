"""Import of a plan from a sheet: every kind of error told at its row and column, and nothing written for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.models import Reader
from core.db import db, transaction
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask
from core.workflow.jobs import drain
from core.workflow.models import Job
from roadmap.importing import draft as drafting
from roadmap.importing import service
from roadmap.models import Dependency, Indicator, Item, ItemIndicator, ItemTerms, PlanImport, Roadmap, RoadmapSection
from roadmap.scheduling.network import circles
from roadmap.service import NewPlan, take_edition_step
from tests.builders import an_organisation
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force
from tests.roadmap.sheets import GOOD, HEADERS, ROW, SECTIONS, a_sheet, a_zip, good


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.at(datetime(2026, 1, 20, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def cast(db_session: Any) -> Cast:
    return a_cast()


def new_plan(cast: Cast, **fields: Any) -> NewPlan:
    values: dict[str, Any] = {
        "title": "по развитию сотрудничества",
        "period_start": date(2026, 1, 1),
        "period_end": date(2028, 12, 31),
        "parties": [cast.organisations["ministry"].id, cast.organisations["corporation"].id],
    }
    return NewPlan(**values | fields)


def brought(cast: Cast, file: Upload, plan: Roadmap | None = None, **mapping: str) -> PlanImport:
    """Uploaded and checked, with the guessed columns (and what `mapping` names by letters)."""
    actor = cast.who("m_coord")
    if plan is None:
        run = service.upload(file, actor, plan=new_plan(cast))
    else:
        run = service.upload(file, actor, roadmap_id=plan.id)
    named = {str("ABCDEFGHIJKLMN".index(letter)): name for letter, name in mapping.items()}
    service.check(run.id, run.mapping | named, actor)
    drain()
    db.session.expire_all()
    return run


def taken(cast: Cast, run: PlanImport) -> Roadmap:
    service.start(run.id, cast.who("m_coord"))
    drain()
    db.session.expire_all()
    assert (run.state, run.faults) == ("done", [])
    return db.session.get_one(Roadmap, run.roadmap_id)


def told(run: PlanImport) -> list[tuple[int, str]]:
    return [(fault["row"], fault["column"].split(":")[0]) for fault in run.faults]


def count(model: Any) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def one_row() -> list[list[Any]]:
    return [list(HEADERS), ["1.1", "Дело", "до 1 мая 2026 г.", "Совместно"]]


def nothing_written() -> bool:
    return not (count(Item) or count(ItemTerms) or count(Roadmap) or count(RoadmapSection) or count(Dependency))


def test_a_sheet_becomes_the_draft_of_a_new_plan(cast: Cast) -> None:
    run = brought(cast, a_sheet(good()))
    assert (run.state, run.total, run.fault_count) == ("checked", 8, 0)
    assert nothing_written()
    assert [(one["number"], one["count"], one["new"]) for one in run.preview["sections"]] == [
        (1, 3, True), (2, 3, True), (3, 2, True),
    ]  # fmt: skip
    shown = {row["code"]: row for row in run.preview["rows"]}
    assert (shown["1.1"]["starts_on"], shown["1.1"]["due_on"]) == ("01.01.2026", "31.03.2026")
    assert (shown["3.2"]["due_on"], run.preview["undated"]) == ("", 1)
    plan = taken(cast, run)
    assert {section.number: section.title for section in plan.sections} == SECTIONS
    items = {item.code: item for item in db.session.scalars(select(Item))}
    assert sorted(items) == [row[0] for row in GOOD]
    terms = items["2.3"].terms
    assert terms is not None
    assert (terms.title, terms.due_on, terms.recurrence) == ("Соглашения о партнёрстве", date(2026, 12, 1), "yearly")
    assert (terms.responsible_side, terms.unit, terms.frozen) == ("corporation", "", False)
    assert terms.organisation_id == cast.organisations["corporation"].id
    waits = {(row.item_id, row.after_id) for row in db.session.scalars(select(Dependency))}
    assert waits == {
        (items[later].id, items[before].id)
        for later, before in WAITS
    }  # fmt: skip
    readers = set(db.session.scalars(select(Reader.organisation_id).where(Reader.subject_kind == "roadmap_item")))
    assert readers == {cast.organisations["ministry"].id, cast.organisations["corporation"].id}
    assert audit.verify() is None


def test_the_imported_plan_is_approved_like_any_other(cast: Cast) -> None:
    plan = taken(cast, brought(cast, a_sheet(good())))
    assert in_force(cast, plan).state == "in_force"


def test_items_come_into_a_draft_that_is_there(cast: Cast) -> None:
    plan = a_plan(cast)
    an_item(cast, plan)
    rows = [row for row in good() if not str(row[0]).startswith("1")]
    more = ["", "Ещё одно", "до 1 мая 2026 г.", "Совместно", "", "", "1.1"]
    rows[4][6] = "1.9; 2.2"
    run = brought(cast, a_sheet([*rows[:1], more, *rows[1:]]), plan)
    assert told(run) == [(6, "G")]
    assert "1.9 нет ни в файле, ни в плане" in run.faults[0]["message"]
    rows[4][6] = "1.1; 2.2"
    run = brought(cast, a_sheet([*rows[:1], more, *rows[1:]]), plan)
    assert run.preview["rows"][0]["notes"][-1:] == ["номер дан по порядку: 1.2"]
    taken(cast, run)
    assert [item.code for item in db.session.scalars(select(Item).order_by(Item.section, Item.number))] == [
        "1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2",
    ]  # fmt: skip
    assert [section["new"] for section in run.preview["sections"]] == [False, True, True]


WAITS = (("1.2", "1.1"), ("1.3", "1.1"), ("2.2", "2.1"), ("2.3", "1.2"), ("2.3", "2.2"), ("3.1", "2.3"))


PLANTED: dict[str, tuple[str, str, Any, str]] = {
    "a date that does not exist": ("1.2", "C", "до 31 июня 2026 г.", "нет такой даты"),
    "a date cell that is no date": ("1.2", "K", "скоро", "не распознана"),
    "a date outside the plan": ("1.2", "C", "до 1 июня 2031 г.", "вне периода плана"),
    "a date column outside the plan": ("1.2", "K", date(2025, 6, 1), "вне периода плана"),
    "due before it starts": ("1.2", "J", date(2026, 7, 1), "раньше начала"),
    "a number given twice": ("3.2", "A", "3.1", "он же в строке 11"),
    "a number that is none": ("3.2", "A", "1-2", "раздел.номер"),
    "a number Excel took for a date": ("3.2", "A", date(2026, 2, 1), "принял номер за дату"),
    "a number of another section": ("3.2", "A", "4.7", "не из раздела 3"),
    "an empty title": ("1.2", "B", "", "не заполнено"),
    "a title that is too long": ("1.2", "B", "о" * 4001, "длиннее 4000"),
    "a control character": ("1.2", "B", "Акт\x02уализация", "управляющий"),
    "an unknown side": ("1.2", "D", "Минобороны России", "неизвестна"),
    "nobody responsible": ("1.2", "D", "", "какая Сторона"),
    "an unknown organisation": ("1.2", "H", "Завод «Икс»", "нет в справочнике"),
    "an unknown indicator": ("1.2", "I", "Q-99", "показателя нет"),
    "a formula": ("1.2", "B", '=HYPERLINK("http://x.example")', "формула"),
    "a formula among the dates": ("1.2", "K", "=TODAY()", "формула"),
    "an error of Excel": ("1.2", "E", "#REF!", "ошибка Excel"),
    "a dependency on nothing": ("1.2", "G", "9.9", "нет ни в файле, ни в плане"),
    "a dependency on itself": ("1.2", "G", "1.2", "сама от себя: 1.2 → 1.2"),
    "a circle of two": ("1.1", "G", "1.3", "1.1 → 1.3 → 1.1"),
    "a circle of three": ("2.1", "G", "2.3", "2.1 → 2.3 → 2.2 → 2.1"),
    "days after nothing": ("1.2", "C", "в течение 30 рабочих дней после пункта 7.7", "нет ни в файле, ни в плане"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_every_kind_of_error_is_told_at_its_row_and_column(cast: Cast, kind: str) -> None:
    code, letter, value, says = PLANTED[kind]
    rows = good()
    line = rows[ROW[code] - 1]
    line += [None] * (11 - len(line))
    line["ABCDEFGHIJK".index(letter)] = value
    run = brought(cast, a_sheet(rows))
    where = {"due before it starts": "C"}.get(kind, letter)
    assert told(run) == [(ROW[code], where)]
    assert says.replace("сама", "само") in run.faults[0]["message"]
    assert (run.state, run.fault_count) == ("faulty", len(run.faults))
    with pytest.raises(NotNow):
        service.start(run.id, cast.who("m_coord"))
    assert nothing_written()


def test_many_errors_are_told_together_in_the_order_of_rows(cast: Cast) -> None:
    rows = good()
    for code, letter, value in (("3.2", 1, ""), ("1.1", 2, "31.02.2026"), ("2.2", 3, "Минобороны")):
        rows[ROW[code] - 1][letter] = value
    run = brought(cast, a_sheet(rows))
    assert told(run) == [(3, "C"), (8, "D"), (12, "B")]
    assert run.faults[0]["column"] == "C: Срок"
    assert nothing_written()


def test_merged_cells_that_leave_a_row_unclear_are_refused_and_those_that_do_not_are_read(cast: Cast) -> None:
    def down(_book: Any, sheet: Any) -> None:
        sheet.merge_range("B3:B4", "Одно на двоих")

    def across(_book: Any, sheet: Any) -> None:
        sheet.merge_range("E7:F7", "Перечень утверждён приказом")

    def harmless(book: Any, sheet: Any) -> None:
        sheet.merge_range("A2:K2", "1. Организационное обеспечение")
        sheet.merge_range("D7:D9", "Корпорация")

    run = brought(cast, a_sheet(good(), also=down))
    assert told(run) == [(4, "B")]
    assert "объединена с верхней" in run.faults[0]["message"]
    run = brought(cast, a_sheet(good(), also=across))
    assert told(run) == [(7, "E")]
    assert "Вид документа" in run.faults[0]["message"]
    assert nothing_written()
    run = brought(cast, a_sheet(good(), also=harmless))
    assert run.faults == []
    assert [row["side"] for row in run.preview["rows"]][3:6] == ["corporation"] * 3


def refused(cast: Cast, file: Upload) -> str:
    with pytest.raises(NotValid) as caught:
        service.upload(file, cast.who("m_coord"), plan=new_plan(cast))
    assert count(PlanImport) == 0
    assert nothing_written()
    return str(caught.value)


def a_bomb() -> bytes:
    parts = {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b"0" * 50 * 2**20}
    return a_zip(parts)


FILES: dict[str, tuple[Upload, str]] = {
    "50 MB": (Upload("план.xlsx", b"PK\x03\x04" + bytes(50 * 2**20)), "больше 20 МБ"),
    "a bomb": (Upload("план.xlsx", a_bomb()), "слишком велика"),
    "an old Excel file": (Upload("план.xls", b"\xd0\xcf\x11\xe0" + bytes(600)), "старые .xls и .doc"),
    "an old Word file": (Upload("план.doc", b"\xd0\xcf\x11\xe0" + bytes(600)), "не .doc"),
    "an old file under a new name": (Upload("план.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)), "зашифрованный"),
    "an encrypted Word file": (Upload("план.docx", b"\xd0\xcf\x11\xe0" + bytes(600)), "зашифрованный"),
    "a text under its name": (Upload("план.xlsx", "№;Мероприятие".encode()), "в формате .xlsx"),
    "a text under Word's name": (Upload("план.docx", b"text"), "не документ Word"),
    "a Word bomb": (Upload("план.docx", a_zip({"word/document.xml": b" " * 25 * 2**20})), "бомбу"),
    "a Word file of entities": (
        Upload("план.docx", a_zip({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})), "DTD",
    ),
    "a picture": (Upload("план.png", b"\x89PNG"), "Нужен файл Excel"),
    "no headings": (a_sheet([["Что", "Когда"], ["Дело", "Завтра"]]), "Не найдена строка заголовков"),
    "nothing under the headings": (a_sheet([list(HEADERS)]), "нет строк"),
    "an empty sheet": (a_sheet([]), "Не найдена строка заголовков"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_read_safely_is_refused_with_the_reason(cast: Cast, kind: str) -> None:
    file, says = FILES[kind]
    assert says in refused(cast, file)


def test_a_sheet_that_names_no_item_at_all_is_refused(cast: Cast) -> None:
    run = brought(cast, a_sheet([list(HEADERS), ["1. Раздел первый"], ["2. Раздел второй"]]))
    assert [fault["message"] for fault in run.faults] == ["в таблице нет ни одного мероприятия"]


def test_more_rows_than_a_plan_may_have_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "MOST_ITEMS", 5)
    run = brought(cast, a_sheet(good()))
    assert told(run) == [(9, "вся строка")]
    assert "больше 5" in run.faults[0]["message"]
    assert nothing_written()


def test_the_users_own_columns_are_named_by_hand(cast: Cast) -> None:
    rows = [["№", "Что делаем", "Срок", "Кто"], ["1.1", "Дело", "до 1 мая 2026 г.", "Совместно"]]
    actor = cast.who("m_coord")
    run = service.upload(a_sheet(rows), actor, plan=new_plan(cast))
    assert run.mapping == {"0": "number", "2": "term_text"}
    for mapping, says in (
        ({"0": "number"}, "Мероприятие"),
        ({"1": "title"}, "ответственный"),
        ({"1": "title", "2": "title", "3": "unit"}, "Два столбца"),
        ({"1": "title", "3": "unit", "9": "result"}, "нет столбцов"),
        ({"1": "title", "3": "nonsense"}, "Нет такого значения"),
    ):
        with pytest.raises(NotValid) as caught:
            service.check(run.id, mapping, actor)
        assert says in str(caught.value)
    run = brought(cast, a_sheet(rows), B="title", D="unit")
    assert (run.state, run.preview["rows"][0]["title"]) == ("checked", "Дело")


def test_a_title_above_two_rows_of_headings_and_plain_numbers_are_understood(cast: Cast) -> None:
    def heads(_book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:E1", "План мероприятий на 2026–2028 годы")
        for letter, text in zip("ABE", ("№ п/п", "Мероприятие", "Ответственный"), strict=True):
            sheet.merge_range(f"{letter}3:{letter}4", text)
        sheet.merge_range("C3:D3", "Срок")

    rows: list[list[Any]] = [
        [], [], [], [None, None, "Начало", "Окончание"], [1, 2, 3, 4, 5], ["Раздел I. Начальный"],
        [1, "Первое", date(2026, 2, 1), date(2026, 3, 1), "Совместно"],
        [2, "Второе", date(2026, 3, 1), date(2026, 4, 1), "Корпорация"], ["Раздел II"],
        [3, "Третье", None, date(2026, 5, 1), "Министерство"],
    ]  # fmt: skip
    run = brought(cast, a_sheet(rows, also=heads))
    assert run.headers == ["№ п/п", "Мероприятие", "Начало", "Окончание", "Ответственный"]
    assert run.faults == []
    plan = taken(cast, run)
    assert [(section.number, section.title) for section in plan.sections] == [(1, "Начальный"), (2, "Раздел 2")]
    items = db.session.scalars(select(Item).order_by(Item.section, Item.number)).all()
    assert [(item.code, item.terms.title, item.terms.due_on) for item in items if item.terms] == [
        ("1.1", "Первое", date(2026, 3, 1)), ("1.2", "Второе", date(2026, 4, 1)), ("2.1", "Третье", date(2026, 5, 1)),
    ]  # fmt: skip


def test_indicators_and_executors_organisations_are_found(cast: Cast) -> None:
    plan = a_plan(cast)
    with transaction():
        db.session.add(Indicator(roadmap_id=plan.id, code="P-09", name="Соглашения", unit="ед."))
    college = cast.organisations["college"]
    rows = [list(HEADERS), ["1.1", "Дело", "до 1 мая 2026 г.", "Совместно", "", "", "", college.short_name, "p-09"]]
    twin = an_organisation("college", short_name=college.short_name)
    run = brought(cast, a_sheet(rows), plan)
    assert told(run) == [(2, "H")]
    assert "несколько организаций" in run.faults[0]["message"]
    rows[1][7] = college.inn
    taken(cast, brought(cast, a_sheet(rows), plan))
    item = db.session.scalars(select(Item)).one()
    assert item.terms is not None
    assert item.terms.organisation_id == college.id
    assert count(ItemIndicator) == 1
    sees = set(db.session.scalars(select(Reader.organisation_id).where(Reader.subject_kind == "roadmap_plan")))
    assert college.id in sees
    assert twin.id not in sees


def test_what_was_clean_is_tried_again_before_it_is_written(cast: Cast) -> None:
    plan = a_plan(cast)
    run = brought(cast, a_sheet(one_row()), plan)
    an_item(cast, plan)
    service.start(run.id, cast.who("m_coord"))
    drain()
    db.session.expire_all()
    assert (run.state, told(run)) == ("faulty", [(2, "A")])
    assert "уже занят в плане" in run.faults[0]["message"]
    assert count(Item) == 1


def test_a_draft_that_went_to_approval_meanwhile_takes_nothing_and_says_why(cast: Cast) -> None:
    plan = a_plan(cast)
    an_item(cast, plan)
    run = brought(cast, a_sheet([list(HEADERS), ["1.2", "Дело", "до 1 мая 2026 г.", "Совместно"]]), plan)
    service.start(run.id, cast.who("m_coord"))
    take_edition_step(edition_of(plan).id, "submit_internal", cast.who("m_coord"), Ask())
    drain()
    db.session.expire_all()
    assert run.state == "faulty"
    assert "уже на согласовании" in run.faults[0]["message"]
    assert count(Item) == 1


def test_a_worker_that_fails_in_the_midst_leaves_nothing_and_the_file_may_be_checked_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = brought(cast, a_sheet(good()))
    with monkeypatch.context() as broken:
        broken.setattr(service.writing, "_let_read", None)
        service.start(run.id, cast.who("m_coord"))
        for job in db.session.scalars(select(Job)):
            job.attempts = 100
        db.session.commit()
        drain()
    db.session.expire_all()
    assert service.RUNS.failed(run)
    assert nothing_written()
    service.check(run.id, run.mapping, cast.who("m_coord"))
    drain()
    taken(cast, run)
    assert count(Item) == 8


def test_a_plan_on_approval_and_a_later_edition_take_no_import(cast: Cast) -> None:
    plan = a_plan(cast)
    an_item(cast, plan)
    in_force(cast, plan)
    with pytest.raises(NotNow):
        service.upload(a_sheet(good()), cast.who("m_coord"), roadmap_id=plan.id)


def test_only_coordinators_of_the_parties_import_and_nobody_else_sees_it(cast: Cast) -> None:
    plan = a_plan(cast)
    run = brought(cast, a_sheet(one_row()), plan)
    with pytest.raises(NotFound):
        service.run_for(run.id, cast.who("c_coord"))
    for stranger in (cast.people["college", "college"], cast.people["operator", "operator"]):
        with pytest.raises(NotFound):
            service.upload(a_sheet(good()), stranger, roadmap_id=plan.id)
        with pytest.raises(NotFound):
            service.run_for(run.id, stranger)
        with pytest.raises(NotAllowed):
            service.upload(a_sheet(good()), stranger, plan=new_plan(cast))
    with pytest.raises(NotAllowed):
        service.upload(a_sheet(good()), cast.who("m_legal"), roadmap_id=plan.id)
    with pytest.raises(NotAllowed):
        service.run_for(run.id, cast.who("m_legal"))
    with pytest.raises(NotAllowed):
        service.upload(a_sheet(good()), cast.who("c_coord"), plan=new_plan(cast, parties=[
            cast.organisations["ministry"].id, cast.organisations["college"].id]))  # fmt: skip
    assert service.upload(a_sheet(good()), cast.who("c_coord"), roadmap_id=plan.id).organisation_id


def test_two_thousand_rows_are_read_and_written(cast: Cast) -> None:
    rows = [list(HEADERS)]
    for n in range(1, 2001):
        rows.append(
            [f"1.{n}", f"Дело {n}", "ежегодно, до 15 декабря", "Совместно", "", "", f"1.{n - 1}" if n > 1 else ""]
        )
    run = brought(cast, a_sheet(rows))
    assert run.state == "checked"
    assert len(run.preview["rows"]) == 1000
    taken(cast, run)
    assert (count(Item), count(Dependency)) == (2000, 1999)


def test_circles_are_walked_without_a_deep_stack() -> None:
    long = {str(n): [str(n + 1)] for n in range(20_000)}
    assert list(circles(long)) == []
    assert len(next(circles(long | {"20000": ["0"]}))) == 20_002
    assert list(circles({"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["c"]})) == [["a", "b", "a"], ["c", "d", "c"]]


def test_the_marked_file_is_given_back(cast: Cast) -> None:
    rows = good()
    rows[2][1] = ""
    run = brought(cast, a_sheet(rows))
    content = service.marked_file(run)
    book = load_workbook(io.BytesIO(content))
    assert book["План"]["B3"].comment.text == "не заполнено"
    with pytest.raises(NotFound):
        service.marked_file(brought(cast, a_sheet(good())))


def test_a_new_plan_is_checked_before_its_file_is_read(cast: Cast) -> None:
    with pytest.raises(NotValid) as caught:
        service.upload(
            a_sheet(good()), cast.who("m_coord"), plan=new_plan(cast, title=" ", period_end=date(2025, 1, 1))
        )
    assert set(caught.value.fields) == {"title", "period_end"}
