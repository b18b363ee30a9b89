"""Reading the audit journal: who may, what of it, and how a subject of a room is named there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.audit import AuditRecord
from core.clock import MOSCOW
from core.errors import NotAllowed, Reason
from core.web.paging import PAGE, Key, Page, page

READERS = ("m_coord", "c_coord", "m_control", "c_control", "m_deputy", "c_deputy")


@dataclass(frozen=True)
class Kind:
    """How a kind of subject is named in the journal: its label, its page by id, its steps and states in words."""

    label: Any
    url: Callable[[int], str] | None = None
    steps: Mapping[str, Any] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)


_kinds: dict[str, Kind] = {}


def describe(
    kind: str,
    label: Any,
    url: Callable[[int], str] | None = None,
    steps: Mapping[str, Any] | None = None,
    states: Mapping[str, Any] | None = None,
) -> None:
    """Tell the journal how subjects of `kind` are named; rooms do it when they join the application."""
    _kinds[kind] = Kind(label, url, steps or {}, states or {})


_common: dict[str, Any] = {}
_common_states: dict[str, Any] = {}


def describe_common(steps: Mapping[str, Any], states: Mapping[str, Any]) -> None:
    """Words for what is recorded in the chain of any subject: tasks of sign-offs and their verdicts, remarks,
    protocols."""
    _common.update(steps)
    _common_states.update(states)


def kinds() -> Mapping[str, Kind]:
    """Every kind that was described."""
    return _kinds


@dataclass(frozen=True)
class Asked:
    """What the journal is asked for. Days are Moscow days, both included; empty fields ask nothing."""

    kind: str = ""
    subject_id: int | None = None
    person: str = ""
    actor_id: int | None = None
    since: date | None = None
    until: date | None = None
    after: str = ""
    before: str = ""
    size: int = PAGE


def may_read(actor: Actor) -> bool:
    """Whether the journal is open to the actor at all."""
    return actor.is_system or actor.is_admin or actor.has(*READERS)


def records(actor: Actor, asked: Asked) -> Page[AuditRecord]:
    """Records newest first. An administrator reads everything; a side's coordinators, control and deputies read the
    subjects their organisation may see. Raises NotAllowed."""
    if not may_read(actor):
        who = _("координаторы, контроль и заместители сторон, администратор")
        raise NotAllowed(_("Журнал открыт не всем"), reasons=(Reason(_("Нужна роль"), "journal_reader", who=who),))
    statement = select(AuditRecord).where(*_conditions(asked))
    if not (actor.is_admin or actor.is_system):
        statement = statement.where(_of_visible_subjects(actor))
    keys = [Key(AuditRecord.id, lambda row: row.id, descending=True)]  # type: ignore[arg-type]
    return page(statement, keys, after=asked.after, before=asked.before, size=asked.size, scalars=True)


def history(actor: Actor, kind: str, subject_id: int, size: int = PAGE, after: str = "") -> Page[AuditRecord]:
    """The records of one subject, newest first, for its own page: whoever sees the subject sees its history."""
    statement = select(AuditRecord).where(
        AuditRecord.subject_kind == kind,
        AuditRecord.subject_id == subject_id,
        visible_to(actor, kind, AuditRecord.subject_id),
    )
    keys = [Key(AuditRecord.seq, lambda row: row.seq, descending=True)]  # type: ignore[arg-type]
    return page(statement, keys, after=after, size=size, scalars=True)


def _of_visible_subjects(actor: Actor) -> ColumnElement[bool]:
    return (
        select(Reader.subject_id)
        .where(
            Reader.organisation_id == actor.organisation_id,
            Reader.subject_kind == AuditRecord.subject_kind,
            Reader.subject_id == AuditRecord.subject_id,
        )
        .exists()
    )


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.kind:
        conditions.append(AuditRecord.subject_kind == asked.kind)
    if asked.subject_id is not None:
        conditions.append(AuditRecord.subject_id == asked.subject_id)
    if asked.actor_id is not None:
        conditions.append(AuditRecord.actor_id == asked.actor_id)
    for word in asked.person.split():
        names = (AuditRecord.actor_name, AuditRecord.organisation_name)
        conditions.append(or_(*(name.icontains(word, autoescape=True) for name in names)))
    if asked.since:
        conditions.append(AuditRecord.at >= _midnight(asked.since))
    if asked.until:
        conditions.append(AuditRecord.at < _midnight(asked.until + timedelta(days=1)))
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, MOSCOW)


def subject_name(record: AuditRecord) -> str:
    """«Соглашение 7»: the kind in words and the id."""
    kind = _kinds.get(record.subject_kind)
    return f"{kind.label if kind else record.subject_kind} {record.subject_id}"


def subject_url(record: AuditRecord) -> str:
    """The page of the subject, or ""."""
    kind = _kinds.get(record.subject_kind)
    return kind.url(record.subject_id) if kind and kind.url else ""


def step_name(record: AuditRecord) -> str:
    """What was done, in words: «Направлено на согласование».

    A visa in the document's chain is told by its verdict, not by the document's own step that happens to be called the
    same.
    """
    data = record.data or {}
    if data.get("of", ("",))[0] == "approval_task":
        verdict = str((data.get("entered") or {}).get("verdict"))
        return str(_common.get(verdict) or _common.get(record.step) or record.step)
    kind = _kinds.get(record.subject_kind)
    known: Mapping[str, Any] = kind.steps if kind else {}
    return str(known.get(record.step) or STEPS.get(record.step) or _common.get(record.step) or record.step)


def state_name(record: AuditRecord, state: str | None) -> str:
    """A state of the record's subject in words."""
    kind = _kinds.get(record.subject_kind)
    known: Mapping[str, Any] = kind.states if kind else {}
    return str(known.get(state or "") or _common_states.get(state or "") or state or "")


STEPS: dict[str, Any] = {
    "create": _l("создание"),
    "update": _l("изменение"),
    "activate": _l("открытие"),
    "deactivate": _l("закрытие"),
    "add_signatory": _l("добавлен подписант"),
    "update_signatory": _l("изменён подписант"),
    "sign_in": _l("вход"),
    "sign_out_everywhere": _l("завершение всех сеансов"),
    "set_password": _l("назначен пароль"),
    "change_password": _l("смена пароля"),
    "issue_token": _l("выпущен токен"),
    "revoke_token": _l("отозван токен"),
    "grant_role": _l("назначена роль"),
    "revoke_role": _l("снята роль"),
    "set_locale": _l("выбран язык"),
    "override_day": _l("изменён производственный календарь"),
    "restore_day": _l("восстановлен день производственного календаря"),
}
