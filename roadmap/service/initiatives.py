"""Regulatory initiatives: proposing, recording what other bodies did, steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotValid
from core.workflow import Ask, Taken
from roadmap import readers
from roadmap.models import Initiative, InitiativeEvent, Roadmap
from roadmap.rules.people import COORDINATORS, LAWYERS, side_of
from roadmap.states.initiatives import regulatory_initiative

KIND = "regulatory_initiative"


@dataclass(frozen=True)
class NewInitiative:
    """A proposal to change the law; `bodies` are the names of those to be consulted."""

    title: str
    purpose: str = ""
    acts: Sequence[str] = field(default_factory=tuple)
    bodies: Sequence[str] = field(default_factory=tuple)
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


def propose(roadmap_id: int, new: NewInitiative, actor: Actor) -> Initiative:
    """Enter an initiative; by a coordinator or a lawyer of a side."""
    if not new.title.strip():
        raise NotValid(_("Назовите инициативу"), "title")
    with transaction():
        plan = db.session.get(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        side = side_of(plan, actor)
        if not side or not actor.has(*COORDINATORS, *LAWYERS):
            raise NotAllowed(_("Инициативу заводит координатор или правовой департамент Стороны"))
        row = Initiative(
            roadmap_id=plan.id,
            item_id=new.item_id,
            title=new.title.strip(),
            purpose=new.purpose.strip(),
            initiator_side=side,
            acts=list(new.acts),
            bodies=[{"name": name} for name in new.bodies],
            state="proposal",
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        set_readers(KIND, row.id, [party.organisation_id for party in plan.parties])
        audit.append(actor.who(), audit.Act(KIND, row.id, "propose", None, "proposal"))
        return row


def locked_initiative(initiative_id: int, actor: Actor) -> Initiative:
    """Raises NotFound for what the actor may not see."""
    row = locked(Initiative, initiative_id) if may_see(actor, KIND, initiative_id) else None
    if row is None:
        raise NotFound(_("Инициатива не найдена"))
    return row


def _keeper(row: Initiative, actor: Actor) -> None:
    if not (side_of(row, actor) and actor.has(*COORDINATORS, *LAWYERS)):
        raise NotAllowed(_("Сведения вносит координатор или правовой департамент Стороны"))


def record_event(initiative_id: int, new: NewEvent, actor: Actor) -> InitiativeEvent:
    """Record what another body did; what is planned may lie ahead, what has happened may not."""
    if not new.title.strip():
        raise NotValid(_("Напишите, что произошло"), "title")
    if not new.planned and new.happened_on > clock.today():
        raise NotValid(_("Эта дата ещё не наступила: отметьте событие как предстоящее"), "happened_on")
    with transaction():
        row = locked_initiative(initiative_id, actor)
        _keeper(row, actor)
        event = InitiativeEvent(initiative_id=row.id, name=actor.name, at=clock.now(), **vars(new))
        db.session.add(event)
        audit.append(actor.who(), audit.Act(KIND, row.id, "record_event", data={"title": new.title}))
        db.session.flush()
        return event


def attach_to_initiative(initiative_id: int, upload: Upload, actor: Actor) -> int:
    """Bring a paper of the draft. Returns the file's id."""
    with transaction():
        row = locked_initiative(initiative_id, actor)
        if not actor.has("executor") or not side_of(row, actor):
            _keeper(row, actor)
        kept = keep(upload, KIND, row.id, "papers", actor)
        audit.append(actor.who(), audit.Act(KIND, row.id, "attach", document_hash=kept.sha256))
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
