"""What a value of an indicator may be about: periods of the plan, regions, programme codes with their successors."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import NotValid
from roadmap.models import Roadmap
from roadmap.periods import shift

PERIOD = re.compile(r"^(\d{4})(?:-(Q[1-4]|H[12]|0[1-9]|1[0-2]))?$")
SPECIALITY = re.compile(r"^\d{2}\.\d{2}\.\d{2}$")
REPLACED = {
    "13.01.01": "13.01.15",
    "13.01.02": "13.01.15",
    "13.02.03": "13.02.12",
    "13.02.06": "13.02.12",
    "13.02.10": "13.02.13",
    "13.02.11": "13.02.13",
    "15.01.20": "15.01.37",
    "15.01.23": "15.01.38",
    "15.01.31": "15.01.37",
    "15.01.32": "15.01.38",
    "15.01.33": "15.01.38",
    "15.01.34": "15.01.38",
    "15.02.11": "15.02.18",
    "15.02.12": "15.02.17",
    "22.01.03": "22.01.11",
    "22.01.05": "22.01.11",
    "22.01.08": "22.01.11",
    "22.01.09": "22.01.11",
    "22.02.01": "22.02.08",
    "22.02.02": "22.02.08",
    "22.02.03": "22.02.08",
    "22.02.04": "22.02.08",
    "22.02.05": "22.02.08",
    "22.02.06": "15.02.19",
    "22.02.07": "22.02.08",
}
"""Programme codes of the lists of 2023 that the list of May 2024 has under another code."""

LAST_YEAR = 2025
"""The last year values are still given under the codes that were replaced."""

BREAKDOWNS: dict[str, Any] = {
    "organisation": _l("организация"),
    "region": _l("регион"),
    "speciality": _l("код профессии, специальности"),
    "period": _l("период"),
}
DIRECTION_NAMES: dict[str, Any] = {
    "up": _l("рост"),
    "keep": _l("не ниже базы"),
    "to_100": _l("к 100"),
    "none": _l("справочно"),
}
AGGREGATION_NAMES: dict[str, Any] = {
    "sum_year": _l("за год: значения периодов складываются"),
    "cumulative": _l("нарастающим итогом: действует последнее"),
    "as_of": _l("на дату: действует последнее"),
    "average": _l("среднее, не складывается"),
    "none": _l("не складывается"),
}


def period_days(period: str) -> tuple[date, date]:
    """The first and the last day of «2026», «2026-Q3», «2026-H1», «2026-03». Raises NotValid."""
    found = PERIOD.match(period)
    if found is None or not int(found[1]):
        raise NotValid(_("Период – год, квартал, полугодие или месяц: 2026, 2026-Q3, 2026-H1, 2026-03"), "period")
    year, part = int(found[1]), found[2] or ""
    if not part:
        return date(year, 1, 1), date(year, 12, 31)
    months = {"Q": 3, "H": 6}.get(part[0], 1)
    number = int(part.lstrip("QH"))
    start = date(year, (number - 1) * months + 1, 1)
    return start, shift(start, months) - timedelta(days=1)


def check_period(plan: Roadmap, period: str) -> None:
    """Raises NotValid for a period the plan does not touch. The year before it is the base."""
    start, end = period_days(period)
    if end.year < plan.period_start.year - 1 or start > plan.period_end:
        raise NotValid(_("Этого периода в плане нет"), "period")


def check_region(code: str) -> None:
    if code and not re.fullmatch(r"\d{2}", code):
        raise NotValid(_("Код региона – две цифры, например 59"), "region_code")


def check_speciality(code: str, period: str) -> None:
    """A programme code in its form; one that was replaced is refused for later years, naming its successor."""
    if not code:
        return
    if not SPECIALITY.match(code):
        raise NotValid(_("Код профессии или специальности пишется так: 15.02.16"), "speciality")
    if code in REPLACED and int(period[:4]) > LAST_YEAR:
        raise NotValid(
            _("Код %(old)s заменён кодом %(new)s: укажите действующий", old=code, new=REPLACED[code]), "speciality"
        )


def period_choices(plan: Roadmap, year: int) -> list[str]:
    """Periods of a year, the whole of it first; then the other years of the plan and the base before them."""
    parts = ("H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"{month:02d}" for month in range(1, 13)))
    others = range(plan.period_start.year - 1, plan.period_end.year + 1)
    return [str(year), *(f"{year}-{part}" for part in parts), *(str(one) for one in others if one != year)]
