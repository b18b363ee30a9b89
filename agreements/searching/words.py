"""The condition "has all these words", in each database's own index."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, any_, false, func, select, text

from agreements.models import Agreement, SearchText
from core.db import db
from core.language.search import stems

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12
LEAST_PREFIX = 3


def words(value: str) -> list[str]:
    """The words of a text as both indexes take them: lower case, ё as е, punctuation dropped."""
    return _WORD.findall(value.lower().replace("ё", "е"))


def matches(asked: str) -> ColumnElement[bool]:
    """Every word of the query stands in the agreement, in whatever form; the last one may be unfinished."""
    wanted = words(asked)[:MOST_WORDS]
    if not wanted:
        return false()
    if db.engine.dialect.name == "postgresql":
        query = func.to_tsquery("russian", _postgres(wanted))
        hits = select(SearchText.agreement_id).where(SearchText.vector.op("@@")(query))
        # As an array, worked out first: the planner would else walk the whole register by id, asking each its words.
        return Agreement.id == any_(func.array(hits.scalar_subquery()))
    found: Any = text("SELECT rowid FROM agreement_fts WHERE agreement_fts MATCH :stems").bindparams(
        stems=_sqlite(wanted)
    )
    return Agreement.id.in_(found)


def _unfinished(word: str) -> bool:
    return len(word) >= LEAST_PREFIX and not word.isdigit()


def _postgres(wanted: list[str]) -> str:
    *first, last = wanted
    return " & ".join([*first, f"{last}:*" if _unfinished(last) else last])


def _sqlite(wanted: list[str]) -> str:
    *first, last = (stems(word)[0] for word in wanted)
    return " ".join([*(f'"{stem}"' for stem in first), f'"{last}"*' if _unfinished(wanted[-1]) else f'"{last}"'])
