"""Terms in words: what becomes a date, what stays words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from core.language.dates import MONTHS
from roadmap.periods import RECURRENCES
from roadmap.rows import When, term_of

START, END = date(2026, 1, 19), date(2028, 12, 31)


@pytest.fixture(scope="module", autouse=True)
def _words() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="ru")
    with app.test_request_context():
        yield


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


COMPUTED = [
    # words, start, due, until, recurrence
    ("I квартал 2026 г.", "2026-01-19", "2026-03-31", "", "once"),
    ("1 квартал 2026", "2026-01-19", "2026-03-31", "", "once"),
    ("в III кв. 2026 г.", "2026-07-01", "2026-09-30", "", "once"),
    ("первый квартал 2027 года", "2027-01-01", "2027-03-31", "", "once"),
    ("до 1 июня 2026 г.", "", "2026-06-01", "", "once"),
    ("не позднее 1 июня 2026 года", "", "2026-06-01", "", "once"),
    ("01.06.2026", "", "2026-06-01", "", "once"),
    ("до 01.06.26", "", "2026-06-01", "", "once"),
    ("2026-06-01", "", "2026-06-01", "", "once"),
    ("«10» июня 2026 г.", "", "2026-06-10", "", "once"),
    ("до 31 декабря 2026 г. включительно", "", "2026-12-31", "", "once"),
    ("июнь 2026", "2026-06-01", "2026-06-30", "", "once"),
    ("апрель – июнь 2026 г.", "2026-04-01", "2026-06-30", "", "once"),
    ("I–II кварталы 2026 г.", "2026-01-19", "2026-06-30", "", "once"),
    ("II и III кварталы 2026 г.", "2026-04-01", "2026-09-30", "", "once"),
    ("IV квартал 2026 г. – I квартал 2027 г.", "2026-10-01", "2027-03-31", "", "once"),
    ("с 1 марта по 30 июня 2026 г.", "2026-03-01", "2026-06-30", "", "once"),
    ("01.03.2026–30.06.2026", "2026-03-01", "2026-06-30", "", "once"),
    ("второе полугодие 2026 года", "2026-07-01", "2026-12-31", "", "once"),
    ("в течение 2026 года", "2026-01-19", "2026-12-31", "", "once"),
    ("2027–2028 годы", "2027-01-01", "2028-12-31", "", "once"),
    ("до конца 2027 года", "", "2027-12-31", "", "once"),
    ("до конца II квартала 2026 г.", "", "2026-06-30", "", "once"),
    ("до 1 июня 2031 г.", "", "2031-06-01", "", "once"),  # outside the plan: the row says so, not the words
    ("ежегодно, до 15 декабря", "", "2026-12-15", "", "yearly"),
    ("ежегодно, к 1 сентября", "", "2026-09-01", "", "yearly"),
    ("ежегодно, до 10 января", "", "2027-01-10", "", "yearly"),
    ("до 1 декабря каждого года", "", "2026-12-01", "", "yearly"),
    ("до 1 апреля 2026 г., далее ежегодно", "", "2026-04-01", "", "yearly"),
    ("ежегодно, до 10 июня (срок уточнять по ПП РФ № 555)", "", "2026-06-10", "", "yearly"),
    ("ежегодно, в IV квартале", "2026-10-01", "2026-12-31", "", "yearly"),
    ("ежегодно, до конца года", "", "2026-12-31", "", "yearly"),
    ("ежегодно до 1 июня в 2027–2028 годах", "", "2027-06-01", "2028-12-31", "yearly"),
    ("ежегодно, начиная с 2027 года", "2027-01-01", "2027-12-31", "", "yearly"),
    ("ежегодно, апрель и октябрь", "2026-04-01", "2026-04-30", "", "half_yearly"),
    ("ежеквартально", "", "2026-03-31", "", "quarterly"),
    ("ежемесячно", "", "2026-01-31", "", "monthly"),
    ("2 раза в год", "", "2026-06-30", "", "half_yearly"),
    ("раз в полугодие", "", "2026-06-30", "", "half_yearly"),
    ("ежемесячно, до 5 числа", "", "2026-02-05", "", "monthly"),
    ("ежеквартально, до 15 числа последнего месяца квартала", "", "2026-03-15", "", "quarterly"),
    ("ежеквартально в течение 2027 года", "2027-01-01", "2027-03-31", "2027-12-31", "quarterly"),
]


@pytest.mark.parametrize(("text", "starts", "due", "until", "recurrence"), COMPUTED, ids=[row[0] for row in COMPUTED])
def test_words_that_name_a_day_become_dates(text: str, starts: str, due: str, until: str, recurrence: str) -> None:
    found = term_of(text, START, END)
    assert (found.starts_on, found.due_on, found.until_on, found.recurrence) == (
        day(starts),
        day(due),
        day(until),
        recurrence,
    )
    assert not found.fault
    assert not found.for_previous


@pytest.mark.parametrize(
    ("text", "due", "until", "recurrence"),
    [
        (
            "ежеквартально, до 15 числа месяца, следующего за отчётным кварталом",
            "2026-04-15",
            "2029-01-15",
            "quarterly",
        ),
        ("ежеквартально, до 20 числа месяца, следующего за отчётным", "2026-04-20", "2029-01-20", "quarterly"),
        ("до 10 числа месяца, следующего за отчётным месяцем", "2026-02-10", "2029-01-10", "monthly"),
        ("ежегодно, до 20 числа месяца, следующего за отчетным годом", "2027-01-20", "2029-01-20", "yearly"),
    ],
)
def test_a_report_on_a_period_is_due_after_it(text: str, due: str, until: str, recurrence: str) -> None:
    found = term_of(text, START, END)
    assert (found.due_on, found.until_on, found.recurrence) == (day(due), day(until), recurrence)
    assert found.for_previous


@pytest.mark.parametrize(
    "text",
    [
        "постоянно",
        "в течение всего срока действия Соглашения",
        "ежегодно, по отдельному графику",
        "ежегодно, медиаплан – до 1 февраля",
        "ежегодно: потребность – до 1 февраля, баланс – до 1 апреля",
        "ежегодно, не менее 5 выездов",
        "1 июня 2026 г. и 1 сентября 2026 г.",
        "I и III кварталы 2026 г.",
        "IV квартал",
        "до 1 июня",
        "до II квартала 2026 г.",
        "до 2027 года",
        "в течение 30 дней после подписания",
        "ежегодно, ежеквартально",
        "до 20 числа месяца, следующего за отчётным",
        "V квартал 2026 г.",
        "в срок, установленный Правительством",
        "с 1 июня 2026 г.",
    ],
)
def test_words_that_name_no_single_day_get_no_date_and_say_so(text: str) -> None:
    found = term_of(text, START, END)
    assert found.due_on is None
    assert found.until_on is None
    assert found.note
    assert not found.fault


def test_a_day_without_a_year_is_known_in_a_plan_of_one_year() -> None:
    found = term_of("IV квартал", date(2026, 1, 1), date(2026, 12, 31))
    assert (found.starts_on, found.due_on) == (date(2026, 10, 1), date(2026, 12, 31))


@pytest.mark.parametrize("text", ["31.02.2026", "до 30 февраля 2026 г.", "01.13.2026", "ежемесячно, до 32 числа"])
def test_a_day_that_does_not_exist_is_a_fault(text: str) -> None:
    assert text in term_of(text, START, END).fault


@pytest.mark.parametrize(
    ("text", "code", "days", "working"),
    [
        ("в течение 30 рабочих дней после пункта 1.2", "1.2", 30, True),
        ("в течение 30 (тридцати) календарных дней со дня завершения п. 2.10", "2.10", 30, False),
        ("в течение 10 дней после исполнения мероприятия 3.1", "3.1", 10, False),
    ],
)
def test_days_after_another_item(text: str, code: str, days: int, working: bool) -> None:
    found = term_of(text, START, END)
    assert (found.after_code, found.after_days, found.after_working) == (code, days, working)
    assert found.due_on is None


def test_what_is_known_of_the_recurrence_wins_over_the_words() -> None:
    assert term_of("III квартал 2026 г.", START, END, "yearly").recurrence == "yearly"
    assert term_of("до 20 числа месяца, следующего за отчётным", START, END, "quarterly").due_on == date(2026, 4, 20)


@given(when=st.dates(date(2000, 1, 1), date(2099, 12, 31)), before=st.sampled_from(["", "до ", "не позднее ", "к "]))
def test_every_full_date_is_read_as_itself(when: date, before: str) -> None:
    for text in (f"{when:%d.%m.%Y}", f"{when.day} {MONTHS[when.month - 1]} {when.year} г."):
        assert term_of(before + text, START, END) == When(due_on=when)


@given(when=st.dates(START, END), kind=st.sampled_from(["yearly", "quarterly", "monthly", "half_yearly"]))
def test_a_day_and_then_each_period_begins_with_that_day(when: date, kind: str) -> None:
    found = term_of(f"до {when:%d.%m.%Y}, далее {RECURRENCES[kind]}", START, END)
    assert (found.due_on, found.recurrence) == (when, kind)


PIECES = ["до", "с", "по", "к", "2026", "2027 г.", "I", "II–III", "квартал", "июнь", "1 июня", "31.12.2026", "ежегодно",
          "ежеквартально", "числа", "15", "конца", "года", "и", "–", ",", "полугодие", "в течение", "далее", "(", ")",
          "после пункта", "1.2", "2 раза в год", "каждого года", "рабочих дней", "месяца"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9), st.text(max_size=12))
def test_whatever_is_written_the_answer_holds_together(pieces: list[str], more: str) -> None:
    found = term_of(" ".join([*pieces, more]), START, END)
    assert found.recurrence in RECURRENCES
    assert not (found.fault and found.due_on)
    if found.starts_on and found.due_on:
        assert found.starts_on <= found.due_on
    if found.until_on:
        assert found.due_on
        assert found.due_on <= found.until_on
