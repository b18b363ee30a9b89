"""What can be done with an item: its steps, its executor, values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db, expect_version, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid, Reason
from core.signoffs.service import decide
from core.workflow import Ask, Taken
from roadmap import readers, results
from roadmap.models import EDITABLE_EDITION, Edition, IndicatorValue, Item, ItemIndicator, Occurrence
from roadmap.queries.people import possible_executors
from roadmap.rules.people import COORDINATORS, executes, responsible_of, side_names, side_of
from roadmap.service.evidence import locked_occurrence
from roadmap.states import roadmap_item
from roadmap.terms import number

VERDICTS = {"accept": "approved", "confirm": "approved", "return": "rejected", "refuse_confirm": "rejected"}
"""Steps that are a coordinator's word in the result's round."""


def take_item_step(
    occurrence_id: int, name: str, actor: Actor, ask: Ask, version: int | None = None
) -> Taken | Occurrence:
    """Take a step of an occurrence. A coordinator's word goes through his sign-off task, so that both are one act.

    Raises NotFound, NotAllowed, NotNow, NotValid.
    """
    with transaction():
        row = locked_occurrence(occurrence_id, actor)
        expect_version(row, version)
        step = roadmap_item.steps.get(name)
        if step is not None and step.hidden:
            raise NotAllowed(_("Этот шаг делает система"))
        slot = results.slot_of(row, actor) if name in VERDICTS and step and row.state in step.sources else None
        if slot is not None:
            decide(slot.id, VERDICTS[name], actor, comment=ask.comment)
            return row
        if name in VERDICTS and not actor.has("operator"):
            return _without_a_slot(row, name, actor, ask)
        return roadmap_item.take(row, name, actor, ask)


PURPOSE_OF_INPUT = {"reasons": "reasons", "audit": "audit"}


def take_item_step_with_files(
    occurrence_id: int, name: str, actor: Actor, ask: Ask, uploads: Mapping[str, Upload], version: int | None = None
) -> None:
    """The same with files brought for what the step asks: kept and taken in one transaction, or neither."""
    with transaction():
        row = locked_occurrence(occurrence_id, actor)
        kept = {
            field: [keep(upload, results.KIND, row.id, PURPOSE_OF_INPUT.get(field, "other"), actor, row.period).id]
            for field, upload in uploads.items()
        }
        take_item_step(occurrence_id, name, actor, Ask(ask.comment, ask.data, kept), version)


def _without_a_slot(row: Occurrence, name: str, actor: Actor, ask: Ask) -> Taken:
    """A verdict by somebody whose task it is not: the table says why, or the desk does."""
    step = roadmap_item.steps[name]
    offer = roadmap_item.offer(row, step, actor)
    if row.state not in step.sources or not offer.possible:
        return roadmap_item.take(row, name, actor, ask)  # refuses in words
    raise NotAllowed(_("Задание по этому результату на столе у другого координатора"))


def assign_executor(item_id: int, person_id: int | None, actor: Actor) -> Item:
    """Name the person at work on an item, by a coordinator of the side it lies with; None takes the name off.

    The person works for a party or for an organisation the plan names in this item. Raises NotFound, NotAllowed,
    NotValid.
    """
    with transaction():
        item = visible_item(item_id, actor)
        refuse_other_side(item, actor, _("Исполнителя назначает координатор ответственной Стороны"))
        person = _executor(item, person_id) if person_id else None
        item.executor_id = person.id if person else None
        item.executor_name = person.short_name if person else ""
        audit.append(actor.who(), audit.Act("roadmap_item", item.id, "assign", data={"executor": item.executor_name}))
        if person is not None:
            _let_read(item, person.organisation_id)
        db.session.flush()
        return item


def _let_read(item: Item, organisation_id: int) -> None:
    from core.accounts.models import Reader

    for kind, subject_id in ((readers.ITEM, item.id), (readers.PLAN, item.roadmap_id)):
        if db.session.get(Reader, (kind, organisation_id, subject_id)) is None:
            db.session.add(
                Reader(subject_kind=kind, subject_id=subject_id, organisation_id=organisation_id, why="grant")
            )


def _executor(item: Item, person_id: int) -> Person:
    """Raises NotValid for whoever may not be at work on the item."""
    assert item.terms is not None
    if person_id not in {one for one, _name in possible_executors(item, item.terms, item.roadmap)}:
        raise NotValid(_("Сотрудник не найден среди возможных исполнителей мероприятия"), "executor")
    return db.session.get_one(Person, person_id)


def refuse_other_side(item: Item, actor: Actor, words: str) -> None:
    """What belongs to the side an item lies with is done by its coordinator; a draft plan is both sides' to write.

    Raises NotAllowed with whose it is.
    """
    if not owns(item, actor):
        raise NotAllowed(words, reasons=[Reason(words, "side_match", side_names(responsible_of(item)))])


def owns(item: Item, actor: Actor) -> bool:
    """Whether the actor coordinates for the side the item lies with; in a draft plan, for either."""
    side = side_of(item, actor) if actor.has(*COORDINATORS) else ""
    return bool(side) and (side in responsible_of(item) or drafted(item))


def drafted(item: Item) -> bool:
    """Whether what the item says may still be written."""
    assert item.terms is not None
    return db.session.get_one(Edition, item.terms.edition_id).state in EDITABLE_EDITION


def visible_item(item_id: int, actor: Actor) -> Item:
    """Raises NotFound."""
    item = db.session.get(Item, item_id) if may_see(actor, readers.ITEM, item_id) else None
    if item is None or item.dropped or item.terms is None:
        raise NotFound(_("Мероприятие не найдено"))
    return item


def enter_fact(
    occurrence_id: int, indicator_id: int, value: Any, actor: Actor, *, source: str = "", not_provided: bool = False
) -> IndicatorValue:
    """Declare the value of a linked indicator for the occurrence's period. A correction is a new row."""
    with transaction():
        row = locked_occurrence(occurrence_id, actor)
        reason = executes(row, actor)
        if reason is not None:
            raise NotAllowed(_("Значение вводит исполнитель"), reasons=[reason])
        if row.state not in ("planned", "in_progress", "returned"):
            raise NotNow(_("В этом состоянии значения не вводят"))
        if db.session.get(ItemIndicator, (row.item_id, indicator_id)) is None:
            raise NotFound(_("Этот показатель не связан с мероприятием"))
        figure = None if not_provided else _required(value)
        fact = IndicatorValue(
            indicator_id=indicator_id,
            period=row.period or str((row.due_on or clock.today()).year),
            kind="declared",
            value=figure,
            not_provided=not_provided,
            occurrence_id=row.id,
            source=source.strip(),
            as_of=clock.today(),
            person_id=actor.id,
            name=actor.name,
            at=clock.now(),
        )
        db.session.add(fact)
        audit.append(
            actor.who(),
            audit.Act(
                "roadmap_item",
                row.item_id,
                "enter_fact",
                data={"indicator": indicator_id, "value": str(figure), "period": fact.period},
            ),
        )
        db.session.flush()
        return fact


def _required(value: Any) -> Decimal:
    figure = number(value)
    if figure is None:
        raise NotValid(_("Введите значение или отметьте, что сведения не предоставлены"), "value")
    return figure
