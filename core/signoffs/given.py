"""What a verdict asks for beside itself, and what a person brings with it: a certificate, a number, a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from core.documents.attachments import Upload
from core.errors import NotValid, Reason
from core.workflow import Input


@dataclass(frozen=True)
class Asked:
    """The inputs of one verdict, and what a person should know before filling them in."""

    inputs: Sequence[Input] = ()
    heading: str = ""
    text: str = ""
    barred: Reason | None = None
    """What keeps the verdict from being given today; the form stays, for an act of another day."""

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.inputs}


@dataclass(frozen=True)
class Given:
    """Values and files by the names of the inputs, as they were typed; what they mean the domain says."""

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed, or ""."""
        return str(self.values.get(name) or "").strip()

    def chosen(self, name: str) -> list[str]:
        """What was ticked of several."""
        value = self.values.get(name) or ()
        return [str(one) for one in ([value] if isinstance(value, str | int) else value)]


def given(asked: Asked, sent: Mapping[str, Any], files: Mapping[str, FileStorage]) -> Given:
    """What was sent of what is asked for, from a form or from JSON."""
    values = {one.name: _value(one, sent) for one in asked.inputs if one.name in sent}
    uploads = {
        one.name: Upload(file.filename, file.stream.read())
        for one in asked.inputs
        if one.kind in ("file", "document") and (file := files.get(one.name)) and file.filename
    }
    return Given(values, uploads)


def _value(one: Input, sent: Mapping[str, Any]) -> Any:
    if one.kind == "checks" and isinstance(sent, MultiDict):
        return sent.getlist(one.name)
    return sent[one.name]


def refuse_unasked(asked: Asked, sent: Mapping[str, Any]) -> None:
    """A program learns of a name that nobody asked for. Raises NotValid."""
    if unknown := set(sent) - asked.names:
        raise NotValid(_("Здесь об этом не спрашивают"), fields=dict.fromkeys(sorted(unknown), _("Лишнее поле")))


def shown(asked: Asked) -> list[dict[str, Any]]:
    """The inputs as the API answers them."""
    return [
        {
            "name": one.name,
            "label": str(one.label),
            "kind": one.kind,
            "required": one.required,
            "hint": str(one.hint),
            "value": one.value,
            "only": one.only,
            "choices": [[value, str(label)] for value, label in one.choices],
        }
        for one in asked.inputs
    ]
