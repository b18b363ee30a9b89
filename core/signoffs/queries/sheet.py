"""The sheet: every round of a subject with every place, decision, paper, remark and change of route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.errors import NotFound
from core.signoffs.models import Decision, Remark, Round, RouteChange, Slot, Substitution


@dataclass(frozen=True)
class Sheet:
    """All rounds, the oldest first; a round's slots carry holders, decision and its act on paper."""

    kind: str
    subject_id: int
    rounds: Sequence[Round]
    organisations: Mapping[int, Organisation]
    substitutions: Mapping[int, Substitution]
    remarks: Sequence[Remark]
    changes: Sequence[RouteChange]

    @property
    def current(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    def remarks_of(self, decision: Decision) -> list[tuple[int, Remark]]:
        """Remarks given with a decision, with their numbers through all rounds."""
        numbered = enumerate(self.remarks, start=1)
        return [(number, remark) for number, remark in numbered if remark.decision_id == decision.id]


def sheet(kind: str, subject_id: int, actor: Actor) -> Sheet:
    """Everything about a subject's sign-offs; ten queries at any size. Raises NotFound for hidden and absent alike."""
    if not may_see(actor, kind, subject_id):
        raise NotFound(_("Документ не найден"))
    rounds = _rounds(kind, subject_id)
    ids = [row.id for row in rounds]
    slots = [slot for row in rounds for slot in row.slots]
    return Sheet(
        kind,
        subject_id,
        rounds,
        _organisations({slot.organisation_id for slot in slots} | {row.initiator_id for row in rounds}),
        _substitutions({slot.decision.substitution_id for slot in slots if slot.decision}),
        remarks_of(kind, subject_id),
        list(db.session.scalars(select(RouteChange).where(RouteChange.round_id.in_(ids)).order_by(RouteChange.id))),
    )


def _rounds(kind: str, subject_id: int) -> list[Round]:
    slots = selectinload(Round.slots)
    statement = (
        select(Round)
        .where(Round.subject_kind == kind, Round.subject_id == subject_id)
        .options(
            slots.selectinload(Slot.holders),
            slots.selectinload(Slot.decision).selectinload(Decision.paper_act),
        )
        .order_by(Round.number)
    )
    return list(db.session.scalars(statement))


def _organisations(ids: set[int]) -> dict[int, Organisation]:
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {row.id: row for row in rows}


def _substitutions(ids: set[int | None]) -> dict[int, Substitution]:
    known = {each for each in ids if each is not None}
    rows = db.session.scalars(select(Substitution).where(Substitution.id.in_(known))) if known else ()
    return {row.id: row for row in rows}


def remarks_of(kind: str, subject_id: int) -> list[Remark]:
    """The remarks register of a subject: all rounds, in the order they came."""
    return list(
        db.session.scalars(
            select(Remark)
            .where(Remark.subject_kind == kind, Remark.subject_id == subject_id)
            .options(selectinload(Remark.round))
            .order_by(Remark.id)
        )
    )
