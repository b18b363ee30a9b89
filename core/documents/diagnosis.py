"""Documents room: when a document cannot be made, the whole list of what is wrong with the data, by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from jinja2 import ChainableUndefined, TemplateError, nodes
from jinja2 import Template as Code
from jinja2.runtime import Undefined
from jinja2.visitor import NodeTransformer

from core.documents.grammar import expression
from core.documents.sandbox import Sandbox
from core.documents.template import SPECIAL, Template
from core.documents.values import Data, WithParts
from core.errors import NotValid, Refusal

BROKEN = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
NO_VALUE = _l("нет значения")
CONTROL = _l("недопустимый управляющий знак")
_HARMLESS = frozenset("\n\t\a\f\r<")


@dataclass
class Diagnosis:
    """Paths of fields without a value, of fields with control characters, and what filters complained of."""

    missing: list[str] = field(default_factory=list)
    control: list[str] = field(default_factory=list)
    complaints: list[Any] = field(default_factory=list)
    last: str = ""

    def refusal(self, cause: Exception | None = None) -> NotValid:
        """The refusal that names everything found, or `cause` where nothing was."""
        told: list[Any] = []
        if self.missing:
            told.append(_l("не заполнены поля: %(names)s", names=", ".join(self.missing)))
        if self.control:
            told.append(_l("управляющие знаки в полях: %(names)s", names=", ".join(self.control)))
        told += self.complaints
        if not told:
            told.append(_l("шаблон не заполняется этими данными: %(detail)s", detail=cause))
        fields = dict.fromkeys(self.control, CONTROL) | dict.fromkeys(self.missing, NO_VALUE)
        return NotValid("; ".join(map(str, told)), fields=fields)

    def raise_if_any(self) -> None:
        """Raises NotValid when there is anything to say."""
        if self.missing or self.control or self.complaints:
            raise self.refusal()


class _Blank(str):
    """Stands for a value that is already reported: filters pass it on."""


def diagnose(template: Template, data: dict[str, Any]) -> Diagnosis:
    """Renders once more, slowly, writing down every field that fails and going on. Never raises for the data."""
    found = Diagnosis()
    env = _probing(template.env, found)
    sources = [(part.source, str(part.label)) for part in template.parts]
    sources += [(source, str(label)) for source, label in template.core.sources]
    for source, where in sources:
        tree = _Probes().visit(template.env.parse(source))
        code = Code.from_code(env, env.compile(tree), env.globals)
        try:
            for _ in code.root_render_func(code.new_context(data)):
                pass
        except (TemplateError, *BROKEN) as error:
            found.complaints.append(_l("%(where)s: %(detail)s", where=where, detail=error))
    found.missing = list(dict.fromkeys(found.missing))
    found.control = list(dict.fromkeys([*found.control, *_control_paths(data)])) if found.control else []
    found.complaints = list({str(each): each for each in found.complaints}.values()) if not found.missing else []
    return found


def _probing(env: Sandbox, found: Diagnosis) -> Sandbox:
    probing = env.overlay(undefined=ChainableUndefined)
    assert isinstance(probing, Sandbox)
    filters = {name: _tolerant(name, call, found) for name, call in env.filters.items() if name not in ("default", "d")}
    probing.filters = {**env.filters, **filters}
    probing.filters["probe value"] = lambda value, path: _probe(value, path, found, empty=True)
    probing.filters["probe test"] = lambda value, path: _probe(value, path, found, empty=False)
    return probing


def _tolerant(name: str, call: Callable[..., Any], found: Diagnosis) -> Callable[..., Any]:
    shift = 1 if getattr(call, "jinja_pass_arg", None) is not None else 0

    def tolerant(*args: Any, **kwargs: Any) -> Any:
        if isinstance(args[shift], _Blank):
            return args[shift]
        try:
            return call(*args, **kwargs)
        except (TemplateError, Refusal, *BROKEN) as error:
            found.complaints.append(_l(
                "поле %(path)s: фильтр %(name)s не принял «%(value)s» (%(detail)s)",
                path=found.last, name=name, value=str(args[shift])[:60], detail=error,
            ))  # fmt: skip
            return _Blank()

    if shift:
        tolerant.jinja_pass_arg = call.jinja_pass_arg  # type: ignore[attr-defined]
    return tolerant


def _probe(value: Any, path: str, found: Diagnosis, empty: bool) -> Any:
    found.last = path
    if isinstance(value, Undefined) or (empty and value is None):
        found.missing.append(path)
        return _Blank()
    if isinstance(value, list | tuple) and any(item is None for item in value):
        found.missing.append(f"{path}[]")
        return [item for item in value if item is not None]
    if isinstance(value, WithParts):
        return ""
    if isinstance(value, str) and set(SPECIAL.findall(value)) - _HARMLESS:
        found.control.append(path)
        return _Blank()
    return value


class _Probes(NodeTransformer):
    """Puts a probe round every field that a template reads, except where it asks whether the field is there."""

    def __init__(self) -> None:
        self.paths: dict[str, str] = {}

    def visit_For(self, node: nodes.For) -> nodes.For:
        node.iter = self._reading(node.iter, "probe value")
        before = dict(self.paths)
        if isinstance(node.target, nodes.Name):
            self.paths[node.target.name] = f"{_plain_path(node.iter, before)}[]"
        node.body = [self.visit(child) for child in node.body]
        if node.test is not None:
            node.test = self._reading(node.test, "probe test")
        self.paths = before
        node.else_ = [self.visit(child) for child in node.else_]
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        node.nodes = [self._reading(child, "probe value") for child in node.nodes]
        return node

    def visit_If(self, node: nodes.If) -> nodes.If:
        node.test = self._reading(node.test, "probe test")
        node.body = [self.visit(child) for child in node.body]
        node.elif_ = [self.visit(child) for child in node.elif_]
        node.else_ = [self.visit(child) for child in node.else_]
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Assign:
        if isinstance(node.target, nodes.Name):
            self.paths[node.target.name] = _plain_path(node.node, self.paths)
        node.node = self._reading(node.node, "probe test")
        return node

    def _reading(self, node: Any, how: str) -> Any:
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            return self._probed(node, how)
        if isinstance(node, nodes.Test) and node.name in ("defined", "undefined", "none"):
            return node
        if isinstance(node, nodes.Filter):
            if node.name not in ("default", "d"):
                node.node = self._reading(node.node, "probe value")
            return node
        if isinstance(node, nodes.CondExpr):
            node.test = self._reading(node.test, "probe test")
            node.expr1 = self._reading(node.expr1, how)
            node.expr2 = self._reading(node.expr2, how) if node.expr2 is not None else None
            return node
        return self._inside(node, "probe value" if isinstance(node, nodes.Concat | nodes.BinExpr) else "probe test")

    def _inside(self, node: Any, how: str) -> Any:
        for name, value in node.iter_fields():
            if isinstance(value, nodes.Expr):
                setattr(node, name, self._reading(value, how))
            elif isinstance(value, list):
                setattr(node, name, [self._reading(v, how) if isinstance(v, nodes.Expr | nodes.Operand) else v
                                     for v in value])  # fmt: skip
        return node

    def _probed(self, node: Any, how: str) -> Any:
        path = _plain_path(node, self.paths)
        if path.split(".")[0] in ("loop", "range"):
            return node
        return nodes.Filter(node, how, [nodes.Const(path)], [], None, None, lineno=node.lineno)


def _plain_path(node: Any, paths: Mapping[str, str]) -> str:
    while isinstance(node, nodes.Filter) and node.node is not None:
        node = node.node
    text = re.sub(r"\['(\w+)'\]", r".\1", expression(node))
    head, dot, rest = text.partition(".")
    return f"{paths.get(head, head)}{dot}{rest}"


def _control_paths(value: Any, path: str = "") -> Iterable[str]:
    if isinstance(value, str):
        if set(SPECIAL.findall(value)) - _HARMLESS:
            yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _control_paths(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for number, item in enumerate(value):
            yield from _control_paths(item, f"{path}[{number}]")


def without_value(data: Data, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that have no value in the data: absent, None or blank text; an empty list lacks `[]`."""
    return [path for path in paths if not _has(data, path.replace("[]", ".[]").split("."))]


def _has(value: Any, steps: list[str]) -> bool:
    for number, step in enumerate(steps):
        if step == "[]":
            return bool(value) and all(_has(item, steps[number + 1 :]) for item in value)
        value = value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
        if value is None:
            return False
    return not (isinstance(value, str) and not value.strip())
