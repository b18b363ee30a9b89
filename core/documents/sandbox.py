"""Documents room: the only Jinja environment a template is ever parsed or rendered in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment

from core.documents.grammar import (
    BUILT_IN_FILTERS,
    LARGEST_RANGE,
    TESTS,
    Grammar,
    Refused,
    expression,
)
from core.errors import NotValid

Filters = Mapping[str, Callable[..., Any]]
TEXT_FILTERS = ("capitalize", "lower", "title", "trim", "truncate", "upper")
LARGEST_RESULT = 10**30
_TAGS = re.compile(r"<[^>]*>")


def bounded_range(*bounds: int) -> range:
    """`range` that refuses to run past LARGEST_RANGE steps. Raises SecurityError."""
    steps = range(*bounds)
    if len(steps) > LARGEST_RANGE:
        raise SecurityError(str(_l("range принимает только числа не больше %(n)s", n=LARGEST_RANGE)))
    return steps


class Sandbox(SandboxedEnvironment):
    """Escapes everything, knows only its own filters and tests, and counts only with numbers."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of a mapping first, so that `row.items` or `a.count` is the author's field, not a method."""
        if isinstance(obj, dict):
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item; of an object that has none, the attribute, under the same rules as with a dot."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str) and not isinstance(obj, dict):
                return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Nothing that begins with an underscore, and nothing that could be called."""
        return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers of a human size only: no repeating or formatting of text. Raises SecurityError."""
        for side in (left, right):
            if isinstance(side, Undefined):
                return side + 0  # an unknown field complains in its own name
            if isinstance(side, str | bytes | list | tuple) or abs(side) > LARGEST_RESULT:
                raise SecurityError(str(_l("действие %(op)s допустимо только с числами", op=operator)))
        return super().call_binop(context, operator, left, right)


def sandbox(filters: Filters | None = None) -> Sandbox:
    """The environment for templates; `filters` are the author's filters, by default those of core.language."""
    if filters is None:
        from core.language.filters import FILTERS  # here: dictionaries load only when a template needs them

        filters = FILTERS
    env = Sandbox(autoescape=True, undefined=StrictUndefined, cache_size=0)
    assert env.filters is not None
    own = {name: env.filters[name] for name in BUILT_IN_FILTERS}
    env.filters = own | {name: _of_a_value(own[name]) for name in TEXT_FILTERS} | dict(filters)
    env.tests = {name: env.tests[name] for name in TESTS}
    env.globals = {"range": bounded_range}
    return env


def _of_a_value(call: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's own text filters turn None into the word «None»."""
    passes = getattr(call, "jinja_pass_arg", None)

    def checked(*args: Any, **kwargs: Any) -> Any:
        if args[1 if passes else 0] is None:
            raise NotValid(_l("нет значения"))
        return call(*args, **kwargs)

    if passes is not None:
        checked.jinja_pass_arg = passes  # type: ignore[attr-defined]
    return checked


def parse(env: Sandbox, source: str, where: str) -> nodes.Template:
    """The checked syntax tree of one part's patched XML; `where` names the part in messages.

    Raises NotValid naming the expression, the part, the paragraph and its text.
    """
    marked = re.sub(r"<w:p([ >])", r"\n<w:p\1", source)  # one paragraph a line: the line number is the place
    try:
        tree = env.parse(marked)
        Grammar(frozenset(env.filters)).check(tree)
    except TemplateSyntaxError as error:
        told = _l("тег не разобран (%(detail)s)", detail=error.message)
        raise NotValid(_refusal(marked, error.lineno, told, where)) from error
    except Refused as error:
        told = f"{expression(error.node)} — {error.reason}"
        raise NotValid(_refusal(marked, error.node.lineno or 0, told, where)) from error
    except RecursionError as error:
        raise NotValid(_l("%(where)s: теги вложены слишком глубоко", where=where)) from error
    return env.parse(source)


def _refusal(marked: str, line: int, told: Any, where: str) -> Any:
    lines = marked.split("\n")
    text = _TAGS.sub("", lines[line - 1] if 0 < line <= len(lines) else "").strip()
    return _l(
        "%(where)s, абзац %(line)s: %(told)s. Текст: «%(text)s»",
        where=where, line=max(line - 1, 1), told=told, text=text[:120],
    )  # fmt: skip
