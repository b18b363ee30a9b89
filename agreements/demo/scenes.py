"""What has happened in the demo so far: agreements brought to their states by the people themselves, day by day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from agreements import service
from agreements.models import Agreement, AgreementParty, PaperCopy
from agreements.service import AgreementInput, PartyInput
from agreements.terms import latest
from core import clock
from core.accounts.actor import Actor
from core.calendar import add_working_days
from core.clock import MOSCOW
from core.db import db
from core.documents.attachments import Upload
from core.signoffs.given import Given
from core.signoffs.models import Desk, Round, Slot
from core.signoffs.service import decide
from core.workflow import Ask
from core.workflow.jobs import drain

if TYPE_CHECKING:
    from agreements.demo.load import Company

DIRECTIONS = [
    "развитие образовательно-производственных центров (кластеров) с участием организаций Корпорации",
    "практико-ориентированное обучение, наставничество и обновление образовательных программ",
    "целевое обучение с гарантией трудоустройства и планирование кадровой потребности",
    "профессиональная ориентация школьников, в том числе в рамках проекта «Билет в будущее»",
    "закрепление молодых специалистов на предприятиях и повышение престижа рабочих профессий",
]
COORDINATORS = [
    {
        "party": "Министерство",
        "position": "заместитель директора департамента",
        "fio": "Координаторова Мария Сергеевна",
        "phone": "+7 (495) 000-00-01",
        "email": "m.coord@obrazec.example",
    },
    {
        "party": "Корпорация",
        "position": "начальник управления",
        "fio": "Связнов Виктор Александрович",
        "phone": "+7 (495) 000-00-02",
        "email": "c.coord@obrazec.example",
    },
]
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"


class Stage:
    """Moves the clock from act to act; one working hour between two acts."""

    def __init__(self, company: Company, day: date) -> None:
        self.company, self.moment = company, datetime.combine(day, time(10, 5), MOSCOW)

    def next(self, hours: float = 1, days: int = 0) -> datetime:
        """Later the same working day, or so many working days on."""
        self.moment += timedelta(hours=hours)
        if days or self.moment.hour >= 18:
            day = add_working_days(self.moment.date(), max(days, 1))
            self.moment = datetime.combine(day, time(10, 5 + self.moment.minute % 50), MOSCOW)
        return self.moment

    def step(self, agreement: Agreement, name: str, login: str, ask: Ask | None = None, days: int = 0) -> None:
        with clock.at(self.next(days=days)):
            service.take_step(agreement.id, name, self.company.actor(login), ask)

    def decide_all(self, agreement: Agreement, days: int = 0, only: tuple[str, ...] = ()) -> None:
        """Everybody on whose desk the agreement lies decides in its favour, until nothing of it lies anywhere."""
        logins = {person_id: login for login, person_id in self.company.people.items()}
        while waiting := _on_desks(agreement):
            slot, people = waiting[0]
            login = next((logins[p] for p in people if not only or logins[p] in only), None)
            if login is None:
                return
            with clock.at(self.next(days=days)):
                decide(slot.id, "approved", self.company.actor(login), given=proof(slot))

    def decide(self, agreement: Agreement, login: str, verdict: str = "approved", days: int = 0, **given: Any) -> None:
        """One person decides what lies on his desk of the agreement."""
        mine = self.company.people[login]
        slot = next(slot for slot, people in _on_desks(agreement) if mine in people)
        with clock.at(self.next(days=days)):
            decide(slot.id, verdict, self.company.actor(login), **{"given": proof(slot, verdict), **given})


DETACHED = b"0\x82\x01\x00" + "подпись-образец".encode()


def proof(slot: Slot, verdict: str = "approved", **changed: str) -> Given:
    """What a signature or a refusal to sign is recorded with; nothing for other places. The samples are invented."""
    if slot.kind != "signature":
        return Given()
    if verdict == "rejected":
        return Given({"letter_number": "01-15/7", "letter_date": clock.today().isoformat()})
    today, agreement = clock.today(), db.session.get_one(Agreement, slot.round.subject_id)
    signatory = party(agreement, slot.organisation_id).signatory
    values = {
        "certificate": f"образец {slot.id:06d}",
        "owner": signatory.full_name if signatory else "",
        "valid_from": (today - timedelta(days=90)).isoformat(),
        "valid_to": (today + timedelta(days=275)).isoformat(),
    }
    return Given({**values, **changed}, {"signature": Upload(f"подпись-{slot.id}.sig", DETACHED)})


def _on_desks(agreement: Agreement) -> list[tuple[Slot, list[int]]]:
    rows = db.session.execute(
        select(Slot, Desk.person_id)
        .join(Desk, Desk.slot_id == Slot.id)
        .join(Round, Round.id == Slot.round_id)
        .where(Round.subject_kind == "agreement", Round.subject_id == agreement.id, Slot.kind != "registration")
        .order_by(Slot.stage, Slot.id, Desk.person_id.desc())
    )
    found: dict[int, tuple[Slot, list[int]]] = {}
    for slot, person_id in rows:
        found.setdefault(slot.id, (slot, []))[1].append(person_id)
    return list(found.values())


def tell(company: Company) -> None:
    """All scenes, oldest first; dates are counted back from today."""
    from agreements.demo.fanout import model_sent_out

    framework = cooperation_of_2023(company)
    today = clock.today()
    amendment_on_its_way(company, framework, add_back(today, 9))
    guidance_waits_for_signature(company, add_back(today, 24))
    cluster_in_draft(company, add_back(today, 2))
    model_sent_out(company, add_back(today, 12))


def add_back(day: date, working_days: int) -> date:
    """So many working days before `day`."""
    from core.calendar import is_working

    while working_days:
        day -= timedelta(days=1)
        working_days -= is_working(day)
    return day


def sides(company: Company) -> list[PartyInput]:
    return [PartyInput(company.organisations["ministry"]), PartyInput(company.organisations["corporation"])]


def cooperation(company: Company, title: str, **fields: Any) -> AgreementInput:
    return AgreementInput(
        kind="cooperation",
        title=title,
        parties=sides(company),
        city="г. Москва",
        data={"directions": DIRECTIONS, "coordinators": COORDINATORS},
        public_info=True,
        **fields,
    )


def cooperation_of_2023(company: Company) -> Agreement:
    """The agreement of January 2023, registered and in force; its text is ours, marked «образец»."""
    stage = Stage(company, date(2022, 12, 12))
    with clock.at(stage.next()):
        agreement = _create(
            cooperation(
                company,
                "Соглашение о сотрудничестве и партнёрстве (образец)",
                term_type="until",
                valid_until=date(2027, 12, 31),
                prolong_years=3,
            ),
            company.actor("m.coord"),
        )
    to_registration(stage, agreement, ("m.control", "c.control"), sign_day=date(2023, 1, 16))
    return agreement


def _create(entered: AgreementInput, actor: Actor) -> Agreement:
    agreement = service.create(entered, actor)
    agreement.sample = True
    db.session.commit()
    return agreement


def to_registration(
    stage: Stage, agreement: Agreement, registrars: tuple[str, str], sign_day: date | None = None
) -> None:
    """From the draft through both sides' routes, both signatures and both journals."""
    stage.step(agreement, "submit", "m.coord")
    stage.decide_all(agreement)
    if sign_day:
        stage.moment = datetime.combine(sign_day, time(10, 0), MOSCOW)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "paper"}))
    stage.decide_all(agreement)
    for copy in db.session.scalars(select(PaperCopy).where(PaperCopy.agreement_id == agreement.id)).all():
        with clock.at(stage.next(0.2)):
            service.return_copy(copy.id, stage.company.actor("m.control"), Upload("экземпляр.pdf", SCAN))
    for login in registrars:
        step = "register" if login == registrars[0] else "register_next"
        stage.step(agreement, step, login)
    with clock.at(stage.next(0.1)):
        drain()


def amendment_entered(company: Company, framework: Agreement, today: date) -> AgreementInput:
    """A supplementary agreement: three clauses restated after the law of 23.07.2025."""
    clauses = {clause["number"]: clause for clause in _clauses(framework)}
    return AgreementInput(
        kind="supplementary",
        title="Дополнительное соглашение № 1 (образец)",
        parties=sides(company),
        city="г. Москва",
        parent_id=framework.id,
        public_info=True,
        data={
            "effective_from": date(today.year + 1, 1, 1).isoformat(),
            "changes": [
                _restated(clauses["1.2"], LAWS),
                _restated(clauses["5.3"], BOTH_SIDES),
                {
                    "action": "add",
                    "clause_id": clauses["4.4"]["id"],
                    "new_id": "a45",
                    "number": "4.5",
                    "text": COUNCILS,
                },
            ],
        },
    )


def _clauses(framework: Agreement) -> list[dict[str, Any]]:
    edition = latest(framework.id)
    assert edition is not None
    return edition.clauses


def _restated(clause: dict[str, Any], text: str) -> dict[str, Any]:
    return {"action": "restate", "clause_id": clause["id"], "number": clause["number"], "text": text}


LAWS = (
    "Сотрудничество осуществляется в соответствии с Конституцией Российской Федерации, Федеральным законом "
    "от 29 декабря 2012 г. № 273-ФЗ «Об образовании в Российской Федерации» в редакции Федерального закона "
    "от 23 июля 2025 г. № 253-ФЗ, иными нормативными правовыми актами Российской Федерации и настоящим Соглашением "
    "на принципах законности, равноправия, добровольности и взаимной заинтересованности"
)
BOTH_SIDES = (
    "План мероприятий и изменения к нему вступают в силу после утверждения обеими Сторонами. Перенос срока, замена "
    "исполнителя и изменение ожидаемого результата мероприятия оформляются запросом на изменение, который "
    "рассматривает другая Сторона в течение 5 (пяти) рабочих дней"
)
COUNCILS = (
    "Стороны содействуют включению представителей организаций Корпорации в управляющие советы профессиональных "
    "образовательных организаций и определению опорных работодателей"
)


def amendment_on_its_way(company: Company, framework: Agreement, day: date) -> Agreement:
    """The draft supplementary agreement: the Ministry's departments have it now."""
    stage = Stage(company, day)
    with clock.at(stage.next()):
        agreement = _create(amendment_entered(company, framework, clock.today()), company.actor("m.coord"))
    stage.step(agreement, "submit", "m.coord")
    stage.decide(agreement, "m.profile", days=2)
    return agreement


def guidance_waits_for_signature(company: Company, day: date) -> Agreement:
    """An agreement the Minister has signed; it waits for the other signature."""
    stage = Stage(company, day)
    with clock.at(stage.next()):
        agreement = _create(
            cooperation(
                company,
                "Соглашение о взаимодействии в сфере профориентации школьников (образец)",
                term_type="until",
                valid_until=date(clock.today().year + 3, 8, 31),
            ),
            company.actor("m.coord"),
        )
    stage.step(agreement, "submit", "m.coord")
    stage.decide_all(agreement, days=1)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}), days=1)
    stage.decide(agreement, "m.signer", days=1)
    return agreement


def cluster_in_draft(company: Company, day: date) -> Agreement:
    """A cluster partnership of six, drafted by the base college and sent to the parties' lawyers."""
    stage = Stage(company, day)
    keys = (
        ("perm_authority", "authority"),
        ("perm_aviation", "base_college"),
        ("perm_polytech", "network_college"),
        ("perm_motors", "anchor_employer"),
        ("perm_instruments", "employer"),
        ("corporation", "initiator"),
    )
    with clock.at(stage.next()):
        return _create(
            AgreementInput(
                kind="partnership",
                title="Соглашение о партнёрстве: кластер авиационного двигателестроения, Пермский край (образец)",
                parties=[PartyInput(company.organisations[key], role=role) for key, role in keys],
                city="г. Пермь",
                data=cluster_data(),
                public_info=True,
                financial_terms=True,
            ),
            company.actor("perm.aviation"),
        )


def cluster_data() -> dict[str, Any]:
    """The fields of the partnership agreement, as its shipped sample has them."""
    from core.documents import kinds

    sample = kinds.kind("partnership").sample()
    ours = {"number", "date", "city", "copies", "parties", "doc"}
    return {name: value for name, value in sample.items() if name not in ours}


def party(agreement: Agreement, organisation_id: int) -> AgreementParty:
    return next(p for p in agreement.parties if p.organisation_id == organisation_id)
