"""The language of what is kept and printed: Russian, whatever language the person at the page reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask_babel import force_locale

P = ParamSpec("P")
R = TypeVar("R")


def russian(text: Any) -> str:
    """A lazy `text` in Russian: a note of a round, a title, a line of the journal. Needs an application context."""
    with force_locale("ru"):
        return str(text)


def in_russian(made: Callable[P, R]) -> Callable[P, R]:
    """`made` runs in Russian: the context of a paper, a row that others will read in their own language."""

    @wraps(made)
    def told(*args: P.args, **given: P.kwargs) -> R:
        with force_locale("ru"):
            return made(*args, **given)

    return told
