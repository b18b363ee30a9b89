"""Paging by key, not by offset: the same cost on the first page and on the thousandth."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_

from core.db import Prepared, db
from core.errors import NotValid

PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page and the opaque keys of its neighbours ("" where there is none)."""

    items: Sequence[T]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Key:
    """A sort column of the list and how to read it off a row. The last key of a list must be unique."""

    column: ColumnElement[Any]
    of: Callable[[Any], Any]
    descending: bool = False


def encode(values: Sequence[Any]) -> str:
    raw = json.dumps(list(values), ensure_ascii=False, default=str).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(token: str) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError as error:
        raise NotValid(_l("Неверный указатель страницы"), "after") from error
    if not isinstance(values, list):
        raise NotValid(_l("Неверный указатель страницы"), "after")
    return values


def page(
    statement: Select[Any],
    keys: Sequence[Key],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE,
    scalars: bool = False,
    parse: Callable[[list[Any]], list[Any]] | None = None,
) -> Page[Any]:
    """One page of `statement` in the order of `keys`, after or before an opaque key. One query."""
    backwards = bool(before)
    token = before or after
    if token:
        values = decode(token)
        if len(values) != len(keys):
            raise NotValid(_l("Неверный указатель страницы"), "after")
        statement = statement.where(_beyond(keys, parse(values) if parse else values, backwards))
    result = db.session.execute(_ordered(statement, keys, size, backwards))
    rows = list(result.scalars() if scalars else result.all())
    return _cut(rows, keys, size, backwards, bool(token))


def first_page(statement: Callable[[], Select[Any]], keys: Sequence[Key], size: int = PAGE) -> FirstPage:
    """The first page of a list that does not narrow, as every visit asks for it: drawn up once a process.

    `statement()` answers the select, its values named `bindparam`s.
    """
    return FirstPage(Prepared(lambda: _ordered(statement(), keys, size, backwards=False)), keys, size)


@dataclass(frozen=True)
class FirstPage:
    """Call with the values of the statement."""

    rows: Prepared
    keys: Sequence[Key]
    size: int

    def __call__(self, **values: Any) -> Page[Any]:
        """One page, as `page` would answer. One query."""
        return _cut(list(self.rows(**values)), self.keys, self.size, backwards=False, beyond=False)


def _ordered(statement: Select[Any], keys: Sequence[Key], size: int, backwards: bool) -> Select[Any]:
    """One row more than a page: it tells whether there is a next one."""
    order = [key.column.desc() if key.descending != backwards else key.column.asc() for key in keys]
    return statement.order_by(None).order_by(*order).limit(size + 1)


def _cut(rows: list[Any], keys: Sequence[Key], size: int, backwards: bool, beyond: bool) -> Page[Any]:
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    first = encode([key.of(rows[0]) for key in keys])
    last = encode([key.of(rows[-1]) for key in keys])
    has_previous = more if backwards else beyond
    has_next = True if backwards else more
    return Page(rows, last if has_next else "", first if has_previous else "")


def _beyond(keys: Sequence[Key], values: list[Any], backwards: bool) -> ColumnElement[bool]:
    """Rows strictly past the key: (a > x) or (a = x and b > y) or …"""
    options: list[ColumnElement[bool]] = []
    for index, key in enumerate(keys):
        equal = [keys[i].column == values[i] for i in range(index)]
        past = key.column < values[index] if key.descending != backwards else key.column > values[index]
        options.append(and_(*equal, past))
    return or_(*options)
