"""Documents room: which fields of the data a template's tags read, and what an unknown name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from jinja2 import nodes

from core.documents.grammar import Grammar
from core.documents.places import Tag
from core.documents.sandbox import Sandbox

_CLOSED_BY = {"for": "{% endfor %}", "if": "{% endif %}"}
_LOOKALIKES = dict(zip("АВЕЗКМНОРСТУХаеорсухіԁԛ", "ABE3KMHOPCTYXaeopcyxidq", strict=True))
_TO_LATIN = str.maketrans(_LOOKALIKES)


class Scope:
    """The names that loops and `set` have made so far in a part, each with the path it stands for."""

    def __init__(self, env: Sandbox) -> None:
        self.env = env
        self.grammar = Grammar(frozenset(env.filters))
        self._loops: list[dict[str, str]] = []
        self._set: dict[str, str] = {}

    def read(self, tag: Tag) -> list[str]:
        """Paths that this tag reads (`a.full_name`, `rows[].name`); loops are opened and closed on the way.

        Raises TemplateSyntaxError or Refused for a tag that is not one.
        """
        if tag.kind == "{#" or tag.word in ("else", "endif"):
            return []
        if tag.word == "endfor":
            if self._loops:
                self._loops.pop()
            return []
        tree = self.env.parse(_whole(tag))
        self.grammar.check(tree)
        if isinstance(loop := tree.body[0], nodes.For) and tag.word == "for":
            return self._open(loop)
        paths = self._paths(tree)
        for assign in tree.find_all(nodes.Assign):
            if isinstance(assign.target, nodes.Name):
                self._set[assign.target.name] = self._path(assign.node) or ""
        return paths

    def _open(self, loop: nodes.For) -> list[str]:
        paths = self._paths(loop.iter)
        source = self._path(loop.iter)
        names = [name.name for name in [loop.target, *loop.target.find_all(nodes.Name)] if isinstance(name, nodes.Name)]
        self._loops.append(
            {"loop": "", **{name: f"{source}[]" if source and len(names) == 1 else "" for name in names}}
        )
        return paths + (self._paths(loop.test) if loop.test is not None else [])

    def _paths(self, tree: nodes.Node) -> list[str]:
        found: list[str] = []
        self._collect(tree, found)
        return found

    def _collect(self, node: nodes.Node, found: list[str]) -> None:
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            path = self._path(node)
            if path and not (isinstance(node, nodes.Name) and node.ctx == "store"):
                found.append(path)
            if not isinstance(node, nodes.Getitem):
                return
            node = node.arg
        for child in node.iter_child_nodes():
            self._collect(child, found)

    def _path(self, node: nodes.Node) -> str | None:
        """The path of a chain of names, None for anything else and for what the template made itself."""
        if isinstance(node, nodes.Name):
            for names in [self._set, *self._loops][::-1]:
                if node.name in names:
                    return names[node.name] or None
            return None if node.name == "range" else node.name
        if isinstance(node, nodes.Getattr):
            inner = self._path(node.node)
            return inner and f"{inner}.{node.attr}"
        if isinstance(node, nodes.Getitem):
            inner = self._path(node.node)
            text = node.arg.value if isinstance(node.arg, nodes.Const) else None
            return inner and (f"{inner}.{text}" if isinstance(text, str) else f"{inner}[]")
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._path(node.node)
        return None


def _whole(tag: Tag) -> str:
    """The tag completed to a template of its own, so that it can be read alone."""
    if tag.kind == "{{":
        return f"{{{{ {tag.inside} }}}}"
    inside = f"if{tag.inside[4:]}" if tag.word == "elif" else tag.inside
    return f"{{% {inside} %}}{_CLOSED_BY.get(inside.split(None, 1)[0] if inside else '', '')}"


def is_known(path: str, known: Iterable[str]) -> bool:
    """Whether a path is in the catalogue, is the way to one that is there, or is the list that one stands in."""
    return any(name == path or name.startswith((f"{path}.", f"{path}[]")) for name in known)


def meant(path: str, known: Iterable[str]) -> str:
    """The nearest right name, "" where nothing is near. Latin letters typed in Cyrillic are recognised."""
    names = sorted({prefix for name in known for prefix in _prefixes(name)})
    latin = path.translate(_TO_LATIN)
    if latin in names:
        return latin
    lowered = {name.casefold(): name for name in names}
    if latin.casefold() in lowered:
        return lowered[latin.casefold()]
    near = _by_last_step(latin, lowered) or get_close_matches(latin.casefold(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else ""


def _by_last_step(path: str, lowered: dict[str, str]) -> list[str]:
    """`full_name` or `a_full_name` where the catalogue has `a.full_name`."""
    flat = path.casefold().replace(".", "_")
    return [name for name in lowered if name.replace(".", "_") == flat or name.rsplit(".", 1)[-1] == flat][:1]


def lookalikes(path: str) -> str:
    """The Cyrillic letters that look Latin in a name that is otherwise Latin; "" where there are none."""
    if not any("a" <= sign.lower() <= "z" for sign in path):
        return ""
    return "".join(dict.fromkeys(sign for sign in path if sign in _LOOKALIKES))


def _prefixes(name: str) -> list[str]:
    steps = name.split(".")
    return [".".join(steps[:count]) for count in range(1, len(steps) + 1)]
