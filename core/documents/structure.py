"""Documents room: proves at compile time what need not be looked at in every document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jinja2 import nodes

_TAG = re.compile(r"""<(/?)([\w:.-]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(/?)>""")
_SPAN = re.compile(r'w:val="(\d+)"')
_HOLE = "\0"

Path = tuple[int, ...]


@dataclass
class Proof:
    """What holds for every document of a part, whatever the data.

    `balanced`: escaped values cannot break the XML. `tables`: docxtpl's fix_tables would change nothing.
    `drawings`: every drawing stands outside conditions and loops, so its id is known beforehand.
    """

    balanced: bool = True
    tables: bool = True
    drawings: bool = True
    has_tables: bool = False
    has_drawings: bool = False


class _Unproven(Exception):
    """The structure depends on the data."""


@dataclass
class _Table:
    columns: int = 0
    grids: int = 0
    widest: int = 0
    sure: int = 0


@dataclass
class _Row:
    cells: int = 0
    span: int = 0


@dataclass
class _Element:
    name: str
    path: Path
    table: _Table | None = None
    row: _Row | None = None


@dataclass
class _State:
    stack: list[_Element] = field(default_factory=list)
    pending: str = ""

    def copy(self) -> _State:
        return _State(list(self.stack), self.pending)

    @property
    def names(self) -> list[str]:
        return [element.name for element in self.stack]


def prove(tree: nodes.Template) -> Proof:
    """The proof for one part's syntax tree. Never wrong on the safe side: what is not certain is denied."""
    walker = _Walker()
    try:
        end = walker.block(tree.body, _State(), ())
        if end.stack or end.pending:
            raise _Unproven
    except _Unproven:
        walker.proof.balanced = walker.proof.tables = walker.proof.drawings = False
    return walker.proof


class _Walker:
    def __init__(self) -> None:
        self.proof = Proof()
        self._next = 0

    def block(self, body: list[nodes.Node], state: _State, path: Path) -> _State:
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    self._piece(child, state, path)
            elif isinstance(node, nodes.If):
                state = self._branches(node, state, path)
            elif isinstance(node, nodes.For):
                state = self._loop(node, state, path)
        return state

    def _piece(self, child: nodes.Node, state: _State, path: Path) -> None:
        if isinstance(child, nodes.TemplateData):
            self._text(child.data, state, path)
        elif state.pending:
            if state.pending.count('"') % 2 == 0:
                raise _Unproven  # a value inside a tag but outside a quoted attribute
            state.pending += _HOLE

    def _inner(self, path: Path) -> Path:
        self._next += 1
        return (*path, self._next)

    def _branches(self, node: nodes.If, state: _State, path: Path) -> _State:
        bodies = [node.body, *(branch.body for branch in node.elif_), node.else_]
        ends = [self.block(body, state.copy(), self._inner(path)) for body in bodies]
        merged = ends[0]
        for end in ends[1:]:
            merged = _merge(merged, end)
        return merged

    def _loop(self, node: nodes.For, state: _State, path: Path) -> _State:
        for body in (node.body, node.else_):
            end = self.block(body, state.copy(), self._inner(path))
            if end.names != state.names or end.pending != state.pending:
                raise _Unproven
        return state

    def _text(self, data: str, state: _State, path: Path) -> None:
        text = state.pending + data
        at = 0
        for match in _TAG.finditer(text):
            if "<" in text[at : match.start()]:
                raise _Unproven
            at = match.end()
            self._tag(match, state, path)
        rest = text[at:]
        start = rest.find("<")
        state.pending = rest[start:] if start >= 0 else ""
        if state.pending.startswith(("<!", "<?")) or state.pending.count("<") > 1:
            raise _Unproven

    def _tag(self, match: re.Match[str], state: _State, path: Path) -> None:
        closing, name, attributes, empty = match.groups()
        if closing:
            self._close(name, state, path)
            return
        element = _Element(name, path)
        self._open(element, attributes, state)
        state.stack.append(element)
        if empty:
            self._close(name, state, path)

    def _open(self, element: _Element, attributes: str, state: _State) -> None:
        parent = state.stack[-1] if state.stack else None
        if element.name == "w:tbl":
            element.table, self.proof.has_tables = _Table(), True
        elif element.name == "w:tr":
            element.row = _Row()
        elif element.name == "w:tblGridChange":
            self.proof.tables = False
        elif element.name == "wp:docPr":
            self.proof.has_drawings = True
            self.proof.drawings = self.proof.drawings and element.path == ()
        elif parent is not None:
            self._grid(element, parent, attributes, state)

    def _grid(self, element: _Element, parent: _Element, attributes: str, state: _State) -> None:
        if element.name == "w:tblGrid" and parent.table:
            parent.table.grids += 1
        elif element.name == "w:gridCol" and len(state.stack) > 1 and (table := state.stack[-2].table):
            table.columns += 1
            self.proof.tables = self.proof.tables and element.path == state.stack[-2].path
        elif element.name == "w:tc" and parent.row:
            parent.row.cells += 1
            parent.row.span += 1
            self.proof.tables = self.proof.tables and element.path == parent.path
        elif element.name == "w:gridSpan" and len(state.stack) > 2 and (row := state.stack[-3].row):
            span = _SPAN.search(attributes)
            row.span += int(span.group(1)) - 1 if span else 0
            self.proof.tables = self.proof.tables and span is not None and element.path == state.stack[-3].path

    def _close(self, name: str, state: _State, path: Path) -> None:
        if not state.stack or state.stack[-1].name != name:
            raise _Unproven
        element = state.stack.pop()
        if name in ("w:tbl", "w:tr", "w:tc", "w:tblGrid") and element.path != path:
            self.proof.tables = False
        if element.row:
            _count_row(element, state)
        if table := element.table:
            fits = table.grids == 1 and table.widest <= table.columns <= table.sure
            self.proof.tables = self.proof.tables and fits


def _count_row(element: _Element, state: _State) -> None:
    """docxtpl counts the rows of a nested table for the outer table too, so we do."""
    row = element.row
    assert row is not None
    for outer in state.stack:
        if outer.table:
            outer.table.widest = max(outer.table.widest, row.cells)
            if outer.path == element.path:
                outer.table.sure = max(outer.table.sure, row.span)


def _merge(one: _State, other: _State) -> _State:
    if one.names != other.names:
        raise _Unproven
    if one.pending != other.pending:
        heads = [state.pending.rpartition('"') for state in (one, other)]
        quoted = all(head[0].count('"') % 2 == 0 and head[1] for head in heads)
        if heads[0][0] != heads[1][0] or not quoted:
            raise _Unproven
        return _State(one.stack, heads[0][0] + '"' + _HOLE)
    return one
