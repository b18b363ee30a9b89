"""Shared by the services of accounts: the administrator's rule, taking fields over, what the journal keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from core import audit
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotAllowed, NotValid, Reason


def administrator(actor: Actor) -> None:
    """Refuse everybody but an administrator and the service itself."""
    if not (actor.is_admin or actor.is_system):
        raise NotAllowed(
            _("Справочники ведёт администратор"),
            reasons=(Reason(_("Нужна роль «Администратор системы»"), "is_admin", who=_("администратор системы")),),
        )


def take_over(row: Any, values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, list[Any]]:
    """Put the `fields` that `values` has into `row`, trimmed; answers what changed: field → [before, after]."""
    changed: dict[str, list[Any]] = {}
    for name in fields:
        if name not in values:
            continue
        value = values[name].strip() if isinstance(values[name], str) else values[name]
        before = getattr(row, name)
        if value is None and isinstance(before, str) and not row.__table__.c[name].nullable:
            value = ""  # a field the form did not send
        if before != value and not (before is None and value == ""):
            setattr(row, name, value)
            changed[name] = [plain(before), plain(value)]
    return changed


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def require(row: Any, labels: Mapping[str, Any]) -> dict[str, Any]:
    """Faults of empty fields among `labels` (field → its name in words)."""
    return {name: _("Заполните: %(what)s", what=str(label)) for name, label in labels.items() if not getattr(row, name)}


def refuse(faults: Mapping[str, Any]) -> None:
    """Raise NotValid when there are faults."""
    if faults:
        raise NotValid(_("Проверьте выделенные поля"), fields=faults)


def dates_in_order(row: Any) -> dict[str, Any]:
    """The fault of a term that ends before it begins."""
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        return {"valid_to": _("Окончание раньше начала")}
    return {}


def take_forms(
    before: Mapping[str, Any], suggested: Mapping[str, Any], values: Mapping[str, Any], *, renamed: bool
) -> dict[str, Any]:
    """Oblique cases after an edit: reviewed ones stay, others follow the name, what was typed now stands above both.

    `renamed`: the words they are made of changed, so that a review of the old ones is worth nothing.
    """
    keep = before.get("reviewed") and not renamed
    typed = {
        name: values[name].strip()
        for name in suggested
        if isinstance(values.get(name), str) and values[name].strip() and values[name].strip() != before.get(name)
    }
    reviewed = bool(values.get("reviewed", before.get("reviewed", False)))
    return {**(before if keep else suggested), **typed, "reviewed": reviewed and (bool(typed) or not renamed)}


@contextmanager
def unique(field: str, message: Any) -> Iterator[None]:
    """Write what is pending; a clash of two at once with a unique key is a fault of `field`."""
    try:
        yield
        db.session.flush()
    except IntegrityError as clash:
        raise NotValid(message, field) from clash


def record(actor: Actor, kind: str, subject_id: int, step: str, data: Mapping[str, Any]) -> None:
    """One record in the journal of an organisation or a person."""
    audit.append(actor.who(), audit.Act(kind, subject_id, step, data=data))
