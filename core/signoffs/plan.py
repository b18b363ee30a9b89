"""Drawing a route: a template, a party and the facts of the document give the slots with real names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.accounts.models import Organisation, Person, RoleHolding
from core.accounts.roles import ROLES
from core.db import db
from core.errors import NotFound, NotNow, Reason
from core.signoffs.models import RouteTemplate

PHASE_OF_KIND = {"signature": "signing", "registration": "registration"}


@dataclass(frozen=True)
class Party:
    """A party of the subject, as the route needs it. `initiator`: it drafted the text."""

    organisation_id: int
    name: str
    side: str
    initiator: bool = False


@dataclass(frozen=True)
class Course:
    """A template to draw slots from: for one party, or (party None) across all parties."""

    template: RouteTemplate
    party: Party | None = None


@dataclass(frozen=True)
class PlannedSlot:
    """A slot before the start: who would decide it. No holders means nobody holds the role."""

    organisation_id: int
    organisation: str
    side: str
    phase: str
    track: str
    stage: int
    rule: str
    n: int
    kind: str
    role: str
    label: str
    mandatory: bool
    days: int
    holders: tuple[Person, ...] = ()
    lookup: tuple[tuple[int, str], ...] = ()
    """(organisation, role) pairs whose people may decide it; more than one where any of several may."""


@dataclass(frozen=True)
class Facts:
    """What conditions and bindings ask of the document."""

    conditions: Mapping[str, bool] = field(default_factory=dict)
    responsible_side: str = ""


def template(code: str) -> RouteTemplate:
    """The active version of a route. Raises NotFound."""
    found = db.session.scalars(
        select(RouteTemplate).where(RouteTemplate.code == code, RouteTemplate.active)
    ).one_or_none()
    if found is None:
        raise NotFound(_("Маршрут «%(code)s» не заведён: обратитесь к администратору", code=code))
    return found


def draw(courses: Sequence[Course], parties: Sequence[Party], facts: Facts) -> list[PlannedSlot]:
    """Every slot of the courses with the people who hold it today. One query for all the people."""
    bare: list[PlannedSlot] = []
    for course in courses:
        for number, stage in enumerate(course.template.stages, start=1):
            for spec in stage["slots"]:
                if spec.get("condition") and not facts.conditions.get(spec["condition"], False):
                    continue
                bare += _slots(course, number, stage, spec, parties, facts)
    return _with_holders(bare, _named_people(courses))


def _slots(
    course: Course,
    number: int,
    stage: Mapping[str, Any],
    spec: Mapping[str, Any],
    parties: Sequence[Party],
    facts: Facts,
) -> list[PlannedSlot]:
    return [
        PlannedSlot(
            organisation_id=party.organisation_id,
            organisation=party.name,
            side=party.side,
            phase=_phase(spec["kind"], party),
            track=f"org:{course.party.organisation_id}" if course.party else "all",
            stage=number,
            rule=stage.get("rule", "all"),
            n=stage.get("n", 1),
            kind=_kind(spec["kind"], number, party),
            role=role,
            label=spec.get("label") or str(ROLES[role].label if role in ROLES else party.name),
            mandatory=spec.get("mandatory", True),
            days=spec.get("days", 3),
            lookup=lookup,
        )
        for party, role, lookup in _bound(course, spec, parties, facts)
    ]


def _phase(kind: str, party: Party) -> str:
    return PHASE_OF_KIND.get(kind, "own" if party.initiator else "counterparty")


def _kind(kind: str, stage: int, party: Party) -> str:
    """The first stage is the drafter's submission mark; on the other side it is a visa like any other."""
    if kind == "submission":
        return "submission" if party.initiator else "visa"
    return kind


Bound = tuple[Party, str, tuple[tuple[int, str], ...]]


def _bound(course: Course, spec: Mapping[str, Any], parties: Sequence[Party], facts: Facts) -> list[Bound]:
    """The parties a slot is for, the role it carries there, and whose people may decide it."""
    bind, roles = spec.get("bind", "role"), spec.get("roles", [])
    if bind in ("person", "organisation"):
        role = roles[0] if roles else ""
        wanted = [p for p in parties if p.organisation_id == spec["organisation_id"]]
        return [(p, role, ((p.organisation_id, role),)) for p in wanted]
    among = [course.party] if course.party else list(parties)
    if bind == "responsible_side":
        among = [p for p in among if facts.responsible_side in (p.side, "both")]
    elif bind == "other_side":
        among = [p for p in among if p.side != facts.responsible_side]
    pairs = [(party, role) for party in among for role in roles if fits(role, party.side)]
    if bind == "any_of" and pairs:
        return [(*pairs[0], tuple((party.organisation_id, role) for party, role in pairs))]
    chosen = pairs[:1] if bind == "role" else pairs
    return [(party, role, ((party.organisation_id, role),)) for party, role in chosen]


def fits(role: str, side: str) -> bool:
    """Whether people of a side may hold the role."""
    return role in ROLES and ROLES[role].side in (side, "any")


def _named_people(courses: Sequence[Course]) -> dict[str, list[int]]:
    """Slots bound to a person by the template: label → person ids."""
    named: dict[str, list[int]] = {}
    for course in courses:
        for stage in course.template.stages:
            for spec in stage["slots"]:
                if spec.get("bind") == "person":
                    named.setdefault(spec["label"], []).append(spec["person_id"])
    return named


def _with_holders(bare: list[PlannedSlot], named: Mapping[str, list[int]]) -> list[PlannedSlot]:
    by_role = holders_of({organisation for slot in bare for organisation, _role in slot.lookup})
    by_id = {p.id: p for p in _people({i for ids in named.values() for i in ids})}
    full = []
    for slot in bare:
        people = [person for pair in slot.lookup for person in by_role.get(pair, [])]
        if slot.label in named:
            people = [by_id[i] for i in named[slot.label] if i in by_id]
        full.append(replace(slot, holders=tuple(dict.fromkeys(people))))
    return full


def _people(ids: set[int]) -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids), Person.active))) if ids else []


def holders_of(organisations: Iterable[int]) -> dict[tuple[int, str], list[Person]]:
    """(organisation, role) → the people who hold it today."""
    day = clock.today()
    held: dict[tuple[int, str], list[Person]] = {}
    rows = db.session.execute(
        select(RoleHolding, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(Person.organisation_id.in_(set(organisations)), Person.active)
        .order_by(Person.id)
    )
    for holding, person in rows:
        if holding.valid_on(day):
            held.setdefault((person.organisation_id, holding.role), []).append(person)
    return held


def missing(slots: Iterable[PlannedSlot], parties: Sequence[Party] = ()) -> list[Reason]:
    """What keeps a route from starting: a slot nobody holds, a party without a slot."""
    slots = list(slots)
    reasons = [
        Reason(
            _("Роль «%(label)s» (%(org)s) никто не исполняет", label=slot.label, org=slot.organisation),
            "route_defined_both_sides",
            _("администратор: назначить роль сотруднику"),
        )
        for slot in slots
        if not slot.holders and slot.mandatory
    ]
    served = {slot.organisation_id for slot in slots}
    reasons += [
        Reason(_("Для стороны «%(org)s» маршрут не задан", org=party.name), "route_defined_both_sides")
        for party in parties
        if party.organisation_id not in served
    ]
    return reasons


def refuse_incomplete(slots: Sequence[PlannedSlot], parties: Sequence[Party]) -> None:
    """Raise NotNow with what the route lacks."""
    reasons = missing(slots, parties)
    if reasons:
        raise NotNow(_("Маршрут согласования неполон"), reasons=reasons)

