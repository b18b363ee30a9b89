"""Who calls whom, read out of the source: which functions of the services a page or an operation of the API reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "roadmap", "agreements")
VERBS = ("get", "post", "put", "patch", "delete")


class Name(NamedTuple):
    """A function or a value of a module."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Door(NamedTuple):
    """A view: its function, its address, whether it changes anything, whether it is of the API."""

    at: Name
    rule: str
    writes: bool
    api: bool


class Module:
    """What a module defines at its top, and what it imports anywhere."""

    def __init__(self, path: Path) -> None:
        parts = path.relative_to(ROOT).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)
        self.defined: dict[str, ast.AST] = {}
        self.imported: dict[str, tuple[str, str | None]] = {}
        tree = ast.parse(path.read_text("utf-8"))
        for node in tree.body:
            self._define(node)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self.imported |= {one.asname or one.name: (node.module or "", one.name) for one in node.names}
            elif isinstance(node, ast.Import):
                self.imported |= {one.asname: (one.name, None) for one in node.names if one.asname}

    def _define(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.defined[node.name] = node
        elif isinstance(node, ast.Assign):
            self.defined |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.defined[node.target.id] = node


@cache
def modules() -> dict[str, Module]:
    found = [Module(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {module.name: module for module in found}


@cache
def resolve(module: str, name: str) -> Name | str | None:
    """What a name in a module stands for: a function (Name), a module (its name), or nothing of ours."""
    known = modules().get(module)
    if known is None:
        return None
    if name in known.defined:
        return Name(module, name)
    source, original = known.imported.get(name, ("", None))
    if original and source != module:
        return resolve(source, original)
    return source or (f"{module}.{name}" if f"{module}.{name}" in modules() else None)


@cache
def mentioned(at: Name) -> frozenset[Name]:
    """Every function or value of ours that a function speaks of."""

    def meant(node: ast.AST) -> Name | str | None:
        if isinstance(node, ast.Name):
            return resolve(at.module, node.id)
        if isinstance(node, ast.Attribute):
            owner = meant(node.value)
            return resolve(owner, node.attr) if isinstance(owner, str) else None
        return None

    found = (meant(node) for node in ast.walk(modules()[at.module].defined[at.name]))
    return frozenset(one for one in found if isinstance(one, Name))


@cache
def commits(at: Name) -> bool:
    """Whether a function opens a transaction itself."""
    node = modules()[at.module].defined[at.name]
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return isinstance(node, ast.FunctionDef) and any(isinstance(c, ast.Name) and c.id == "transaction" for c in calls)


@cache
def acts(at: Name) -> frozenset[Name]:
    """The transactions a view comes to: the nearest function on every way down that opens one."""
    found, seen, ahead = set(), set(), [at]
    while ahead:
        one = ahead.pop()
        if one in seen or one.module == "core.db":
            continue
        seen.add(one)
        if commits(one):
            found.add(one)
        else:
            ahead += mentioned(one)
    return frozenset(found)


def doors() -> Iterator[Door]:
    """Every view of the pages and of the API."""
    for module in modules().values():
        for name, node in module.defined.items():
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    if decorator.func.attr in (*VERBS, "route") and decorator.args:
                        yield _door(module, name, decorator, decorator.func)


def _door(module: Module, name: str, decorator: ast.Call, called: ast.Attribute) -> Door:
    rule = str(ast.literal_eval(decorator.args[0]))
    api = ".api" in module.name or ast.unparse(called.value) == "api"
    writes = called.attr in VERBS[1:] or "POST" in ast.unparse(decorator)
    return Door(Name(module.name, name), rule, writes, api)
