"""Documents room: everything an author is told of a template version: fields, tags, the sample's render, its form."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from core.documents import catalogue, kinds
from core.documents.inspect import Finding, Report, Use, inspect
from core.documents.limited import limited
from core.documents.linter import lint
from core.documents.package import ZLIB, sha256
from core.documents.producing import finished, with_place
from core.documents.profiles import DEFAULT, PROFILES
from core.documents.qr import has_place
from core.documents.render import render
from core.documents.template import compile_template
from core.errors import NotValid

SAMPLE_CODE = "K7QX-4MPD-2HRT"
MOST_KEPT = 32


@dataclass(frozen=True)
class Problem:
    """Something to tell the author. `severity`: error (the version cannot be put in force), warning, note."""

    code: str
    severity: str
    message: str
    place: str = ""
    excerpt: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class UsedField:
    """A field the template reads, with its label where the kind has it, and where in the text it stands."""

    path: str
    label: str
    known: bool
    places: tuple[str, ...]
    suggestion: str = ""


@dataclass(frozen=True)
class Examined:
    """A template looked at: plain words, so that it can be kept and passed between processes."""

    fields: tuple[UsedField, ...]
    problems: tuple[Problem, ...]
    unused: tuple[tuple[str, str], ...]
    """Required fields of the kind that the template never prints: path, label."""
    form: tuple[tuple[str, str], ...]
    """Departures of the filled sample from the formatting profile: where, what."""
    sampled: bool
    """Whether the sample could be filled in."""

    @property
    def usable(self) -> bool:
        """Whether the version may be put in force."""
        return self.sampled and all(problem.severity != "error" for problem in self.problems)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


_kept: OrderedDict[tuple[str, ...], Examined] = OrderedDict()
_lock = Lock()


def examined(content: bytes, kind: str, profile: str) -> Examined:
    """Look at a template that has passed `uploads.check`, in a process of its own with limits; kept by content.

    Raises NotValid where the limits were reached or the file is no Word document.
    """
    key = (sha256(content), kind, profile, str(get_locale() or "ru"))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = limited(examine, content, kind, profile)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def examine(content: bytes, kind_name: str, profile: str) -> Examined:
    """The same here and now. Raises NotValid."""
    kind = kinds.kind(kind_name)
    labels = dict(_labels(catalogue.fields(kind)))
    report = inspect(content, catalogue.paths(kind))
    problems = [_problem(finding) for finding in report.findings]
    form: list[tuple[str, str]] = []
    sampled = False
    if report.usable:
        try:
            form = [(found.where, found.what) for found in lint(sample(content, kind_name, profile), _profile(profile))]
            sampled = True
        except NotValid as error:
            problems.append(Problem("sample", "error", _("Образец не заполняется: %(why)s", why=error)))
    problems += _place_of_code(content, profile)
    fields = tuple(_used(use, labels) for use in report.fields)
    return Examined(fields, tuple(problems), _unused(kind, report), tuple(form), sampled)


def _profile(name: str) -> Any:
    return PROFILES.get(name, DEFAULT)


def _place_of_code(content: bytes, profile: str) -> list[Problem]:
    if _profile(profile).qr_place == "none" or has_place(content):
        return []
    told = _(
        "нет места для QR-кода: поставьте в нижний колонтитул первой страницы закладку qr_code (Вставка → Закладка)"
    )
    return [Problem("no_qr_place", "warning", told)]


def _problem(finding: Finding) -> Problem:
    place = "" if finding.place is None else str(finding.place)
    return Problem(
        finding.code, finding.severity, str(finding.message), place, finding.excerpt, str(finding.suggestion)
    )


def _used(use: Use, labels: dict[str, str]) -> UsedField:
    places = tuple(dict.fromkeys(map(str, use.places)))
    label = labels.get(use.path) or labels.get(use.path.removesuffix("[]"), "")
    return UsedField(use.path, label, use.known, places, use.suggestion)


def _labels(fields: Iterable[catalogue.Field], under: str = "", of: str = "") -> Iterator[tuple[str, str]]:
    """Labels by path, a column's with that of its table before it."""
    for field in fields:
        yield under + field.path, of + field.label
        yield from _labels(field.columns, f"{under}{field.path}[].", f"{of}{field.label}: ")


def _unused(kind: kinds.Kind, report: Report) -> tuple[tuple[str, str], ...]:
    read = [use.path for use in report.fields]
    return tuple(
        (field.path, field.label)
        for field in catalogue.asked(kind)
        if catalogue.is_required(field, kind)
        and not any(path == field.path or path.startswith((f"{field.path}.", f"{field.path}[")) for path in read)
    )


def sample(content: bytes, kind_name: str, profile: str) -> bytes:
    """The template filled with its kind's sample. Raises NotValid naming what it lacks."""
    template = compile_template(with_place(content, profile))
    block = {"code": SAMPLE_CODE, "revision": 1, "status_label": "образец", "title": "", "verify_url": ""}
    data = {**kinds.kind(kind_name).sample(), "doc": block}
    return finished(render(template, data).data, data, None, ZLIB)
