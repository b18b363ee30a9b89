"""Regulatory initiatives: proposing, editing, recording what other bodies did, papers, steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap import readers
from roadmap.effects.items import day
from roadmap.models import Initiative, InitiativeEvent, Item, Roadmap
from roadmap.rules.people import COORDINATORS, LAWYERS, side_of
from roadmap.states.initiatives import regulatory_initiative

KIND = "regulatory_initiative"


PAPERS = ("note", "assessment", "list", "disagreements", "text", "other")
"""Explanatory note, financial assessment, list of acts to be changed, table of disagreements, text of the draft."""
LONGEST = 8000


@dataclass(frozen=True)
class NewInitiative:
    """A proposal to change the law. `bodies` to be consulted: names, or {"name", "sent", "due", "answer"} with days."""

    title: str
    purpose: str = ""
    acts: Sequence[str] = field(default_factory=tuple)
    bodies: Sequence[str | Mapping[str, Any]] = field(default_factory=tuple)
    item_id: int | None = None


@dataclass(frozen=True)
class NewEvent:
    """What happened (or, `planned`, is to happen by a published calendar) outside."""

    happened_on: date
    title: str
    body: str = ""
    number: str = ""
    url: str = ""
    planned: bool = False
    month_only: bool = False
    """Only the month is known; the day is then its first."""


def propose(roadmap_id: int, new: NewInitiative, actor: Actor) -> Initiative:
    """Enter an initiative; by a coordinator or a lawyer of a side. Raises NotFound, NotAllowed, NotValid."""
    with transaction():
        plan = db.session.get(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        refuse_others(plan, actor)
        side = side_of(plan, actor)
        row = Initiative(roadmap_id=plan.id, initiator_side=side, state="proposal", created_at=clock.now(),
                         **_checked(plan.id, new))  # fmt: skip
        db.session.add(row)
        db.session.flush()
        set_readers(KIND, row.id, [party.organisation_id for party in plan.parties])
        audit.append(actor.who(), audit.Act(KIND, row.id, "propose", None, "proposal"))
        return row


def keeps(row: Any, actor: Actor) -> bool:
    """Whether the actor enters what concerns initiatives: a coordinator or a lawyer of a side."""
    return bool(side_of(row, actor)) and actor.has(*COORDINATORS, *LAWYERS)


def refuse_others(plan: Roadmap, actor: Actor) -> None:
    """Raises NotAllowed for whoever may not propose."""
    if not keeps(plan, actor):
        raise NotAllowed(_("Инициативу заводит координатор или правовой департамент Стороны"))


def edit_initiative(initiative_id: int, new: NewInitiative, actor: Actor, version: int | None = None) -> Initiative:
    """Write down anew what is proposed and who is consulted. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = locked_initiative(initiative_id, actor)
        expect_version(row, version)
        _keeper(row, actor)
        if regulatory_initiative.states[row.state].final:
            raise NotNow(_("Инициатива завершена: её сведения не меняются"))
        values = _checked(row.roadmap_id, new)
        told = sorted(name for name, value in values.items() if getattr(row, name) != value)
        for name in told:
            setattr(row, name, values[name])
        if told:
            audit.append(actor.who(), audit.Act(KIND, row.id, "edit", data={"fields": told}))
        return row


def _checked(roadmap_id: int, new: NewInitiative) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    if not new.title.strip():
        faults["title"] = _("Назовите инициативу")
    if max(len(new.title), len(new.purpose), *(len(act) for act in new.acts), 0) > LONGEST:
        faults["title"] = _("Не больше %(n)s знаков", n=LONGEST)
    bodies = [_body(place, one, faults) for place, one in enumerate(new.bodies)]
    item = db.session.get(Item, new.item_id) if new.item_id is not None else None
    if new.item_id is not None and (item is None or item.roadmap_id != roadmap_id or item.dropped):
        faults["item"] = _("В плане нет такого мероприятия")
    if faults:
        raise NotValid(_("Инициатива не сохранена"), fields=faults)
    return {
        "title": new.title.strip(),
        "purpose": new.purpose.strip(),
        "acts": [act.strip() for act in new.acts if act.strip()],
        "bodies": [body for body in bodies if body["name"]],
        "item_id": new.item_id,
    }


def _body(place: int, given: str | Mapping[str, Any], faults: dict[str, Any]) -> dict[str, Any]:
    """A body to be consulted as it is kept: its name, the days as ISO words or None, the answer."""
    line: Mapping[str, Any] = {"name": given} if isinstance(given, str) else given
    body: dict[str, Any] = {name: str(line.get(name) or "").strip() for name in ("name", "answer")}
    for name in ("sent", "due"):
        try:
            body[name] = day(line[name], name).isoformat() if line.get(name) else None
        except NotValid as refusal:
            faults[f"body.{place}.{name}"], body[name] = refusal.message, None
    if not body["name"] and (body["answer"] or body["sent"] or body["due"]):
        faults[f"body.{place}.name"] = _("Назовите ведомство")
    return body


def locked_initiative(initiative_id: int, actor: Actor) -> Initiative:
    """Raises NotFound for what the actor may not see."""
    row = locked(Initiative, initiative_id) if may_see(actor, KIND, initiative_id) else None
    if row is None:
        raise NotFound(_("Инициатива не найдена"))
    return row


def _keeper(row: Initiative, actor: Actor) -> None:
    if not keeps(row, actor):
        raise NotAllowed(_("Сведения вносит координатор или правовой департамент Стороны"))


def record_event(initiative_id: int, new: NewEvent, actor: Actor) -> InitiativeEvent:
    """Record what another body did; what is planned may lie ahead, what has happened may not."""
    with transaction():
        row = locked_initiative(initiative_id, actor)
        _keeper(row, actor)
        _check_event(new)
        event = InitiativeEvent(initiative_id=row.id, name=actor.name, at=clock.now(), **vars(new))
        db.session.add(event)
        audit.append(actor.who(), audit.Act(KIND, row.id, "record_event", data={"title": new.title}))
        db.session.flush()
        return event


def settle_event(event_id: int, new: NewEvent, actor: Actor) -> InitiativeEvent:
    """A planned event has come true: what happened stands beside the plan, which stays as it was published."""
    with transaction():
        initiative_id = db.session.scalar(select(InitiativeEvent.initiative_id).where(InitiativeEvent.id == event_id))
        if initiative_id is None:
            raise NotFound(_("Событие не найдено"))
        row = locked_initiative(initiative_id, actor)
        _keeper(row, actor)
        planned = db.session.get_one(InitiativeEvent, event_id)
        if not planned.planned or planned.settled_by_id is not None:
            raise NotNow(_("Это событие уже записано как наступившее"))
        new = replace(new, planned=False, title=new.title.strip() or planned.title, body=new.body or planned.body)
        _check_event(new)
        event = InitiativeEvent(initiative_id=row.id, name=actor.name, at=clock.now(), **vars(new))
        db.session.add(event)
        db.session.flush()
        planned.settled_by_id = event.id
        audit.append(actor.who(), audit.Act(KIND, row.id, "settle_event", data={"title": new.title}))
        return event


def _check_event(new: NewEvent) -> None:
    faults: dict[str, Any] = {}
    if not new.title.strip():
        faults["title"] = _("Напишите, что произошло")
    if not new.planned and new.happened_on > clock.today():
        faults["happened_on"] = _("Эта дата ещё не наступила: отметьте событие как предстоящее")
    if new.url and not new.url.startswith(("https://", "http://")):
        faults["url"] = _("Ссылка начинается с https://")
    if max(map(len, (new.title, new.body, new.number, new.url))) > LONGEST:
        faults["title"] = _("Не больше %(n)s знаков", n=LONGEST)
    if faults:
        raise NotValid(_("Событие не записано"), fields=faults)


def attach_to_initiative(initiative_id: int, upload: Upload, actor: Actor, purpose: str = "other") -> int:
    """Bring a paper of the draft; `purpose` is one of PAPERS. Returns the file's id."""
    if purpose not in PAPERS:
        raise NotValid(_("Нет такого вида документа"), "purpose")
    with transaction():
        row = locked_initiative(initiative_id, actor)
        if not actor.has("executor") or not side_of(row, actor):
            _keeper(row, actor)
        kept = keep(upload, KIND, row.id, purpose, actor)
        data = {"name": kept.name, "version": kept.version, "purpose": purpose}
        audit.append(actor.who(), audit.Act(KIND, row.id, "attach", document_hash=kept.sha256, data=data))
        return kept.id


def take_initiative_step(
    initiative_id: int, name: str, actor: Actor, ask: Ask, uploads: Mapping[str, Upload] | None = None,
    version: int | None = None,
) -> Taken:  # fmt: skip
    """Take a step, with the files it asks for. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = locked_initiative(initiative_id, actor)
        expect_version(row, version)
        files = {field: [keep(one, KIND, row.id, field, actor).id] for field, one in (uploads or {}).items()}
        data: dict[str, Any] = dict(ask.data)
        return regulatory_initiative.take(row, name, actor, Ask(ask.comment, data, files))
