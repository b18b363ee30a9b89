"""A cell of a plan's table as a value: text, day, number, yes or no; what cannot be taken is told in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from core.errors import NotValid
from roadmap.periods import RECURRENCES, ROMAN
from roadmap.rows.meanings import same
from roadmap.rows.shapes import Before
from roadmap.rows.tokens import STEMS, NoSuchDay, tokens
from roadmap.terms import LONGEST, number

LONGEST_OF: Mapping[str, int] = {"unit": 500, "document_kind": 500, "target_unit": 100, "term_text": 500}
"""Letters a text may have, where it is less than what every text of the terms may."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_ESCAPED = re.compile(r"_x00(?:[01][0-9A-F]|7F)_")
"""How Excel writes a control character into its file."""
_ERROR = re.compile(r"#(?:REF|DIV/0|VALUE|NAME|NULL|NUM|N/A|ССЫЛКА|ДЕЛ/0|ЗНАЧ|ИМЯ|ПУСТО|ЧИСЛО|Н/Д)[!?]?", re.IGNORECASE)


class Wrong(Exception):
    """The cell cannot be taken; the text says why."""


@dataclass(frozen=True)
class Formula:
    """A cell that computes instead of saying: never evaluated, always refused."""

    text: str


def text_of(cell: Any) -> str:
    """The text of any cell, with its line breaks. Raises Wrong for formulas, errors of Excel and control characters."""
    if isinstance(cell, Formula):
        raise Wrong(_("в ячейке формула: вставьте её значение («Специальная вставка» – «Значения»)"))
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(_("да") if cell else "")
    if isinstance(cell, datetime | date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").strip()
    if _CONTROL.search(text) or _ESCAPED.search(text):
        raise Wrong(_("недопустимый управляющий знак"))
    if _ERROR.fullmatch(text):
        raise Wrong(_("в ячейке ошибка Excel: %(cell)s", cell=text))
    return text


def bounded(name: str, text: str) -> str:
    """The text, if it is no longer than its field takes. Raises Wrong."""
    most = LONGEST_OF.get(name, LONGEST)
    if len(text) > most:
        raise Wrong(_("длиннее %(n)s знаков: %(have)s", n=most, have=len(text)))
    return text


def is_nothing(text: str) -> bool:
    """A dash in a cell says that there is nothing."""
    return text in ("", "-", "–", "—")


def day_of(cell: Any) -> date | None:
    """A day: a date of Excel, «01.06.2026», «1 июня 2026 г.». Raises Wrong."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if is_nothing(text):
        return None
    try:
        found = tokens(text)
    except NoSuchDay as error:
        raise Wrong(_("нет такой даты: «%(text)s»", text=text[:60])) from error
    if len(found) != 1 or found[0].kind != "day" or found[0].year is None:
        raise Wrong(_("дата не распознана, нужна в виде 31.12.2026: «%(text)s»", text=text[:60]))
    return date(found[0].year, found[0].last, found[0].first)


def flag_of(text: str) -> bool:
    """Raises Wrong."""
    if is_nothing(text) or same(text) in ("нет", "no", "0", "false", "ложь"):
        return False
    if same(text) in ("да", "yes", "1", "true", "истина", "+"):
        return True
    raise Wrong(_("ожидается «да» или «нет»: «%(text)s»", text=text[:60]))


def recurrence_of(text: str) -> str:
    """A code of recurrence. Raises Wrong."""
    asked = same(text)
    for name, label in RECURRENCES.items():
        if asked in (name, same(label), same(_LABELS[name])):
            return name
    try:
        found = tokens(text)
    except NoSuchDay:
        found = []
    if len(found) == 1 and found[0].kind == "recurrence":
        return found[0].word
    if asked in ("разово", "один раз", "единовременно"):
        return "once"
    raise Wrong(_("нет такой повторяемости: «%(text)s»", text=text[:60]))


_LABELS = {"once": "однократно", "monthly": "ежемесячно", "quarterly": "ежеквартально", "half_yearly": "2 раза в год",
           "yearly": "ежегодно"}  # fmt: skip


def decimal_of(cell: Any) -> Decimal | None:
    """A number. Raises Wrong."""
    text = text_of(cell)
    if is_nothing(text):
        return None
    try:
        return number(text.replace("\u202f", ""))
    except NotValid as fault:
        raise Wrong(_("нужно число: «%(text)s»", text=text[:60])) from fault


def code_of(text: str) -> tuple[int, int]:
    """«2.3», «2.3.», «п. 2.3» → (2, 3). Raises Wrong."""
    found = re.fullmatch(r"(?:п(?:ункт)?\.?\s*)?(\d{1,3})\.(\d{1,4})\.?", text.strip(), re.IGNORECASE)
    if found is None or int(found[1]) < 1 or int(found[2]) < 1:
        raise Wrong(_("номер нужен в виде «раздел.номер», например 2.3: «%(text)s»", text=text[:40]))
    return int(found[1]), int(found[2])


def days_after_of(text: str) -> tuple[int, bool]:
    """«30», «30 рабочих дней» → (days, whether working ones). Raises Wrong."""
    found = re.fullmatch(r"(1000|\d{1,3})(?: ?(раб|кал)?\w*\.?(?: д(?:н\w*|ень)\.?)?)?", same(text))
    if found is None:
        raise Wrong(_("нужно число дней: «30» или «30 рабочих»"))
    return int(found[1]), found[2] == "раб"


def days_after_text(days: int | None, working: bool) -> str:
    """The reverse of `days_after_of`."""
    return f"{days or 0} рабочих" if working else str(days or 0)


_BEFORE = re.compile(
    r"(\S+?)(?:\s*\+\s*(1000|\d{1,3})(?:\s*(раб|кал)\w*\.?)?(?:\s*д(?:н\w*|ень)\.?)?)?(?:\s*(\(?не блокирует\)?))?",
    re.IGNORECASE,
)


def befores_of(text: str) -> list[Before]:
    """«2.1; 2.3 +5 дней; 2.4 +3 рабочих дней (не блокирует)». Raises Wrong."""
    found: dict[str, Before] = {}
    for part in re.split(r"[;,\n]", text):
        if not part.strip():
            continue
        match = _BEFORE.fullmatch(part.strip())
        if match is None:
            raise Wrong(_("нужен номер мероприятия, например 2.3: «%(text)s»", text=part.strip()[:40]))
        section, place = code_of(match[1])
        code = f"{section}.{place}"
        if code in found:
            raise Wrong(_("мероприятие %(code)s названо дважды", code=code))
        found[code] = Before(code, int(match[2] or 0), match[4] is None, (match[3] or "").casefold() == "раб")
    return list(found.values())


def before_text(one: Before) -> str:
    """The reverse of `befores_of`, of one of them."""
    days = "рабочих дней" if one.lag_working else "дней"
    text = f"{one.code} +{one.lag_days} {days}" if one.lag_days else one.code
    return text if one.blocking else f"{text} (не блокирует)"


def listed(text: str) -> list[str]:
    """Parts of a cell between «;» and line breaks."""
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def period_dates_of(text: str) -> dict[str, str]:
    """«II квартал 2026 г. – 20.07.2026» → {"2026-Q2": "2026-07-20"}. Raises Wrong."""
    moved: dict[str, str] = {}
    for part in listed(text):
        name, _dash, day = part.replace("—", "–").rpartition(" – ")
        key = period_key(name)
        due = day_of(day) if key else None
        if due is None:
            raise Wrong(_("нужно «период – дата»: «%(text)s»", text=part[:60]))
        moved[key] = due.isoformat()
    return moved


def period_key(name: str) -> str:
    """«II квартал 2026 г.», «март 2026 г.», «2026 год», «03.2026», «2026-Q2» → its key; "" for anything else."""
    asked = same(name)
    for pattern, made in _PERIODS:
        if found := re.fullmatch(pattern, asked):
            return made.format(*(_ARABIC.get(group, group) for group in found.groups())).upper()
    if found := re.fullmatch(r"([а-я]+) (\d{4})(?: г\.?| год[а]?)?", asked):
        month = next((number for number, stem in enumerate(STEMS, 1) if re.match(stem, found[1])), 0)
        return f"{found[2]}-{month:02d}" if month else ""
    return ""


_ARABIC = {roman.casefold(): str(place) for place, roman in enumerate(ROMAN, 1)}
_PERIODS = (
    (r"(iv|i{1,3}|[1-4]) квартал (\d{4})(?: г\.?| год)?", "{1}-Q{0}"),
    (r"(i{1,2}|[12]) полугодие (\d{4})(?: г\.?| год)?", "{1}-H{0}"),
    (r"(\d{4})(?: г\.?| год)?", "{0}"),
    (r"(\d\d)\.(\d{4})", "{1}-{0}"),
    (r"(\d{4})-(q[1-4]|h[12]|\d\d)", "{0}-{1}"),
)
