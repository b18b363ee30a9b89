"""Reading one task with all its page shows: the round, its text, remarks, what can be done and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, select, true
from sqlalchemy.orm import aliased, contains_eager

from core.accounts.actor import Actor
from core.accounts.models import Organisation, Reader
from core.db import db
from core.documents.models import IssuedDocument
from core.errors import NotFound, Reason
from core.signoffs.counting import OPEN
from core.signoffs.given import Asked
from core.signoffs.hats import Hat, hat_for
from core.signoffs.models import PaperAct, Remark, Round, Slot
from core.signoffs.service.paper import REGISTRARS
from core.signoffs.states import approval_task
from core.signoffs.subjects import subject
from core.workflow import Offer


@dataclass(frozen=True)
class Text:
    """The document a round is about, and the hash of the one before it ("" for the first)."""

    sha256: str
    file_name: str
    size: int
    before: str


@dataclass(frozen=True)
class Task:
    """A slot in its round. `offers` are the verdicts as this person sees them; `hat` is None for a mere reader."""

    slot: Slot
    round: Round
    names: Mapping[int, str]
    text: Text
    offers: Sequence[Offer]
    hat: Hat | None
    remarks: Sequence[Remark]
    paper: PaperAct | None
    records_paper: bool
    changes_route: bool
    """Of the slot's own organisation, while it is undecided: the next page says what exactly he may."""
    asks: Mapping[str, Asked]
    """Step (approve, reject) → what it asks for beside itself; empty where none asks."""

    @property
    def possible(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.possible]

    @property
    def impossible(self) -> list[Offer]:
        """What the person may do, but not now."""
        return [offer for offer in self.offers if offer.mine and not offer.possible]


VERDICT_STEPS = ("approve", "approve_remarks", "reject")


def task(slot_id: int, actor: Actor) -> Task:
    """A task whose subject the actor may see. Raises NotFound."""
    current, names, text = round_of_slot(slot_id, actor)
    slot = next(slot for slot in current.slots if slot.id == slot_id)
    registrar = actor.organisation_id == slot.organisation_id and actor.has(*REGISTRARS)
    return Task(
        slot=slot,
        round=current,
        names=names,
        text=text,
        offers=offers(slot, actor),
        hat=hat_for(slot, actor) if slot.state == "assigned" else None,
        remarks=remarks_of(current.subject_kind, current.subject_id),
        paper=waiting_paper(slot.id) if registrar else None,
        records_paper=registrar and slot.state == "assigned" and not current.stands,
        changes_route=actor.organisation_id == slot.organisation_id and slot.state in OPEN and current.state == "open",
        asks=asks_of(slot) if slot.state == "assigned" else {},
    )


VERDICT_OF = {"approve": "approved", "reject": "rejected"}


def asks_of(slot: Slot) -> dict[str, Asked]:
    """Step → what its verdict asks for, in an open slot; nothing where no verdict asks for anything."""
    kind = subject(slot.round.subject_kind)
    found = {step: kind.asks(slot, verdict) for step, verdict in VERDICT_OF.items()}
    return found if any(asked.inputs for asked in found.values()) else {}


def round_of_slot(slot_id: int, actor: Actor) -> tuple[Round, Mapping[int, str], Text]:
    """The whole round a slot stands in, with the organisations' names and the text. One query. Raises NotFound."""
    inside = select(Slot.round_id).where(Slot.id == slot_id).scalar_subquery()
    return _round(Round.id == inside, actor)


def _round(which: ColumnElement[bool], actor: Actor) -> tuple[Round, Mapping[int, str], Text]:
    rows = (
        db.session.execute(
            select(Round, Slot.organisation_id, Organisation.short_name, *_text_columns())
            .join(Round.slots)
            .join(Organisation, Organisation.id == Slot.organisation_id)
            .outerjoin(Slot.holders)
            .outerjoin(Slot.decision)
            .outerjoin(IssuedDocument, _is_its_document())
            .where(which, _visible(actor))
            .options(contains_eager(Round.slots).options(contains_eager(Slot.holders), contains_eager(Slot.decision)))
            .order_by(Slot.id)
            .execution_options(populate_existing=True)
        )
        .unique()
        .all()
    )
    if not rows:
        raise NotFound(_("Задание не найдено"))
    first = rows[0]
    text = Text(first.Round.document_hash, first.file_name or "", first.size or 0, first.before or "")
    return first.Round, {row.organisation_id: row.short_name for row in rows}, text


def _text_columns() -> list[Any]:
    earlier = aliased(Round)
    before = (
        select(earlier.document_hash)
        .where(
            earlier.subject_kind == Round.subject_kind,
            earlier.subject_id == Round.subject_id,
            earlier.number < Round.number,
            earlier.document_hash != Round.document_hash,
        )
        .order_by(earlier.number.desc())
        .limit(1)
        .correlate(Round)
        .scalar_subquery()
    )
    return [IssuedDocument.file_name, IssuedDocument.size, before.label("before")]


def _is_its_document() -> ColumnElement[bool]:
    return and_(
        IssuedDocument.subject_kind == Round.subject_kind,
        IssuedDocument.subject_id == Round.subject_id,
        IssuedDocument.sha256 == Round.document_hash,
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The same readers as `accounts.access.visible_to`, for a round whose subject's kind stands in a column."""
    if actor.is_system:
        return true()
    return exists().where(
        Reader.subject_kind == Round.subject_kind,
        Reader.subject_id == Round.subject_id,
        Reader.organisation_id == actor.organisation_id,
    )


def offers(slot: Slot, actor: Actor) -> list[Offer]:
    """The verdicts out of the slot's state; each rule is asked once, however many verdicts ask it."""
    answers: dict[Any, Reason | None] = {}

    def asked(rules: Sequence[Any]) -> tuple[Reason, ...]:
        for rule in rules:
            if rule not in answers:
                answers[rule] = rule(slot, actor)
        return tuple(reason for rule in rules if (reason := answers[rule]))

    found = []
    for name in VERDICT_STEPS:
        step = approval_task.steps[name]
        if name == "approve_remarks" and slot.kind != "visa":
            continue
        if slot.state in step.sources:
            refused = asked(step.who)
            found.append(Offer(step, not refused, refused or asked(step.when)))
    return found


def remarks_of(kind: str, subject_id: int) -> list[Remark]:
    """Every remark to a subject, the newest round first, in the order they were given."""
    return list(
        db.session.scalars(
            select(Remark)
            .where(Remark.subject_kind == kind, Remark.subject_id == subject_id)
            .order_by(Remark.round_id.desc(), Remark.id)
        )
    )


def waiting_paper(slot_id: int) -> PaperAct | None:
    """The act on paper that waits for its second person."""
    return db.session.scalars(select(PaperAct).where(PaperAct.slot_id == slot_id, PaperAct.state == "recorded")).first()
