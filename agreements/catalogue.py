"""The fields of a kind as its form asks them: the catalogue of the template less what the service fills in itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from agreements.models import Agreement
from core.documents import kinds

KINDS = ("cooperation", "partnership", "network", "practice", "target")
DESCENDING = ("target", "practice", "network")
"""Contracts that may rest on an agreement: concluded because of it, they live on their own."""
"""Kinds that stand by themselves; a supplementary agreement is drawn from its parent's page."""

OWN = {"number", "date", "city", "copies", "seq", "changes", "term_type", "term_until", "notice_days", "prolongation"}
"""Fields that are columns of the agreement, or that registration fills in."""
PARTS = ("party", "parties", "person", "period", "requisites")
"""Types that only head their nested fields, or that come from the parties."""

Data = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A field to fill in. `name` is a path («period.start»); `columns` are those of a table's row."""

    name: str
    label: str
    kind: str
    required: bool = False
    hint: str = ""
    example: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple[Field, ...] = ()
    personal: bool = False


def fields_of(kind: str) -> list[Field]:
    """The fields a person fills in for a kind, in the catalogue's order."""
    entries = kinds.kind(kind).fields()["fields"]
    headed = {entry["name"] for entry in entries if entry["type"] in ("party", "parties")}
    skipped = OWN | headed | {"doc", "parent"}
    return [
        _field(entry) for entry in entries if entry["name"].split(".")[0] not in skipped and entry["type"] not in PARTS
    ]


def _field(entry: Mapping[str, Any]) -> Field:
    label, hint = entry["label"], entry.get("hint")
    choices = [(choice["value"], choice["label"]) for choice in entry.get("choices", ())]
    return Field(
        name=entry["name"],
        label=_(label),
        kind=entry["type"],
        required=bool(entry.get("required")),
        hint=_(hint) if hint else "",
        example=entry.get("example"),
        choices=tuple((value, _(words)) for value, words in choices),
        columns=tuple(_field(column) for column in entry.get("columns", ())),
        personal=bool(entry.get("pii")),
    )


def kinds_under(parent: Agreement | None) -> tuple[str, ...]:
    """What may be drawn up: by itself, or because of a parent (which may be amended, or have contracts under it)."""
    return KINDS if parent is None else ("supplementary", *DESCENDING)


def get(data: Mapping[str, Any], path: str) -> Any:
    """The value at a path, None where nothing stands."""
    value: Any = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def put(data: Data, path: str, value: Any) -> None:
    """Put a value at a path, making what leads to it."""
    *way, last = path.split(".")
    for step in way:
        data = data.setdefault(step, {})
    data[last] = value


def is_empty(value: Any) -> bool:
    """Whether nothing was entered. False and 0 are answers."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def lacking(agreement: Agreement) -> dict[str, str]:
    """What must be filled in before submitting and is not: field → its name in words."""
    found = {name: label for field in fields_of(agreement.kind) for name, label in _lacks(field, agreement.data or {})}
    return found | _own(agreement)


def _lacks(field: Field, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    value = get(data, field.name)
    if field.kind == "bool":
        return
    if is_empty(value):
        if field.required:
            yield field.name, field.label
        return
    for number, row in enumerate(value if field.kind == "table" else (), start=1):
        for column in field.columns:
            if column.required and column.kind != "bool" and is_empty(row.get(column.name)):
                words = _("%(table)s, строка %(n)s: %(column)s", table=field.label, n=number, column=column.label)
                yield f"{field.name}.{number - 1}.{column.name}", words


def _own(agreement: Agreement) -> dict[str, str]:
    """What stands in the agreement's own columns."""
    found: dict[str, str] = {}
    if not (agreement.city or "").strip():
        found["city"] = _("Место составления")
    if agreement.valid_until is None and (agreement.kind == "practice" or agreement.term_type == "until"):
        found["valid_until"] = _("Действует до")
    if agreement.term_type == "years" and not (agreement.data or {}).get("term_years"):
        found["term_years"] = _("Действует лет")
    if agreement.kind == "supplementary" and not (agreement.data or {}).get("changes"):
        found["changes"] = _("Изменения основного документа")
    return found
