"""Forms and refusals: what a service refuses comes back into the form, beside what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import flash
from flask_wtf import FlaskForm
from wtforms import SelectChoice

from core.errors import NotNow, NotValid

Result = TypeVar("Result")


class Refused:
    """A form that was not taken: the HTTP status to show it again with."""

    def __init__(self, status: int) -> None:
        self.status = status


def attempt(form: FlaskForm, call: Callable[[], Result]) -> Result | Refused:
    """Check the form, make the call. Faults stand at their fields, the rest above the form; nothing typed is lost."""
    if not form.validate():
        return Refused(422)
    try:
        return call()
    except NotValid as refusal:
        _show(form, refusal)
        return Refused(refusal.status)
    except NotNow as refusal:
        flash(str(refusal), "error")
        return Refused(refusal.status)


def _show(form: FlaskForm, refusal: NotValid) -> None:
    loose, places = [], getattr(form, "places", {})
    for name, message in refusal.fields.items():
        field = form._fields.get(places.get(name, name))
        if field is None:
            loose.append(str(message))
        else:
            field.errors = [*field.errors, str(message)]
    if loose or not refusal.fields:
        flash("; ".join(loose) or str(refusal), "error")


def differences(form: FlaskForm, row: Any) -> list[tuple[Any, Any]]:
    """What stands in `row` now where the form says otherwise, as (label, stored value): for a stale form."""
    fields = [field for name, field in form._fields.items() if name != "version" and hasattr(row, name)]
    return [
        (field.label.text, getattr(row, field.name))
        for field in fields
        if (field.data or "") != (getattr(row, field.name) or "")
    ]


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """(value, label) pairs as the choices of a list field."""
    return [SelectChoice(value, label) for value, label in pairs]


def values_of(form: FlaskForm) -> dict[str, Any]:
    """What was entered, by field, without the token and the version."""
    return {name: value for name, value in form.data.items() if name not in ("csrf_token", "version", "submit")}
