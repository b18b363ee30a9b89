"""A term in words → days and recurrence. What cannot be computed stays words: a date is never invented."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _

from roadmap.periods import MONTHS, shift
from roadmap.rows.tokens import NoSuchDay, Token, tokens


@dataclass(frozen=True)
class When:
    """What a term in words comes to. Days are None where the words do not name them; `note` then says why.

    `fault` is what cannot be right at all: a day that does not exist.
    """

    starts_on: date | None = None
    due_on: date | None = None
    until_on: date | None = None
    recurrence: str = "once"
    for_previous: bool = False
    after_code: str = ""
    after_days: int | None = None
    after_working: bool = False
    note: str = ""
    fault: str = ""


@dataclass(frozen=True)
class _Piece:
    """Days a token covers, and how it is named: by, from, within."""

    role: str
    first: date
    last: date
    exact: bool
    """A single day, or the end of something: «до» can mean nothing else."""


class _Unclear(Exception):
    """The words say more than one thing, or nothing that is a day."""


def term_of(text: str, start: date, end: date, recurrence: str = "") -> When:
    """The term of an item of a plan from `start` to `end`; `recurrence` is what is known of it already.

    Never raises: what is wrong or not understood is told in the answer.
    """
    if not text.strip():
        return When(recurrence=recurrence or "once")
    try:
        found = tokens(text)
    except NoSuchDay:
        return When(fault=_("нет такой даты: «%(text)s»", text=text.strip()[:80]))
    repeats = {recurrence} if recurrence else {token.word for token in found if token.kind == "recurrence"}
    how_often = next(iter(repeats)) if len(repeats) == 1 else "once"
    try:
        if len(repeats) > 1:
            raise _Unclear(_("дата по словам не выведена: названо несколько повторяемостей"))
        return _Reading(found, how_often, start, end).when()
    except _Unclear as unclear:
        return When(recurrence=how_often, note=str(unclear) or _("дата по словам не выведена"))


class _Reading:
    def __init__(self, found: list[Token], recurrence: str, start: date, end: date) -> None:
        self.found = [token for token in found if token.kind != "recurrence"]
        self.recurrence, self.start, self.end = recurrence, start, end

    def when(self) -> When:
        """Raises _Unclear."""
        kinds = [token.kind for token in self.found]
        if "unknown" in kinds:
            raise _Unclear
        if "after_item" in kinds:
            return self._after_item()
        if "after_period" in kinds:
            return self._after_period()
        if "number" in kinds:
            return self._day_of_each_month()
        if not self.found:
            return self._each_period(self.start, None)
        pairs = self._months_half_a_year_apart()
        if pairs is not None:
            return pairs
        return self._by_pieces(self._pieces())

    def _after_item(self) -> When:
        if len(self.found) > 1 or self.recurrence != "once":
            raise _Unclear
        token = self.found[0]
        return When(after_code=token.word, after_days=token.first, after_working=bool(token.last))

    def _after_period(self) -> When:
        """«До 15 числа месяца, следующего за отчётным кварталом»: the first one reports on the plan's first period."""
        if len(self.found) > 1:
            raise _Unclear
        where, _colon, named = self.found[0].word.partition(":")
        recurrence = named or self.recurrence
        if recurrence == "once" or self.recurrence not in ("once", recurrence):
            raise _Unclear
        last_day = period_of(self.start, recurrence)[1]
        month = shift(last_day.replace(day=1), 1 if where == "month" else 0)
        due = _in_month(month, self.found[0].first)
        if where != "month":
            return self._repeated(None, due if due >= self.start else _next(due, recurrence), recurrence)
        closing = period_of(self.end, recurrence)[1]
        until = _in_month(shift(closing.replace(day=1), 1), self.found[0].first) if closing <= self.end else None
        return When(None, due, until, recurrence, for_previous=True)

    def _day_of_each_month(self) -> When:
        rest = [token for token in self.found if token.kind not in ("number", "until")]
        number = [token.first for token in self.found if token.kind == "number"]
        if self.recurrence != "monthly" or rest or len(number) > 1:
            raise _Unclear
        due = _in_month(self.start.replace(day=1), number[0])
        return self._repeated(None, due if due >= self.start else _next(due, "monthly"), "monthly")

    def _each_period(self, since: date, until: date | None) -> When:
        """«Ежеквартально» and no more: the last day of each quarter."""
        if self.recurrence == "once":
            raise _Unclear
        first, last = period_of(since, self.recurrence)
        note = _("в словах нет дня: срок – последний день каждого периода")
        return When(first if first >= self.start else None, last, until, self.recurrence, note=note)

    def _months_half_a_year_apart(self) -> When | None:
        """«Ежегодно, апрель и октябрь» is twice a year."""
        months = [token for token in self.found if token.kind == "month"]
        if self.recurrence not in ("yearly", "half_yearly") or len(months) != 2 or len(self.found) != 2:
            return None
        early, late = months
        if early.year or late.year or early.first != early.last or late.first - early.first != 6:
            return None
        first = min(
            (date(year, month.first, 1) for year in self._years() for month in months if self._within(year, month)),
            default=None,
        )
        if first is None:
            raise _Unclear
        return When(first if first >= self.start else None, _closing(first), None, "half_yearly")

    def _within(self, year: int, month: Token) -> bool:
        return self.start <= _closing(date(year, month.first, 1)) <= self.end

    def _years(self) -> range:
        return range(self.start.year, self.end.year + 1)

    # Days named in the words -------------------------------------------------------------------------------------

    def _pieces(self) -> list[_Piece]:
        pieces, role, joined = [], "", False
        tokens_left = self._with_years()
        for place, token in enumerate(tokens_left):
            if token.kind in ("until", "from", "through", "closing", "dash"):
                if token.kind == "dash":
                    joined = True
                else:
                    role = "closing" if token.kind == "closing" else token.kind
                continue
            first, last = self._days(token, role)
            exact = token.kind == "day" or role == "closing"
            name = "dash" if joined and not role else role or "within"
            pieces.append(_Piece(name, first, last, exact))
            role, joined = "", False
            if place == len(tokens_left) - 1:
                break
        if role or joined or not pieces:
            raise _Unclear
        return pieces

    def _with_years(self) -> list[Token]:
        """A day without its year takes the next one's («с 1 марта по 30 июня 2026 г.»), or the year said apart."""
        known: int | None = None
        out: list[Token] = []
        dated = [token for token in self.found if token.kind in ("day", "month", "quarter", "half")]
        alone = [token for token in self.found if token.kind == "year"]
        if len(dated) == 1 and dated[0].year is None and len(alone) == 1 and self.recurrence == "once":
            whole = alone[0]
            if whole.year == whole.last_year:
                return [replace(t, year=whole.year) if t is dated[0] else t for t in self.found if t is not whole]
        for token in reversed(self.found):
            if token.kind in ("day", "month", "quarter", "half"):
                if token.year is None and known is not None and self.recurrence == "once":
                    token = replace(token, year=known)
                known = token.year
            out.append(token)
        return out[::-1]

    def _days(self, token: Token, role: str) -> tuple[date, date]:
        if token.kind == "year":
            assert token.year is not None
            assert token.last_year is not None
            return date(token.year, 1, 1), date(token.last_year, 12, 31)
        if token.kind == "unit":
            return self._unit(token, role)
        years = [token.year] if token.year is not None else list(self._years())
        spans = [_span(token, year) for year in years]
        if token.year is not None:
            return spans[0]
        inside = [span for span in spans if self._fits(span)]
        if not inside or (self.recurrence == "once" and len(inside) > 1):
            raise _Unclear(_("дата по словам не выведена: не назван год"))
        return inside[0]

    def _fits(self, span: tuple[date, date]) -> bool:
        floor = max(
            [self.start, *(date(token.year, 1, 1) for token in self.found if token.kind == "year" and token.year)]
        )
        return floor <= span[1] and span[0] <= self.end

    def _unit(self, token: Token, role: str) -> tuple[date, date]:
        """«До конца года», «до конца квартала»: of a recurring item, or of a plan of one year."""
        one_year = token.word == "yearly" and self.start.year == self.end.year
        if role != "closing" or not (self.recurrence == token.word or (self.recurrence == "once" and one_year)):
            raise _Unclear(_("дата по словам не выведена: не назван год"))
        return period_of(self.start, token.word)

    def _by_pieces(self, pieces: list[_Piece]) -> When:
        since, until, pieces = self._bounds(pieces)
        if not pieces:
            return self._each_period(since or self.start, until)
        if len(pieces) == 2 and self.recurrence == "once":
            return self._from_to(*pieces)
        if len(pieces) > 1:
            raise _Unclear(_("дата по словам не выведена: названо несколько сроков"))
        one = pieces[0]
        if one.role == "from":
            if self.recurrence != "once":
                return self._each_period(one.first, until)
            return When(starts_on=one.first, note=_("в словах названо только начало: дата срока не выведена"))
        if one.role in ("until", "through") and not one.exact and one.role == "until":
            raise _Unclear(_("дата по словам не выведена: «до» периода – это до его начала или до конца?"))
        if self.recurrence != "once" and _longer(one, self.recurrence):
            return self._each_period(max(one.first, self.start), one.last)
        begins = one.first if one.role == "within" and not one.exact else None
        return self._repeated(begins, one.last, self.recurrence, until)

    def _bounds(self, pieces: list[_Piece]) -> tuple[date | None, date | None, list[_Piece]]:
        """Of a recurring item: years said beside its day bound it («до 1 июня, в 2026–2028 годах»)."""
        if self.recurrence == "once" or len(pieces) < 2:
            return None, None, pieces
        years = [piece for piece in pieces if _whole_years(piece)]
        rest = [piece for piece in pieces if not _whole_years(piece)]
        if len(years) != 1 or years[0].role not in ("within", "from"):
            return None, None, pieces
        return years[0].first, None if years[0].role == "from" else years[0].last, rest

    def _from_to(self, one: _Piece, two: _Piece) -> When:
        told = (one.role, two.role)
        if told in (("within", "dash"), ("from", "through"), ("from", "dash")) or (
            told in (("from", "until"), ("from", "closing")) and two.exact
        ):
            if one.first > two.last:
                raise _Unclear(_("дата по словам не выведена: срок раньше начала"))
            return self._repeated(one.first, two.last, "once")
        raise _Unclear(_("дата по словам не выведена: названо несколько сроков"))

    def _repeated(self, begins: date | None, due: date, recurrence: str, until: date | None = None) -> When:
        if begins is not None and begins < self.start:
            begins = self.start if recurrence == "once" and due >= self.start else None
        return When(begins, due, until, recurrence)


def period_of(day: date, recurrence: str) -> tuple[date, date]:
    """First and last day of the month, quarter, half-year or year a day lies in."""
    months = MONTHS[recurrence]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _closing(shift(first, months - 1))


def _span(token: Token, year: int) -> tuple[date, date]:
    if token.kind == "day":
        day = _in_month(date(year, token.last, 1), token.first)
        return day, day
    months = {"month": 1, "quarter": 3, "half": 6}[token.kind]
    first, last = date(year, (token.first - 1) * months + 1, 1), date(year, token.last * months, 1)
    if last < first:
        raise _Unclear
    return first, _closing(last)


def _closing(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _in_month(month: date, number: int) -> date:
    return month.replace(day=min(number, calendar.monthrange(month.year, month.month)[1]))


def _next(day: date, recurrence: str) -> date:
    return shift(day, MONTHS[recurrence])


def _whole_years(piece: _Piece) -> bool:
    ends = (piece.first.month, piece.first.day, piece.last.month, piece.last.day)
    return ends == (1, 1, 12, 31) and not piece.exact


def _longer(piece: _Piece, recurrence: str) -> bool:
    return piece.last > period_of(piece.first, recurrence)[1]
