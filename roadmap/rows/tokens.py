"""A term in words taken apart: days, months, quarters, how often, «до», «с», «в течение … после»."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core.language.dates import MONTHS

STEMS = ("январ", "феврал", "март", "апрел", "ма[йяею]", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_ORDINALS = ("перв", "втор", "трет", "четверт")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_N = r"(?:iii|ii|iv|i|[1-4])(?:-?(?:ого|ом|ый|ой|ий|му|го|й|м|е))?"
_MONTH = rf"({'|'.join(STEMS)})[а-я]*"
_GENITIVE = "|".join(MONTHS)
_YEAR = r"(20\d\d)(?!\d)\s*(?:-?го\b)?\s*(?:г\.?\s?г\.?|год[а-я]*|г\.?|)(?![а-я])"
_AND = r"\s*(?:-|,|\bи\b)\s*"


class NoSuchDay(ValueError):
    """What looks like a date and is none: «31.02.2026»."""


@dataclass(frozen=True)
class Token:
    """A piece of a term. `kind`: day, month, quarter, half, year, recurrence, after_period, number, closing, until,
    from, through, dash, unit, after_item, unknown.

    `first` and `last` are numbers of months, quarters or half-years; a day has `first` (day) and `last` (month).
    """

    kind: str
    first: int = 0
    last: int = 0
    year: int | None = None
    last_year: int | None = None
    word: str = ""


def plain(text: str) -> str:
    """Lower case, ё as е, one kind of dash, single spaces, without what stands in brackets."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ").casefold().replace("ё", "е")
    text = re.sub(r"[–—−]", "-", text)
    text = re.sub(r"\([^()]*\)", " ", text)
    return " ".join(text.split()).strip(" .;")


def tokens(text: str) -> list[Token]:
    """The term taken apart from left to right. Raises NoSuchDay."""
    return list(_scan(plain(text)))


def _scan(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        for pattern, made in PATTERNS:
            if found := pattern.match(text, place):
                token = made(found)
                if token is not None:
                    yield token
                place = found.end()
                break
        else:
            word = re.compile(r"[\w.]+|.").match(text, place)
            assert word is not None
            yield Token("unknown", word=word.group())
            place = word.end()


def _number(text: str) -> int:
    return _ROMAN[re.sub(r"-?[а-я]+$", "", text)]


def _month(text: str) -> int:
    return next(number for number, stem in enumerate(STEMS, 1) if re.match(stem, text))


def _year(text: str | None) -> int | None:
    return int(text[:4]) if text else None


def a_day(day: int, month: int, year: int | None) -> Token:
    """Raises NoSuchDay; 29 February is a day while its year is not known."""
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year or 2024, month)[1]:
        raise NoSuchDay
    return Token("day", day, month, year)


def _dotted(found: re.Match[str]) -> Token:
    return a_day(int(found[1]), int(found[2]), int(found[3]) % 100 + 2000 if len(found[3]) == 2 else int(found[3]))


def _iso(found: re.Match[str]) -> Token:
    return a_day(int(found[3]), int(found[2]), int(found[1]))


def _day_of_month(found: re.Match[str]) -> Token:
    return a_day(int(found[1]), MONTHS.index(found[2]) + 1, _year(found[3]))


def _months(found: re.Match[str]) -> Token:
    first = _month(found[1])
    return Token("month", first, _month(found[2]) if found[2] else first, _year(found[3]))


def _parts(kind: str) -> Callable[[re.Match[str]], Token]:
    """Quarters or half-years: one, or a run of them; a broken run («I и III») is not understood."""

    def made(found: re.Match[str]) -> Token:
        pieces = re.split(_AND, found[1])
        numbers = [_number(piece.strip()) for piece in pieces]
        whole = numbers == list(range(numbers[0], numbers[-1] + 1)) or (len(numbers) == 2 and "-" in found[1][1:])
        most = 4 if kind == "quarter" else 2
        if not whole or numbers[-1] > most or numbers[0] > numbers[-1]:
            return Token("unknown", word=found.group())
        return Token(kind, numbers[0], numbers[-1], _year(found[2]))

    return made


def _ordinal(found: re.Match[str]) -> Token:
    number = next(place for place, stem in enumerate(_ORDINALS, 1) if found[1].startswith(stem))
    kind = "quarter" if found[2].startswith("кв") else "half"
    return Token(kind, number, number, _year(found[3])) if kind == "quarter" or number < 3 else Token("unknown")


def _years(found: re.Match[str]) -> Token:
    return Token("year", year=int(found[1]), last_year=int(found[2]) if found[2] else int(found[1]))


def _one_year(found: re.Match[str]) -> Token:
    return Token("year", year=int(found[1]), last_year=int(found[1]))


def _always(token: Token) -> Callable[[re.Match[str]], Token]:
    return lambda _found: token


def _after_period(found: re.Match[str]) -> Token:
    month = "month" if "следующ" in found.group() else "within"
    word = next((name for stem, name in _REPORTED if stem in found.group()), "")
    if not 1 <= int(found[1]) <= 31:
        raise NoSuchDay
    return Token("after_period", int(found[1]), word=f"{month}:{word}")


_REPORTED = (
    ("кварт", "quarterly"),
    ("полугод", "half_yearly"),
    ("год", "yearly"),
    ("отчетным месяц", "monthly"),
    ("отчетного месяц", "monthly"),
)


def _of_month(found: re.Match[str]) -> Token:
    if not 1 <= int(found[1]) <= 31:
        raise NoSuchDay
    return Token("number", int(found[1]))


def _after_item(found: re.Match[str]) -> Token:
    return Token("after_item", int(found[1]), int("рабоч" in (found[2] or "")), word=found[3])


def _recurrence(name: str) -> Callable[[re.Match[str]], Token]:
    return _always(Token("recurrence", word=name))


_RULES: tuple[tuple[str, Callable[[re.Match[str]], Token | None]], ...] = (
    (r"[\s,;:]+", lambda _found: None),
    (
        r"(?:не позднее |в срок до )?(?:в течение|в срок) (\d{1,3})(?:-?ти|-?и)? ((?:рабочих |календарных )?)"
        r"(?:дней|дня|день) (?:после|со дня|с даты|с момента|от даты) (?:(?:исполнения|выполнения|завершения|окончания|"
        r"реализации) )?(?:пункт[а-я]* |п\. ?|мероприяти[а-я]* |работ по )?(?:пункт[а-я]* |п\. ?)?№? ?"
        r"(\d{1,3}\.\d{1,3})(?!\d|\.\d)",
        _after_item,
    ),
    (
        r"(?:до |не позднее |к )?(\d{1,2})(?:-?го)? (?:числа|число) месяца,? следующего за (?:отчетн[а-я]+)"
        r"(?: (?:кварталом|месяцем|полугодием|годом|периодом))?",
        _after_period,
    ),
    (
        r"(?:до |не позднее |к )?(\d{1,2})(?:-?го)? (?:числа|число) последнего месяца"
        r"(?: (?:каждого |отчетного )?(?:квартала|полугодия|года))?",
        _after_period,
    ),
    (r"(\d{1,2})(?:-?го)? числ[оау](?: (?:каждого )?месяца)?", _of_month),
    (r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d\d)(?!\d)(?:\s*г(?:\.|ода?)?(?![а-я]))?", _dotted),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", _iso),
    (rf"«?(\d{{1,2}})»?(?:-?го)? ({_GENITIVE})(?![а-я])(?:\s*{_YEAR})?", _day_of_month),
    (rf"{_MONTH}(?:\s*-\s*{_MONTH})?(?:\s*{_YEAR})?", _months),
    (rf"({_N}(?:{_AND}{_N})*)\s*(?:кв\.|кварт[а-я]*|кв(?![а-я]))(?:\s*{_YEAR})?", _parts("quarter")),
    (rf"({_N}(?:{_AND}{_N})*)\s*полугоди[а-я]*(?:\s*{_YEAR})?", _parts("half")),
    (
        rf"(перв[а-я]+|втор[а-я]+|трет[а-я]+|четверт[а-я]+) (квартал[а-я]*|полугоди[а-я]*)(?:\s*{_YEAR})?",
        _ordinal,
    ),
    (r"(?:два|2|две) раз[а]? (?:в|за) год(?![а-я])|дважды в год|(?:один раз|1 раз|раз) в полугодие|кажд\w+ полугоди\w",
     _recurrence("half_yearly")),
    (r"(?:один раз|1 раз|раз) (?:в|за) год(?![а-я])|ежегодно|кажд(?:ый|ого|ом) год[ау]?(?![а-я])",
     _recurrence("yearly")),
    (r"(?:один раз|1 раз|раз) в квартал(?![а-я])|ежеквартально|кажд(?:ый|ого) квартала?(?![а-я])",
     _recurrence("quarterly")),
    (r"(?:один раз|1 раз|раз) в месяц(?![а-я])|ежемесячно|кажд(?:ый|ого) месяца?(?![а-я])", _recurrence("monthly")),
    (r"(20\d\d)\s*(?:-|\bи\b)\s*(20\d\d)\s*(?:г\.?г\.?|годах|годов|годы|года?)?(?![а-я])", _years),
    (_YEAR, _one_year),
    (r"(?:до конца|к концу|по окончании)(?![а-я])", _always(Token("closing"))),
    (r"(?:не позднее чем до|не позднее|в срок до|сроком до|срок до|до|к|ко)(?![а-я])", _always(Token("until"))),
    (r"по(?![а-я])", _always(Token("through"))),
    (r"(?:начиная со?|не ранее|со?)(?![а-я])", _always(Token("from"))),
    (r"-", _always(Token("dash"))),
    (r"год[ау]?(?![а-я])", _always(Token("unit", word="yearly"))),
    (r"квартал[ае]?(?![а-я])", _always(Token("unit", word="quarterly"))),
    (r"полугоди[яе](?![а-я])", _always(Token("unit", word="half_yearly"))),
    (r"месяц[ае]?(?![а-я])", _always(Token("unit", word="monthly"))),
    (r"(?:и)?\s*(?:далее|затем|в дальнейшем|впоследствии)(?![а-я])", lambda _found: None),
    (r"(?:в течение|в период|в срок|срок|за|во|в|и|включительно|однократно|разово)(?![а-я])", lambda _found: None),
)  # fmt: skip
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Any]], ...] = tuple(
    (re.compile(rf"(?<![а-я])(?:{rule})" if rule[0] not in "[-" else rule), made) for rule, made in _RULES
)
