"""Documents room: the part of the Jinja language that a template may speak, and where it leaves it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from jinja2 import nodes

BUILT_IN_FILTERS = frozenset(
    {
        "abs", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items",
        "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse",
        "round", "select", "selectattr", "slice", "sort", "sum", "title", "trim", "truncate", "unique", "upper",
    }
)  # fmt: skip
TESTS = frozenset(
    {
        "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "greaterthan",
        "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt", "mapping", "ne", "none", "number",
        "odd", "sameas", "sequence", "string", "true", "undefined", "upper", "==", "!=", ">", ">=", "<", "<=",
    }
)  # fmt: skip
LARGEST_NUMBER = 10_000
LARGEST_RANGE = 1_000
DEEPEST_LOOP = 4
LONGEST_TEXT = 1_000
MOST_NODES = 50_000

_SILENT = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name)
_PLAIN = (
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Slice,
)  # fmt: skip
_ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat)
_WORDS = {
    "Pow": "**", "Macro": "macro", "CallBlock": "call", "FilterBlock": "filter", "Block": "block",
    "Extends": "extends", "Include": "include", "Import": "import", "FromImport": "import", "With": "with",
    "AssignBlock": "set … endset", "ScopedEvalContextModifier": "autoescape", "NSRef": "namespace",
    "Break": "break", "Continue": "continue",
}  # fmt: skip


class Refused(Exception):
    """A node the grammar has no place for: `reason` in words, the node for its line."""

    def __init__(self, node: nodes.Node, reason: Any) -> None:
        super().__init__(reason)
        self.node, self.reason = node, reason


def expression(node: nodes.Node) -> str:
    """The expression about as its author typed it, for messages: `a.full_name`, `rows[0]`, `x|money`."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Const):
        return repr(node.value)
    if isinstance(node, nodes.Getattr):
        return f"{expression(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{expression(node.node)}[{expression(node.arg)}]"
    if isinstance(node, nodes.Call):
        return f"{expression(node.node)}({', '.join(map(expression, node.args))})"
    if isinstance(node, nodes.Filter):
        return f"{expression(node.node) if node.node else ''}|{node.name}"
    if isinstance(node, nodes.Pow):
        return f"{expression(node.left)}**{expression(node.right)}"
    return _WORDS.get(type(node).__name__, type(node).__name__.lower())


class Grammar:
    """Walks one parsed part and refuses, with a reason, the first node outside the allowed language."""

    def __init__(self, filters: frozenset[str]) -> None:
        self.filters = filters | BUILT_IN_FILTERS
        self._assigned: set[str] = set()
        self._count = 0

    def check(self, tree: nodes.Template) -> None:
        """Promises that what passes has no calls but a bounded range, no reserved names, no growth without limit.

        Raises Refused.
        """
        self._assigned = {n.target.name for n in tree.find_all(nodes.Assign) if isinstance(n.target, nodes.Name)}
        self._visit(tree, loops=0, ranges=0)

    def _visit(self, node: nodes.Node, loops: int, ranges: int) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise Refused(node, _l("в шаблоне слишком много тегов"))
        if isinstance(node, nodes.For):
            loops, ranges = self._loop(node, loops, ranges)
        self._node(node)
        for child in node.iter_child_nodes():
            self._visit(child, loops, ranges)

    def _node(self, node: nodes.Node) -> None:
        rule = getattr(self, f"_{type(node).__name__.lower()}", None)
        if rule is not None:
            rule(node)
        elif not isinstance(node, _SILENT + _PLAIN):
            raise Refused(node, _l("конструкция не разрешена в шаблонах"))

    def _loop(self, node: nodes.For, loops: int, ranges: int) -> tuple[int, int]:
        if node.recursive:
            raise Refused(node, _l("рекурсивный цикл не разрешён"))
        if loops >= DEEPEST_LOOP:
            raise Refused(node, _l("циклы вложены глубже %(n)s уровней", n=DEEPEST_LOOP))
        over_range = any(True for _ in node.iter.find_all(nodes.Call)) or isinstance(node.iter, nodes.Call)
        if over_range and ranges:
            raise Refused(node, _l("range внутри range не разрешён"))
        return loops + 1, ranges + over_range

    def _name(self, node: nodes.Name) -> None:
        if node.name.startswith("_"):
            raise Refused(node, _l("имена с подчёркивания не разрешены"))
        if node.ctx == "store" and node.name in ("range", "loop"):
            raise Refused(node, _l("имя занято самим языком шаблонов"))

    def _output(self, node: nodes.Output) -> None:
        for child in node.nodes:
            if isinstance(child, nodes.Const) and child.value is None:
                raise Refused(node, _l("none напечатало бы слово «None»"))

    def _getattr(self, node: nodes.Getattr) -> None:
        if node.attr.startswith("_"):
            raise Refused(node, _l("обращение к служебному свойству не разрешено"))

    def _getitem(self, node: nodes.Getitem) -> None:
        if isinstance(node.arg, nodes.Const) and str(node.arg.value).startswith("_"):
            raise Refused(node, _l("обращение к служебному свойству не разрешено"))

    def _const(self, node: nodes.Const) -> None:
        if isinstance(node.value, str) and (len(node.value) > LONGEST_TEXT or "__" in node.value):
            raise Refused(node, _l("такой текст внутри тега не разрешён"))
        if isinstance(node.value, int | float) and abs(node.value) > 10**15:
            raise Refused(node, _l("число слишком велико"))

    def _call(self, node: nodes.Call) -> None:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "range"):
            raise Refused(node, _l("вызов не разрешён: в шаблоне доступны только поля и фильтры"))
        plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs) and 1 <= len(node.args) <= 2
        small = all(isinstance(a, nodes.Const) and isinstance(a.value, int) and abs(a.value) <= LARGEST_RANGE
                    for a in node.args)  # fmt: skip
        if not (plain and small):
            raise Refused(node, _l("range принимает только числа не больше %(n)s", n=LARGEST_RANGE))

    def _filter(self, node: nodes.Filter) -> None:
        if node.name not in self.filters:
            raise Refused(node, _l("фильтра «%(name)s» нет", name=node.name))
        self._arguments(node)

    def _test(self, node: nodes.Test) -> None:
        if node.name not in TESTS:
            raise Refused(node, _l("проверки «%(name)s» нет", name=node.name))
        self._arguments(node)

    @staticmethod
    def _arguments(node: nodes.Filter | nodes.Test) -> None:
        if node.dyn_args or node.dyn_kwargs:
            raise Refused(node, _l("звёздочки в аргументах не разрешены"))
        values = [*node.args, *(pair.value for pair in node.kwargs)]
        for value in values:
            const = value.value if isinstance(value, nodes.Const) else None
            if isinstance(const, int | float) and abs(const) > LARGEST_NUMBER:
                raise Refused(node, _l("число в аргументе фильтра слишком велико"))
            if isinstance(const, str) and any(bit.startswith("_") for bit in const.split(".")):
                raise Refused(node, _l("обращение к служебному свойству не разрешено"))

    def _assign(self, node: nodes.Assign) -> None:
        """A chain of `set` that joins what was set before doubles at every link: only data may be joined."""
        if not isinstance(node.target, nodes.Name):
            raise Refused(node, _l("set записывает только в одно простое имя"))
        joins = any(isinstance(part, (*_ARITHMETIC, nodes.List, nodes.Tuple, nodes.Dict)) or _is_join(part)
                    for part in (node.node, *node.node.find_all(nodes.Node)))  # fmt: skip
        names = {n.name for n in node.node.find_all(nodes.Name)}
        if joins and names & self._assigned:
            raise Refused(node, _l("в set можно соединять только поля, но не другие set"))

    def _for(self, node: nodes.For) -> None:
        literal = (nodes.List, nodes.Tuple, nodes.Dict, *_ARITHMETIC)
        for part in (node.iter, *node.iter.find_all(literal)):
            if isinstance(part, literal) and any(True for _ in part.find_all(nodes.Name)):
                raise Refused(node, _l("цикл идёт по полю, а не по составленному в шаблоне списку"))


def _is_join(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Filter) and node.name in ("join", "sum")
