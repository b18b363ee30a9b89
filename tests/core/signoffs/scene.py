"""A stage for the sign-off engine: two organisations, their people, and a kind of subject of the tests' own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from core import clock
from core.accounts import actors
from core.accounts.access import set_readers
from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Organisation, Person
from core.audit.record import _head
from core.db import db, transaction
from core.signoffs import subjects
from core.signoffs.models import Round, RouteTemplate, Slot
from core.signoffs.models.rounds import PHASES
from core.signoffs.plan import Course, Facts, Party
from core.signoffs.service import rounds
from core.signoffs.subjects import Subject
from tests.builders import a_person, an_organisation

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A working Monday, 10:00 in Moscow."""
KIND = "thing"


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def lock(subject_id: int) -> object:
    """The things of these tests have no table: the lock is that of their chain of records, made where it is not."""
    return _head(KIND, subject_id)


@dataclass
class Told:
    """What the engine told the subject, in order."""

    ends: list[tuple[str, str]] = field(default_factory=list)
    decided: list[tuple[str, str]] = field(default_factory=list)


told = Told()


def on_round_end(current: Round, outcome: str, actor: Actor) -> None:
    """The simplest domain: every phase that passes opens the next that has slots; the last one closes the round."""
    told.ends.append((current.phase, outcome))
    if outcome == "rejected":
        return
    later = [phase for phase in PHASES[PHASES.index(current.phase) + 1 :] if _has(current, phase)]
    if later:
        rounds.open_phase(current, later[0])
        rounds.pass_phase(current, actor)
    else:
        rounds.close(current, "passed")


def _has(current: Round, phase: str) -> bool:
    return any(slot.phase == phase for slot in current.slots)


@contextmanager
def a_subject(**fields: Any) -> Iterator[Told]:
    """The tests' own kind, registered for the length of the block."""
    told.ends.clear()
    told.decided.clear()
    values: dict[str, Any] = {
        "kind": KIND,
        "label": "Предмет",
        "url": lambda subject_id: f"/things/{subject_id}",
        "lock": lock,
        "on_round_end": on_round_end,
        "on_decided": lambda slot, decision, actor: told.decided.append((slot.label, decision.verdict)),
        "may_coordinate": lambda subject_id, actor: actor.has("m_coord", "c_coord"),
    }
    before = dict(subjects._subjects)
    subjects.register(Subject(**{**values, **fields}))
    try:
        yield told
    finally:
        subjects._subjects.clear()
        subjects._subjects.update(before)


def a_template(stages: Sequence[Mapping[str, Any]], code: str = "route", same_person: bool = False) -> RouteTemplate:
    """A committed active route."""
    with transaction():
        row = RouteTemplate(
            code=code,
            name=code,
            stages=[{"rule": "all", "n": 1, **stage} for stage in stages],
            same_person=same_person,
            created_at=clock.now(),
        )
        db.session.add(row)
    return row


def a_slot(role: str, kind: str = "visa", **fields: Any) -> dict[str, Any]:
    return {"bind": "role", "roles": [role], "kind": kind, "days": 3, "label": role, **fields}


def a_stage(*slots: Mapping[str, Any], rule: str = "all", n: int = 1) -> dict[str, Any]:
    return {"rule": rule, "n": n, "slots": list(slots)}


@dataclass
class Scene:
    """Two organisations with one person for every role asked for."""

    ministry: Organisation
    corporation: Organisation
    people: dict[str, Person]

    def actor(self, role: str) -> Actor:
        return actors.by_id(self.people[role].id)

    def add(self, role: str, organisation: Organisation | None = None, name: str | None = None) -> Person:
        """One more person; kept under `name`."""
        home = organisation or (self.ministry if role.startswith("m_") else self.corporation)
        person = a_person(home, [role], surname=f"Фамилия{len(self.people)}")
        self.people[name or role] = person
        return person

    def party(self, organisation: Organisation, initiator: bool) -> Party:
        return Party(organisation.id, organisation.short_name, organisation.side, initiator)


M_ROLES = ("m_coord", "m_profile", "m_legal", "m_finance", "m_deputy", "m_signer", "m_control", "registrar")
C_ROLES = ("c_coord", "c_hr", "c_legal", "c_finance", "c_security", "c_deputy", "c_signer", "c_control")


def a_scene(roles: Sequence[str] = (*M_ROLES, *C_ROLES)) -> Scene:
    scene = Scene(an_organisation("ministry"), an_organisation("corporation"), {})
    for role in roles:
        scene.add(role, scene.ministry if role == "registrar" else None)
    return scene


def begin(scene: Scene, *stages: Sequence[Mapping[str, Any]], **about: Any) -> Round:
    """A committed round of a thing: the Ministry's stages, then the Corporation's (see `submission`)."""
    return submission(scene, *stages, **about)()


def submission(
    scene: Scene,
    m_stages: Sequence[Mapping[str, Any]],
    c_stages: Sequence[Mapping[str, Any]] = (),
    *,
    actor: Actor = SYSTEM,
    subject_id: int = 1,
    text: str = "текст 1",
    revision: int = 1,
    drafters: Sequence[int] = (),
    conditions: Mapping[str, bool] | None = None,
    same_person: bool = False,
) -> Callable[[], Round]:
    """What starts the round, ready for any thread: it holds no rows of this one's session."""
    parties = [scene.party(scene.ministry, True), scene.party(scene.corporation, False)]
    routes = [(f"m{subject_id}", m_stages), (f"c{subject_id}", c_stages)]

    def start() -> Round:
        with transaction():
            lock(subject_id)
            set_readers(KIND, subject_id, [party.organisation_id for party in parties])
            taken = [(party, code, stages) for party, (code, stages) in zip(parties, routes, strict=True) if stages]
            order = rounds.Start(
                kind=KIND,
                subject_id=subject_id,
                title=f"Предмет {subject_id}",
                revision=revision,
                document_hash=text_hash(text),
                courses=[Course(_route(code, stages, same_person), party) for party, code, stages in taken],
                parties=[party for party, _code, _stages in taken],
                facts=Facts(conditions or {}),
                drafters=drafters,
            )
            current = rounds.start(order, actor)
            rounds.pass_phase(current, actor)
        return current

    return start


def _route(code: str, stages: Sequence[Mapping[str, Any]], same_person: bool) -> RouteTemplate:
    found = db.session.scalars(select(RouteTemplate).where(RouteTemplate.code == code)).one_or_none()
    return found or a_template(stages, code, same_person)


def slot_of(current: Round, label: str) -> Slot:
    """The slot by its label, read anew."""
    return db.session.scalars(
        select(Slot).where(Slot.round_id == current.id, Slot.label == label).execution_options(populate_existing=True)
    ).one()


def states(current: Round) -> dict[str, str]:
    """Label → state of every slot, read anew."""
    rows = db.session.execute(select(Slot.label, Slot.state).where(Slot.round_id == current.id))
    return dict(rows.tuples().all())


__all__ = ["KIND", "MONDAY", "a_scene", "a_slot", "a_stage", "a_subject", "a_template", "begin", "slot_of"]
