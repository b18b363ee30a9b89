"""Drawing a route: a template, the parties and the facts of the document give the slots with real names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.accounts.models import Organisation, Person, RoleHolding
from core.accounts.roles import ROLES, SIDE_OF_KIND, SIGNERS
from core.db import db
from core.errors import NotFound, NotNow, Reason
from core.signoffs.counting import QUORUM
from core.signoffs.models import RouteTemplate
from core.signoffs.words import named

PHASE_OF_KIND = {"signature": "signing", "registration": "registration"}


@dataclass(frozen=True)
class Party:
    """A party of the subject, as the route needs it. `initiator`: it drafted the text.

    `signatory`: the full name of the one who signs for it, where the document names him; `signatory_id`: the same as a
    person of the service, where he is known.
    """

    organisation_id: int
    name: str
    side: str
    initiator: bool = False
    signatory: str = ""
    signatory_id: int | None = None


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
    same_person: bool = False
    holders: tuple[Person, ...] = ()
    lookup: tuple[tuple[int, str], ...] = ()
    """(organisation, role) pairs whose people may decide it; more than one where any of several may."""
    person_id: int | None = None
    """The one person the template names."""

    @property
    def place(self) -> tuple[str, str, int]:
        return self.phase, self.track, self.stage


@dataclass(frozen=True)
class Facts:
    """What conditions and bindings ask of the document. `responsible_side` "both" is a joint item («Совместно»)."""

    conditions: Mapping[str, bool] = field(default_factory=dict)
    responsible_side: str = ""


@dataclass(frozen=True)
class Scene:
    """Who takes part: the parties, and those whom a template names though they are none."""

    parties: Sequence[Party]
    invited: Sequence[Party]
    facts: Facts


def template(code: str) -> RouteTemplate:
    """The active version of a route. Raises NotFound."""
    found = db.session.scalars(
        select(RouteTemplate).where(RouteTemplate.code == code, RouteTemplate.active)
    ).one_or_none()
    if found is None:
        raise NotFound(_("Маршрут «%(code)s» не заведён: обратитесь к администратору", code=code))
    return found


def draw(courses: Sequence[Course], parties: Sequence[Party], facts: Facts) -> list[PlannedSlot]:
    """Every slot of the courses with the people who hold it today. Two queries for all the people."""
    bare: list[PlannedSlot] = []
    named: set[tuple[str, int, int]] = set()
    scene = Scene(parties, _strangers(courses, parties), facts)
    for course in courses:
        for number, stage in enumerate(course.template.stages, start=1):
            for index, spec in enumerate(stage["slots"]):
                if spec.get("condition") and not facts.conditions.get(spec["condition"], False):
                    continue
                if spec.get("bind") in ("organisation", "person"):
                    # Drawn once, however many parties take this template: one place in the route, one decision.
                    if (course.template.code, number, index) in named:
                        continue
                    named.add((course.template.code, number, index))
                bare += _slots(course, number, stage, spec, scene)
    return _only_signatories(_with_holders(bare), parties)


def _only_signatories(slots: Sequence[PlannedSlot], parties: Sequence[Party]) -> list[PlannedSlot]:
    """Where one role does everything for a party, a signature is asked of its signatory alone.

    A signatory who is not among the holders (he does not use the service) leaves it to all of them: somebody records
    what he signed.
    """
    named = {party.organisation_id: party for party in parties}
    narrowed = []
    for slot in slots:
        party = named.get(slot.organisation_id)
        own = tuple(person for person in slot.holders if party and _is_signatory(person, party))
        asked = slot.kind == "signature" and slot.role not in SIGNERS and slot.person_id is None
        narrowed.append(replace(slot, holders=own) if asked and own else slot)
    return narrowed


def _is_signatory(person: Person, party: Party) -> bool:
    if party.signatory_id is not None:
        return person.id == party.signatory_id
    return bool(party.signatory) and _plain(person.full_name) == _plain(party.signatory)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())


def _strangers(courses: Sequence[Course], parties: Sequence[Party]) -> list[Party]:
    """Organisations that a template names though they are no party: an operator that reviews every draft."""
    specs = [spec for course in courses for stage in course.template.stages for spec in stage["slots"]]
    wanted = {spec["organisation_id"] for spec in specs if spec.get("bind") == "organisation"}
    people = {spec["person_id"] for spec in specs if spec.get("bind") == "person"}
    if people:
        wanted |= set(db.session.scalars(select(Person.organisation_id).where(Person.id.in_(people))))
    wanted -= {party.organisation_id for party in parties}
    if not wanted:
        return []
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    return [Party(row.id, row.short_name, SIDE_OF_KIND[row.kind]) for row in rows]


def _slots(
    course: Course,
    number: int,
    stage: Mapping[str, Any],
    spec: Mapping[str, Any],
    scene: Scene,
) -> list[PlannedSlot]:
    return [
        PlannedSlot(
            organisation_id=party.organisation_id,
            organisation=party.name,
            side=party.side,
            phase=_phase(spec["kind"], party, course),
            track=f"org:{course.party.organisation_id}" if course.party else "all",
            stage=number,
            rule=stage.get("rule", "all"),
            n=stage.get("n", 1),
            kind=_kind(spec["kind"], party),
            role=role,
            label=spec.get("label") or str(ROLES[role].label if role in ROLES else party.name),
            mandatory=spec.get("mandatory", True),
            days=spec.get("days", 3),
            same_person=course.template.same_person,
            lookup=lookup,
            person_id=spec["person_id"] if spec.get("bind") == "person" else None,
        )
        for party, role, lookup in _bound(course, spec, scene)
    ]


def _phase(kind: str, party: Party, course: Course) -> str:
    """A slot of a party's own track passes with that party, whoever is invited into it."""
    owner = course.party or party
    return PHASE_OF_KIND.get(kind, "own" if owner.initiator else "counterparty")


def _kind(kind: str, party: Party) -> str:
    """The drafter's submission mark; on any other side it is a visa like the rest."""
    return "visa" if kind == "submission" and not party.initiator else kind


Bound = tuple[Party, str, tuple[tuple[int, str], ...]]


def _bound(course: Course, spec: Mapping[str, Any], scene: Scene) -> list[Bound]:
    """The parties a slot is for, the role it carries there, and whose people may decide it."""
    bind, roles = spec.get("bind", "role"), spec.get("roles", [])
    if bind in ("person", "organisation"):
        return _named(spec, [*scene.parties, *scene.invited], roles)
    among = _among(course, bind, scene.parties, scene.facts)
    fitting = [(party, [role for role in roles if fits(role, party.side)]) for party in among]
    fitting = [(party, held) for party, held in fitting if held]
    if bind == "any_of" and fitting:
        lookup = tuple((party.organisation_id, role) for party, held in fitting for role in held)
        return [(fitting[0][0], fitting[0][1][0], lookup)]
    if bind == "role":
        return [(party, held[0], ((party.organisation_id, held[0]),)) for party, held in fitting[:1]]
    return [(party, held[0], tuple((party.organisation_id, role) for role in held)) for party, held in fitting]


def _named(spec: Mapping[str, Any], parties: Sequence[Party], roles: Sequence[str]) -> list[Bound]:
    organisation = spec.get("organisation_id")
    if spec["bind"] == "person":
        organisation = db.session.scalar(select(Person.organisation_id).where(Person.id == spec["person_id"]))
    role = roles[0] if roles else ""
    wanted = [party for party in parties if party.organisation_id == organisation]
    return [(party, role, tuple((party.organisation_id, each) for each in roles)) for party in wanted]


def _among(course: Course, bind: str, parties: Sequence[Party], facts: Facts) -> list[Party]:
    if course.party:
        return [course.party]
    if bind == "responsible_side":
        return [party for party in parties if facts.responsible_side in (party.side, "both")]
    if bind == "other_side":
        # A joint item has no other side: both have answered as the responsible ones.
        return [party for party in parties if facts.responsible_side not in (party.side, "both")]
    return list(parties)


def fits(role: str, side: str) -> bool:
    """Whether people of a side may hold the role."""
    return role in ROLES and ROLES[role].side in (side, "any")


def _with_holders(bare: Sequence[PlannedSlot]) -> list[PlannedSlot]:
    by_role = holders_of({organisation for slot in bare for organisation, _role in slot.lookup})
    by_id = _people({slot.person_id for slot in bare if slot.person_id is not None})
    full = []
    for slot in bare:
        people = [person for pair in slot.lookup for person in by_role.get(pair, [])]
        if slot.person_id is not None:
            people = [by_id[slot.person_id]] if slot.person_id in by_id else []
        full.append(replace(slot, holders=tuple(dict.fromkeys(people))))
    return full


def _people(ids: set[int]) -> dict[int, Person]:
    if not ids:
        return {}
    rows = db.session.scalars(select(Person).where(Person.id.in_(ids), Person.active))
    return {person.id: person for person in rows}


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


def decidable(slots: Iterable[PlannedSlot]) -> list[PlannedSlot]:
    """The slots that a round is frozen with: an optional place that nobody holds is left out."""
    return [slot for slot in slots if slot.holders or slot.mandatory]


def missing(slots: Iterable[PlannedSlot], parties: Sequence[Party] = ()) -> list[Reason]:
    """What keeps a route from starting: a role nobody holds, a quorum without people, a party without a slot."""
    slots = list(slots)
    reasons = [_nobody(slot) for slot in slots if not slot.holders and slot.mandatory]
    reasons += _empty_quorums(slots)
    served = {organisation for slot in slots for organisation in (slot.organisation_id, *(o for o, _r in slot.lookup))}
    reasons += [
        Reason(_("Для стороны «%(org)s» маршрут не задан", org=party.name), "route_defined_both_sides")
        for party in parties
        if party.organisation_id not in served
    ]
    return reasons


def _nobody(slot: PlannedSlot) -> Reason:
    return Reason(
        _("Роль «%(label)s» (%(org)s) никто не исполняет", label=named(slot.label), org=slot.organisation),
        "route_defined_both_sides",
        _("администратор: назначить роль сотруднику"),
    )


def _empty_quorums(slots: Sequence[PlannedSlot]) -> list[Reason]:
    """A stage of which some are enough, all of them optional, and nobody is there."""
    stages: dict[tuple[str, str, int], list[PlannedSlot]] = {}
    for slot in slots:
        if slot.rule in QUORUM and slot.kind != "acknowledgement":
            stages.setdefault(slot.place, []).append(slot)
    return [_nobody(stage[0]) for stage in stages.values() if not any(slot.holders or slot.mandatory for slot in stage)]


def warnings(slots: Sequence[PlannedSlot], drafters: Iterable[int] = ()) -> list[Reason]:
    """What would stop the round later: a visa only its drafters could give, one person alone in two places."""
    found: list[Reason] = []
    alone: dict[int, PlannedSlot] = {}
    for slot in slots:
        people = {person.id for person in slot.holders}
        if slot.kind == "visa" and people and people <= set(drafters):
            text = _("«%(label)s»: визу мог бы дать только тот, кто готовил проект", label=named(slot.label))
            found.append(Reason(text, "not_author", _("администратор: назначить роль ещё одному сотруднику")))
        if len(people) == 1 and not slot.same_person and slot.kind in ("visa", "signature", "registration"):
            other = alone.setdefault(next(iter(people)), slot)
            if other is not slot:
                pair = {"a": named(other.label), "b": named(slot.label)}
                text = _("«%(a)s» и «%(b)s» исполняет один и тот же человек", **pair)
                found.append(Reason(text, "not_decided_here_before", slot.holders[0].short_name))
    return found


def refuse_incomplete(slots: Sequence[PlannedSlot], parties: Sequence[Party]) -> None:
    """Raise NotNow with what the route lacks."""
    reasons = missing(slots, parties)
    if reasons:
        raise NotNow(_("Маршрут согласования неполон"), reasons=reasons)
