"""Documents room: the field catalogue of a kind as data: paths, labels, types, and the tags that print a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from core.documents.kinds import Kind

ROWS = ("table", "parties", "requisites")
TYPES: dict[str, Any] = {
    "text": _l("текст"),
    "date": _l("дата"),
    "int": _l("целое число"),
    "money": _l("сумма, рублей"),
    "enum": _l("выбор из списка"),
    "bool": _l("да или нет"),
    "list": _l("перечень"),
    "table": _l("таблица"),
    "party": _l("сторона"),
    "parties": _l("стороны"),
    "requisites": _l("реквизиты"),
    "person": _l("лицо"),
    "ref": _l("из справочника"),
    "period": _l("период"),
}
_PRINTED = {
    "date": "|date_long",
    "money": "|money",
    "text": "",
    "ref": "",
    "int": "",
    "enum": "",
    "list": "|join('; ')",
}


@dataclass(frozen=True)
class Field:
    """A field of a kind. `path` goes through nested fields by dots; `columns` are those of a table's row."""

    path: str
    label: str
    type: str
    required: bool = False
    hint: str = ""
    example: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    personal: bool = False
    columns: tuple[Field, ...] = ()
    head: bool = False
    """It has fields below it and no value of its own."""

    @property
    def type_label(self) -> Any:
        return TYPES.get(self.type, self.type)

    @property
    def tag(self) -> str:
        """What an author puts into a template to print it; "" for what only heads other fields."""
        if self.head:
            return ""
        if self.type in ROWS:
            cells = "\n".join(f"{{{{ r.{column.path} }}}}" for column in self.columns if "." not in column.path)
            return f"{{%tr for r in {self.path} %}}\n{cells}\n{{%tr endfor %}}"
        if self.type == "bool":
            return f"{{% if {self.path} %}}…{{% endif %}}"
        value = f"{self.path}{_PRINTED.get(self.type, '')}"
        return (
            f"{{{{ {value} }}}}" if self.required else f"{{% if {self.path}|default %}}{{{{ {value} }}}}{{% endif %}}"
        )


def fields(kind: Kind) -> list[Field]:
    """Every field the kind offers, in the catalogue's order."""
    entries = kind.fields()["fields"]
    names = [entry["name"] for entry in entries]
    return [_field(entry, any(name.startswith(f"{entry['name']}.") for name in names)) for entry in entries]


def _field(entry: Mapping[str, Any], head: bool = False) -> Field:
    return Field(
        path=entry["name"],
        label=entry["label"],
        type=entry["type"],
        required=bool(entry.get("required")),
        hint=entry.get("hint") or "",
        example=entry.get("example"),
        choices=tuple((choice["value"], choice["label"]) for choice in entry.get("choices", ())),
        personal=bool(entry.get("pii")),
        columns=tuple(_field(column) for column in entry.get("columns", ())),
        head=head,
    )


def paths(kind: Kind) -> list[str]:
    """Paths as templates read them: `a.full_name`, and `rows[].name` for a column of a table's row."""
    return [path for field in fields(kind) for path in _paths(field)]


def _paths(field: Field, under: str = "") -> Iterator[str]:
    yield under + field.path
    if field.type == "list":
        yield f"{under}{field.path}[]"
    for column in field.columns:
        yield from _paths(column, f"{under}{field.path}[].")


def asked(kind: Kind) -> list[Field]:
    """Fields that have a value of their own and are somebody's to fill in: all but what issuing adds itself."""
    return [field for field in fields(kind) if not field.head and field.path.split(".")[0] != "doc"]


def is_required(field: Field, kind: Kind) -> bool:
    """Whether a document cannot be made without it: nothing below what is optional is required."""
    if not field.required:
        return False
    optional = tuple(f"{other.path}." for other in fields(kind) if not other.required)
    return not field.path.startswith(optional) if optional else True
