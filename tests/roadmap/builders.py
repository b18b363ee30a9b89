"""Builders of plans: a cast of both sides, a plan with items, a plan in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, transaction
from core.documents.attachments import Upload
from core.documents.issuing import install_shipped
from core.signoffs.models import Desk, RouteTemplate, Slot
from core.signoffs.service import decide
from core.workflow import Ask
from roadmap import routes, service
from roadmap.documents import register_kinds
from roadmap.models import Edition, Item, Occurrence, Roadmap
from roadmap.service import NewItem, NewPlan
from roadmap.subjects import register_subjects
from tests.builders import an_actor, an_organisation

PDF = b"%PDF-1.4\n%%EOF\n"

ROLES = {
    "ministry": ("m_coord", "m_legal", "m_deputy", "m_signer", "m_control", "executor", "secretary"),
    "corporation": ("c_coord", "c_legal", "c_deputy", "c_signer", "c_control", "executor"),
}


@dataclass
class Cast:
    """Both sides and a college: organisations and one person for each role."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def who(self, role: str, side: str = "") -> Actor:
        side = side or {"m": "ministry", "c": "corporation"}.get(role[0], "ministry")
        return self.people[side, role]

    def coordinator(self, side: str) -> Actor:
        return self.who("m_coord" if side == "ministry" else "c_coord")

    def other(self, side: str) -> str:
        return "corporation" if side == "ministry" else "ministry"


def a_cast() -> Cast:
    """Two sides with all their roles, an operator and a college with an executor; routes and templates installed."""
    cast = Cast()
    with transaction():
        for side, roles in {**ROLES, "college": ("college", "executor"), "operator": ("operator",)}.items():
            cast.organisations[side] = an_organisation(side)
            for role in roles:
                cast.people[side, role] = an_actor(role, organisation=cast.organisations[side])
    some_routes()
    register_kinds()
    register_subjects()
    install_shipped()
    return cast


def some_routes() -> None:
    """Short routes of both sides, and the shipped ones of results."""
    routes.install()
    known = set(db.session.scalars(select(RouteTemplate.code)))
    with transaction():
        for side, letter in (("ministry", "m"), ("corporation", "c")):
            code = f"agreement_{side}"
            if code not in known:
                db.session.add(RouteTemplate(code=code, name=code, stages=a_route(letter), created_at=clock.now()))


def a_route(letter: str) -> list[dict[str, Any]]:
    kinds = (("coord", "submission"), ("legal", "visa"), ("deputy", "visa"), ("signer", "signature"))
    return [
        {"rule": "all", "slots": [{"bind": "role", "roles": [f"{letter}_{role}"], "kind": kind, "label": role}]}
        for role, kind in kinds
    ]


def a_plan(cast: Cast, **fields: Any) -> Roadmap:
    """A draft plan for 2026–2028 with one section."""
    values: dict[str, Any] = {
        "title": "по развитию сотрудничества",
        "period_start": date(2026, 1, 1),
        "period_end": date(2028, 12, 31),
        "parties": [cast.organisations["ministry"].id, cast.organisations["corporation"].id],
    }
    plan = service.create_plan(NewPlan(**{**values, **fields}), cast.who("m_coord"))
    service.add_section(edition_of(plan).id, 1, "Организационное обеспечение", cast.who("m_coord"))
    return plan


def edition_of(plan: Roadmap, number: int = 1) -> Edition:
    return db.session.scalars(select(Edition).where(Edition.roadmap_id == plan.id, Edition.number == number)).one()


def an_item(cast: Cast, plan: Roadmap, section: int = 1, indicators: tuple[int, ...] = (), **terms: Any) -> Item:
    """An item of a draft plan, due at the end of 2026, with the ministry unless said otherwise."""
    values: dict[str, Any] = {
        "title": "Создание рабочей группы",
        "term_text": "до 31 декабря 2026 г.",
        "starts_on": date(2026, 1, 19),
        "due_on": date(2026, 12, 31),
        "responsible_side": "ministry",
        "unit": "Департамент",
        "result": "Утверждён состав",
        "document_kind": "приказ",
    }
    new = NewItem(section, {**values, **terms}, indicators=indicators)
    return service.add_item(edition_of(plan).id, new, cast.who("m_coord"))


def in_force(cast: Cast, plan: Roadmap, number: int = 1, register_number: str = "П-1") -> Edition:
    """The edition through both sides' routes, signed and registered."""
    edition = edition_of(plan, number)
    service.take_edition_step(edition.id, "submit_internal", cast.coordinator(edition.initiator_side), Ask())
    give_all(cast, "roadmap", edition.id)
    service.take_edition_step(edition.id, "to_signature", cast.who("m_coord"), Ask())
    give_all(cast, "roadmap", edition.id)
    register = Ask(data={"number": register_number, "signed_plan": "скан"})
    service.take_edition_step(edition.id, "approve", cast.who("m_control"), register)
    return edition_of(plan, number)


def give_all(cast: Cast, kind: str, subject_id: int, most: int = 20) -> None:
    """Everybody on whose desk the subject lies says yes, until nobody has it."""
    people = {actor.id: actor for actor in cast.people.values()}
    for _turn in range(most):
        row = db.session.execute(
            select(Desk.slot_id, Desk.person_id)
            .join(Slot, Slot.id == Desk.slot_id)
            .where(Desk.subject_kind == kind, Slot.round.has(subject_id=subject_id))
            .order_by(Desk.slot_id)
            .limit(1)
        ).first()
        if row is None:
            return
        decide(row.slot_id, "approved", people[row.person_id])
    raise AssertionError("the desks never emptied")


def occurrence_of(item: Item, period: str | None = None) -> Occurrence:
    """The occurrence of a period, or the one at work."""
    statement = select(Occurrence).where(Occurrence.item_id == item.id)
    if period is not None:
        return db.session.scalars(statement.where(Occurrence.period == period)).one()
    current = db.session.scalar(select(Item.current_id).where(Item.id == item.id))
    return db.session.scalars(statement.where(Occurrence.id == current)).one()


def step(occurrence: Occurrence, name: str, actor: Actor, comment: str = "", **data: Any) -> Occurrence:
    """Take a step of an occurrence and give the row as it is now."""
    service.take_item_step(occurrence.id, name, actor, Ask(comment=comment, data=data))
    return db.session.get_one(Occurrence, occurrence.id)


def evidence(occurrence: Occurrence, actor: Actor, purpose: str = "result", name: str = "приказ.pdf") -> int:
    return service.attach(occurrence.id, Upload(name, PDF), purpose, actor).id


def presented(cast: Cast, occurrence: Occurrence, side: str = "ministry", comment: str = "") -> Occurrence:
    """Started, proven and presented by the side's executor."""
    executor = cast.who("executor", side)
    if occurrence.state == "planned":
        step(occurrence, "start", executor)
    evidence(occurrence, executor)
    return step(occurrence, "submit", executor, comment)
