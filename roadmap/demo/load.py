"""Loading the demo plan through the same services people use, with the clock set to each day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Protocol

from sqlalchemy import select

from core import clock
from core.accounts.actor import Actor
from core.clock import MOSCOW
from core.db import db
from core.documents.attachments import Upload
from core.signoffs.models import Desk, Slot
from core.signoffs.service import decide
from core.workflow import Ask
from roadmap import routes, service
from roadmap.demo import proceedings
from roadmap.demo.plan import END, INDICATORS, LINES, SECTIONS, SIDES, START, TITLE, Line
from roadmap.demo.story import SCENES, Scene
from roadmap.models import Edition, Indicator, Item, Occurrence, Roadmap
from roadmap.results import KIND as RESULT
from roadmap.service import NewIndicator, NewItem, NewPlan, NewValue
from roadmap.wording import points_of

DRAWN, AGREED, SIGNED = date(2026, 1, 12), date(2026, 1, 14), date(2026, 1, 16)
REGISTER_NUMBER = "2026-01/П-3"
EXECUTOR = {"m": "m.executor", "c": "c.executor", "b": "m.executor"}
EXECUTOR_OF_ORG = {"perm_aviation": "perm.aviation.law", "perm_motors": "perm.motors.law", "operator": "operator"}


class Company(Protocol):
    """The demo's cast: ids by key, and the actor behind a login."""

    organisations: dict[str, int]
    people: dict[str, int]

    def actor(self, login: str) -> Actor: ...


@contextmanager
def on(day: date, hour: int = 10, minute: int = 0) -> Iterator[None]:
    with clock.at(datetime.combine(day, time(hour, minute), MOSCOW)):
        yield


def load(company: Company) -> Roadmap:
    """The plan in force with every item in its present state; acts whose day has not come are left out."""
    today = clock.today()
    routes.install()
    coordinator = company.actor("m.coord")
    with on(DRAWN):
        plan = _plan(company, coordinator)
        indicators = _indicators(plan, coordinator)
        items = {line.code: _item(plan, line, company, indicators, coordinator) for line in LINES}
    _approve(plan, company)
    with on(SIGNED, 17):
        for line in LINES:
            own = company.actor("c.coord" if line.side == "c" else "m.coord")
            _assign(items[line.code], line, company, own)
            for before in line.after:
                service.add_dependency(items[line.code].id, items[before].id, own, blocking=False)
    stage = Stage(company, {line.code: line for line in LINES}, items, indicators)
    for scene in sorted(SCENES, key=lambda scene: scene.begun):
        stage.play(scene, today)
    proceedings.load(company, plan.id, items["6.1"].id)
    return plan


def _plan(company: Company, coordinator: Actor) -> Roadmap:
    parties = [company.organisations["ministry"], company.organisations["corporation"]]
    plan = service.create_plan(NewPlan(TITLE, START, END, parties, sample=True), coordinator)
    for number, title in SECTIONS.items():
        service.add_section(_edition(plan), number, title, coordinator)
    return plan


def _edition(plan: Roadmap) -> int:
    return db.session.scalars(select(Edition.id).where(Edition.roadmap_id == plan.id, Edition.number == 1)).one()


def _indicators(plan: Roadmap, coordinator: Actor) -> dict[str, Indicator]:
    found = {}
    for one in INDICATORS:
        new = NewIndicator(one["code"], one["name"], one["unit"], one["direction"], one["aggregation"])
        row = service.add_indicator(plan.id, new, coordinator)
        for year, value in zip(range(START.year, END.year + 1), one["plan"], strict=True):
            service.record_value(row.id, NewValue(str(year), "plan", value, source="план мероприятий"), coordinator)
        found[new.code] = row
    return found


def _item(plan: Roadmap, line: Line, company: Company, indicators: dict[str, Indicator], coordinator: Actor) -> Item:
    section, number = (int(part) for part in line.code.split("."))
    points = points_of("\n".join(f"{title} – {term}" for title, term in line.points))
    terms = {
        "title": line.title,
        "term_text": line.term,
        "starts_on": line.start,
        "due_on": line.due,
        "until_on": line.until,
        "recurrence": line.repeat,
        "for_previous": line.previous,
        "responsible_side": SIDES[line.side],
        "unit": line.unit,
        "organisation_id": company.organisations.get(line.org),
        "co_executors": line.co,
        "result": line.result,
        "document_kind": line.document,
        "document_template": line.template,
        "control_points": points,
        "legal_basis": line.basis,
    }
    linked = (indicators[line.indicator].id,) if line.indicator else ()
    return service.add_item(_edition(plan), NewItem(section, terms, number, linked), coordinator)


def _approve(plan: Roadmap, company: Company) -> None:
    """Both sides' routes, both signatures, the registrar."""
    edition = _edition(plan)
    with on(DRAWN, 16):
        service.take_edition_step(edition, "submit_internal", company.actor("m.coord"), Ask())
    sign_off(company, "roadmap", edition, DRAWN + timedelta(days=1))
    with on(AGREED, 17, 30):
        service.take_edition_step(edition, "to_signature", company.actor("m.coord"), Ask())
    sign_off(company, "roadmap", edition, SIGNED)
    with on(SIGNED, 16):
        register = Ask(data={"number": REGISTER_NUMBER, "signed_plan": "подписанный план, 2 экз. (образец)"})
        service.take_edition_step(edition, "approve", company.actor("m.control"), register)


def sign_off(company: Company, kind: str, subject_id: int, day: date) -> None:
    """Everybody on whose desk it lies says yes, a quarter of an hour apart, until the desks are empty."""
    logins = {person: login for login, person in company.people.items()}
    for turn in range(40):
        row = db.session.execute(
            select(Desk.slot_id, Desk.person_id)
            .join(Slot, Slot.id == Desk.slot_id)
            .where(Desk.subject_kind == kind, Slot.round.has(subject_id=subject_id))
            .order_by(Desk.slot_id, Desk.person_id)
            .limit(1)
        ).first()
        if row is None:
            return
        with on(day, 9 + turn // 4, turn % 4 * 15):
            decide(row.slot_id, "approved", company.actor(logins[row.person_id]))


def _assign(item: Item, line: Line, company: Company, coordinator: Actor) -> None:
    login = EXECUTOR_OF_ORG.get(line.org) or EXECUTOR[line.side]
    service.assign_executor(item.id, company.people[login], coordinator)


class Stage:
    """Plays scenes: each brings one occurrence to its state."""

    def __init__(
        self, company: Company, lines: dict[str, Line], items: dict[str, Item], indicators: dict[str, Indicator]
    ) -> None:
        self.company, self.lines, self.items, self.indicators = company, lines, items, indicators

    def play(self, scene: Scene, today: date) -> None:
        line = self.lines[scene.code]
        executor = self.company.actor(EXECUTOR_OF_ORG.get(line.org) or EXECUTOR[line.side])
        row = self._row(scene)
        if scene.begun > today:
            return
        with on(scene.begun, 11):
            service.take_item_step(row, "start", executor, Ask())
        if scene.end == "progress":
            self._tell(scene, row, executor, today)
        elif (scene.sent or scene.fact or today) <= today:
            self._present(scene, row, executor)
            self._judge(scene, row, today)

    def _row(self, scene: Scene) -> int:
        item_id = self.items[scene.code].id
        return db.session.scalars(
            select(Occurrence.id).where(Occurrence.item_id == item_id, Occurrence.period == scene.period)
        ).one()

    def _tell(self, scene: Scene, row: int, executor: Actor, today: date) -> None:
        told = scene.told or scene.begun
        if told > today:
            return
        data = {"percent": scene.percent, "risk": scene.risk, "forecast_on": scene.forecast or ""}
        with on(told, 15):
            service.take_item_step(row, "progress", executor, Ask(scene.note, data))

    def _present(self, scene: Scene, row: int, executor: Actor) -> None:
        line = self.lines[scene.code]
        assert scene.fact is not None
        late = "" if scene.end == "returned" else scene.note
        with on(scene.sent or scene.fact, 12):
            name = f"{line.document.partition(',')[0]} {scene.code}.pdf".replace("/", "-")
            service.attach(row, Upload(name, paper(f"{scene.code} {scene.period}")), "result", executor)
            if scene.value:
                indicator = self.indicators[line.indicator]
                service.enter_fact(row, indicator.id, scene.value, executor, source="сведения исполнителя (образец)")
            reason = late or ("Ожидали документы исполнителей" if scene.end == "returned" else "")
            service.take_item_step(row, "submit", executor, Ask(reason, {"fact_on": scene.fact}))

    def _judge(self, scene: Scene, row: int, today: date) -> None:
        day = (scene.sent or scene.fact or today) + timedelta(days=2)
        if day > today:
            return
        if scene.end == "done":
            sign_off(self.company, RESULT, row, day)
        elif scene.end == "confirmation":
            with on(day, 10):
                service.take_item_step(row, "accept", self._coordinator(scene), Ask())
        elif scene.end == "returned":
            with on(day, 10):
                service.take_item_step(row, "return", self._coordinator(scene), Ask(scene.note))

    def _coordinator(self, scene: Scene) -> Actor:
        return self.company.actor("c.coord" if self.lines[scene.code].side == "c" else "m.coord")


def paper(what: str) -> bytes:
    """A small PDF that says it is a sample, different for every item."""
    return (
        b"%PDF-1.4\n% obrazec " + what.encode() + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
        b"2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
