"""What a supplementary agreement changes: chosen clause by clause against the parent's present terms, and merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements import terms
from agreements.models import Agreement, Amendment
from agreements.parties import acts_as, is_initiator
from agreements.service import EDITABLE, get_for
from core import audit, clock
from core.accounts.actor import Actor
from core.db import changed_by_another, db, expect_version, transaction
from core.errors import NotAllowed, NotNow, NotValid

Clause = dict[str, Any]
ACTIONS = ("restate", "add", "exclude")
LEVELS = (1, 2, 3)


@dataclass(frozen=True)
class Base:
    """The parent's terms as they stand, and those the changes were drawn against where the two differ."""

    edition: int
    clauses: list[Clause]
    drawn_against: int
    drawn_clauses: list[Clause]

    @property
    def moved(self) -> bool:
        return self.edition != self.drawn_against


def base(agreement: Agreement) -> Base:
    """What there is to change. Raises NotNow where the parent has no terms in the service."""
    rows: dict[int, list[Clause]] = {
        row.edition: row.clauses
        for row in db.session.execute(
            select(Amendment.edition, Amendment.clauses).where(Amendment.agreement_id == agreement.parent_id)
        )
    }
    if agreement.parent is None or not rows:
        raise NotNow(_("Текста основного документа в системе нет: изменять нечего"))
    now = max(rows)
    before = agreement.parent_edition or now
    return Base(now, rows[now], before, rows.get(before, rows[now]))


def put_changes(
    agreement_id: int,
    changes: Sequence[Mapping[str, Any]],
    actor: Actor,
    *,
    version: int | None = None,
    edition: int | None = None,
) -> Agreement:
    """Set the changes of a supplementary agreement; they now rest on the parent's present edition.

    `edition` is the one the person had before the eyes: where the parent has moved on meanwhile, the changes are
    refused and can be merged by looking at the new text. A change: see `terms.apply`. Raises NotAllowed, NotNow,
    NotValid with `changes.N.text` for the N-th change.
    """
    with transaction():
        agreement = get_for(agreement_id, actor, lock=True)
        expect_version(agreement, version)
        refuse_others(agreement, actor)
        present = base(agreement)
        if edition is not None and edition != present.edition:
            raise changed_by_another()
        checked = [_checked(number, change, agreement.id) for number, change in enumerate(changes)]
        terms.apply(present.clauses, checked)
        agreement.data = {**agreement.data, "changes": checked}
        agreement.parent_edition = present.edition
        agreement.drafters = sorted({*agreement.drafters, *([actor.id] if actor.id else [])})
        agreement.moved_at = clock.now()
        data = {"edition": present.edition, "clauses": [change["number"] for change in checked]}
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "put_changes", data=data))
        return agreement


def refuse_others(agreement: Agreement, actor: Actor) -> None:
    """Refuse whoever may not change what a supplementary agreement changes, or not now."""
    if agreement.kind != "supplementary":
        raise NotNow(_("Изменения перечисляют только в дополнительном соглашении"))
    if not (is_initiator(agreement, actor) and acts_as(agreement, actor, "coordinator")):
        raise NotAllowed(_("Текст правит координатор стороны-инициатора"))
    if agreement.state not in EDITABLE:
        raise NotNow(_("Текст заморожен: чтобы править, отзовите документ на доработку"))


def _checked(number: int, change: Mapping[str, Any], agreement_id: int) -> dict[str, Any]:
    action, text = str(change.get("action")), str(change.get("text") or "").strip()
    if action not in ACTIONS:
        raise NotValid(_("Нет такого вида изменения: %(action)s", action=action), f"changes.{number}.action")
    if action != "exclude" and not text:
        raise NotValid(
            _("Пункт %(number)s: напишите новый текст", number=change.get("number", "")), f"changes.{number}.text"
        )
    checked = {
        "action": action,
        "clause_id": str(change.get("clause_id") or ""),
        "number": str(change.get("number") or "").strip(),
        "text": "" if action == "exclude" else text,
    }
    if not checked["number"]:
        raise NotValid(_("Укажите номер пункта"), f"changes.{number}.number")
    if action == "add":
        checked["new_id"] = str(change.get("new_id") or f"s{agreement_id}n{number + 1}")
        if change.get("level") in LEVELS:
            checked["level"] = change["level"]
    return checked


def was_now(clauses: Sequence[Clause], changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """«Было → стало» of every change: number, action, before, after; `lost` where its clause is not there any more."""
    known = {clause["id"]: clause for clause in clauses}
    return [
        {
            "number": change["number"],
            "action": change["action"],
            "before": "" if change["action"] == "add" else known.get(change["clause_id"], {}).get("text", ""),
            "after": change.get("text", ""),
            "lost": change["clause_id"] not in known,
        }
        for change in changes
    ]
