"""The history of an agreement in sentences: what was done, impersonal and past, the same on the page and in letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from agreements.shown import minute
from agreements.states import agreement_machine
from core.accounts.actor import name_shown
from core.signoffs.models import Round
from core.signoffs.states import ACTS as SIGNOFF_ACTS
from core.signoffs.states import approval_task, said
from core.signoffs.words import named

Row = SimpleNamespace

DONE: dict[str, Any] = {name: step.done for name, step in agreement_machine.steps.items()}
"""Every step of the table, as it is told once it was taken."""

ACTS: dict[str, Any] = {
    "create": _l("Составлен проект"),
    "fan_out": _l("Создан по типовой форме"),
    "renew": _l("Внесена новая редакция типовой формы"),
    "import": _l("Внесено из таблицы"),
    "edit": _l("Изменены сведения"),
    "edit_clauses": _l("Изменён текст"),
    "put_changes": _l("Изменён перечень изменений"),
    "merge": _l("Изменения объединены с новой редакцией основного документа"),
    "declare_public": _l("Отмечено: сведения не ограничены в доступе"),
    "return_copy": _l("Возвращён экземпляр"),
    "evidence_pack": _l("Собран пакет доказательств"),
    **SIGNOFF_ACTS,
}
"""Acts that are no steps of the table."""

SLOT_DONE: dict[str, Any] = {
    "delegate": _l("задание передано замещающему"),
    "recall": _l("задание отозвано"),
    "lapse": _l("решение утратило силу"),
}
"""What befell a place of the route without a verdict."""

MANY: dict[str, Any] = {
    "recall": _l("Задания отозваны"),
    "lapse": _l("Решения утратили силу"),
}
"""The same of several places at once."""

TONES = {
    "approve": "success", "approve_remarks": "warning", "reject": "danger", "recall": "warning", "lapse": "muted",
    "own_return": "danger", "cp_remarks": "danger", "refuse_sign": "danger", "reject_registration": "danger",
    "annul": "danger", "terminate": "danger", "suspend": "warning", "register": "success", "sign_last": "success",
    "agree_termination": "danger", "refuse_termination": "warning",
    "sign_first": "success", "sign_next": "success", "submit": "info", "resubmit": "info",
}  # fmt: skip

REPEATED = ("edit", "edit_clauses", "put_changes")
"""Savings of a draft one after another by one person are one line of the history."""
TOLD = ("letter", "notice", "basis")
"""What was entered with a step and belongs to its story: the paper it rests on."""


def places(current: Round | None, parties: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """Place of the route → who decides there, in words, and its kind: a party signs and registers, a desk agrees."""
    found = {}
    for slot in current.slots if current else ():
        ours = slot.kind in ("signature", "registration")
        name = parties.get(slot.organisation_id, "") if ours else named(slot.label)
        found[slot.id] = (name, slot.kind)
    return found


def timeline(history: Iterable[Any], labels: Mapping[int, tuple[str, str]]) -> list[dict[str, Any]]:
    """The history as `ui.timeline` takes it, newest first. `labels`: see `places`."""
    found: list[dict[str, Any]] = []
    last: tuple[Any, ...] | None = None
    for record in history:
        if _told_by_the_agreement(record):
            continue
        same = (record.step, record.actor_name, record.comment if _of_slot(record) else "")
        if same == last and (record.step in REPEATED or (_of_slot(record) and record.step in SLOT_DONE)):
            found[-1]["times"] += 1
            continue
        last = same
        found.append(_entry(record, labels))
    for entry in found:
        if entry["times"] > 1 and entry["many"]:
            entry["what"] = f"{entry['many']} ({entry['times']})"
        elif entry["times"] > 1:
            entry["what"] = _("%(what)s (%(n)s раз подряд)", what=entry["what"], n=entry["times"])
    return found


def _entry(record: Row, labels: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    data = record.data or {}
    of, of_id = data.get("of", ("", 0))
    place = labels.get(of_id, ("", "")) if of == "approval_task" else None
    entered = data.get("entered", {})
    told = [str(entered[name]) for name in TOLD if entered.get(name)]
    return {
        "at": minute(record.at),
        "iso": record.at.isoformat(),
        "who": name_shown(record.actor_name) + (f", {record.organisation_name}" if record.organisation_name else ""),
        "what": _of_place(record, place) if place is not None else done(record.step, data),
        "text": "; ".join([*([record.comment] if record.comment else []), *told]) or _moved(record, place is not None),
        "tone": TONES.get(record.step, "neutral"),
        "hash": record.document_hash or "",
        "times": 1,
        "many": str(MANY.get(record.step, "")) if place is not None else "",
    }


def _of_slot(record: Row) -> bool:
    return bool((record.data or {}).get("of", ("", 0))[0] == "approval_task")


def _told_by_the_agreement(record: Row) -> bool:
    """A signature and a number move the agreement itself: its own line says so, with who did it."""
    verdict = (record.data or {}).get("entered", {}).get("verdict")
    return _of_slot(record) and verdict in ("signed", "registered")


def _of_place(record: Row, place: tuple[str, str]) -> str:
    """«Правовой департамент: согласовано с замечаниями»; without the place where the round is an old one."""
    who, kind = place
    verdict = (record.data or {}).get("entered", {}).get("verdict")
    step = approval_task.steps.get(record.step)
    told = SLOT_DONE.get(record.step) or ACTS.get(record.step)
    what = said(verdict, kind) if verdict else str(told or (step.done if step else record.step))
    return f"{who}: {what[:1].lower()}{what[1:]}" if who else f"{what[:1].upper()}{what[1:]}"


def done(step: str, data: Mapping[str, Any] | None = None) -> str:
    """A step or an act as it is told once it was done: «Направлено на согласование»."""
    what = str(DONE.get(step) or ACTS.get(step, step))
    clause = (data or {}).get("clause")
    if clause and step.startswith("protocol_"):
        return str(_("%(what)s: пункт %(n)s", what=what, n=clause))
    copy = (data or {}).get("copy")
    return f"{what} № {copy}" if copy and step == "return_copy" else what


def _moved(record: Row, slot: bool) -> str:
    states = agreement_machine.states
    if slot or record.from_state == record.to_state or record.from_state not in states:
        return ""
    return f"{states[record.from_state].label} → {states[record.to_state].label}"
