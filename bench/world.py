"""A database of the size asked for, filled by plain inserts: what the lists and pages of the benchmark read."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import insert

from agreements.models import Agreement, AgreementParty, Revision
from app import create_app
from core.accounts.models import AuthSession, Organisation, Person, Reader, RoleHolding, Signatory
from core.accounts.signin import token_hash
from core.audit.models import AuditRecord
from core.db import db, transaction
from core.documents.issuing import install_shipped
from core.documents.models import DocumentTemplate, IssuedDocument
from core.signoffs.models import Desk, Round, Slot, SlotHolder
from roadmap.models import Edition, Item, ItemTerms, Occurrence, Roadmap, RoadmapParty, RoadmapSection

NOW = datetime.now(UTC)
TODAY = NOW.date()
CHUNK = 2000
STATES = ("registered", "own_approval", "counterparty_review", "signing", "draft", "registered", "registered")
HISTORY = 45


@dataclass
class World:
    """An application over a filled database, and the cookie of its ministry's coordinator."""

    app: APIFlask
    size: int
    cookie: str
    person_id: int
    agreement_id: int
    roadmap_id: int
    task_ids: list[int]


def build(folder: Path, size: int, address: str | None = None) -> World:
    """A new database of `size` agreements, `size` roadmap items and `size` tasks (a twentieth on one desk)."""
    folder.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = {"INSTANCE": str(folder), "SESSION_COOKIE_SECURE": False}
    if address:
        settings["SQLALCHEMY_DATABASE_URI"] = address
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        install_shipped()
        token = secrets.token_urlsafe(32)
        with transaction():
            person_id = people(token)
            agreements(size)
            tasks(size, person_id)
            roadmap(size)
        with transaction():
            if db.engine.dialect.name == "postgresql":
                db.session.execute(db.text("ANALYZE"))
            else:
                db.session.execute(db.text("ANALYZE"))
    return World(app, size, token, person_id, size // 2, 1, [])


def rows(table: Any, values: Iterator[dict[str, Any]]) -> None:
    """Insert in chunks."""
    chunk: list[dict[str, Any]] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == CHUNK:
            db.session.execute(insert(table), chunk)
            chunk = []
    if chunk:
        db.session.execute(insert(table), chunk)


def people(token: str) -> int:
    """Two organisations, a coordinator and seven colleagues of each, one session of the first."""
    for number, (kind, name) in enumerate((("ministry", "Министерство"), ("corporation", "Корпорация")), start=1):
        db.session.add(Organisation(id=number, kind=kind, full_name=name, short_name=name, alias=name))
        db.session.flush()
        db.session.add(
            Signatory(organisation_id=number, full_name="Петров Пётр Петрович", position="Глава", basis="Устав")
        )
    roles = ("m_coord", "m_legal", "m_finance", "m_deputy", "m_signer", "m_control", "m_profile", "executor")
    for number in range(1, 17):
        organisation = 1 if number <= 8 else 2
        role = roles[(number - 1) % 8]
        role = role if organisation == 1 or role == "executor" else role.replace("m_", "c_").replace("profile", "hr")
        db.session.add(
            Person(
                id=number,
                organisation_id=organisation,
                surname=f"Сотрудников{number}",
                given_name="Иван",
                patronymic="Иванович",
                email=f"p{number}@bench.example",
                position="Специалист",
                forms={},
                roles=[RoleHolding(role=role)],
            )
        )
    db.session.flush()
    db.session.add(
        AuthSession(
            token_hash=token_hash(token),
            person_id=1,
            method="password",
            created_at=NOW,
            expires_at=NOW + timedelta(days=2),
        )
    )
    db.session.flush()
    return 1


def agreements(size: int) -> None:
    """`size` agreements of two parties; the middle one has revisions, documents and a history."""
    rows(Agreement, (agreement(number) for number in range(1, size + 1)))
    rows(AgreementParty, (party(n, p) for n in range(1, size + 1) for p in (1, 2)))
    rows(Reader, (reader("agreement", n, o) for n in range(1, size + 1) for o in (1, 2)))
    middle = size // 2
    template_id = db.session.scalars(
        db.select(DocumentTemplate.id).where(DocumentTemplate.kind == "cooperation")
    ).first()
    for number in range(1, 4):
        document = IssuedDocument(
            code=f"B{number:03d}-0000-0000", kind="cooperation", subject_kind="agreement", subject_id=middle,
            revision=number, rendition="submitted", title="Соглашение", file_name=f"Соглашение {number}.docx",
            template_id=template_id, snapshot={}, sha256=f"{number:064d}", content_sha256=f"{number:064d}",
            size=20000, engine="bench", author_name="Иванов И.И.", issued_at=NOW,
        )  # fmt: skip
        db.session.add(document)
        db.session.flush()
        db.session.add(
            Revision(
                agreement_id=middle, number=number, current=number == 3, data={}, clauses=[], drafters=[1],
                document_id=document.id, document_hash=f"{number:064d}", created_at=NOW, created_name="Иванов И.И.",
            )
        )  # fmt: skip
        db.session.flush()
    rows(AuditRecord, (record("agreement", middle, number) for number in range(1, HISTORY + 1)))


def agreement(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "cooperation",
        "title": f"Соглашение о партнёрстве участников кластера № {number}",
        "initiator_id": 1,
        "state": STATES[number % len(STATES)],
        "number": f"2026-С/{number}",
        "data": {},
        "clauses": [],
        "drafters": [1],
        "moved_at": NOW,
        "created_at": NOW,
        "signed_on": TODAY,
        "valid_until": TODAY + timedelta(days=number % 900),
        "version": 1,
    }


def party(number: int, position: int) -> dict[str, Any]:
    return {"agreement_id": number, "organisation_id": position, "position": position, "signatory_id": position}


def reader(kind: str, number: int, organisation_id: int) -> dict[str, Any]:
    return {"subject_kind": kind, "subject_id": number, "organisation_id": organisation_id, "why": "party"}


def record(kind: str, subject_id: int, seq: int) -> dict[str, Any]:
    return {
        "subject_kind": kind, "subject_id": subject_id, "seq": seq, "at": NOW, "actor_id": 1,
        "actor_name": "Иванов Иван Иванович", "organisation_id": 1, "organisation_name": "Министерство",
        "step": "submit", "from_state": "draft", "to_state": "own_approval", "comment": "", "data": {},
        "previous_hash": f"{seq:064d}", "hash": f"{seq + 1:064d}",
    }  # fmt: skip


def tasks(size: int, person_id: int) -> None:
    """`size` open tasks, one round each; a twentieth of them (at most 5,000) on the coordinator's desk."""
    mine = min(size // 20, 5000)
    rows(
        Round,
        (
            {
                "id": n, "subject_kind": "agreement", "subject_id": n, "number": 1, "revision": 1,
                "title": f"Соглашение о партнёрстве участников кластера № {n}", "document_hash": f"{n:064d}",
                "state": "open", "phase": "own", "initiator_id": 1, "drafters": [16], "facts": {}, "templates": [],
                "opened_at": NOW,
            }
            for n in range(1, size + 1)
        ),
    )  # fmt: skip
    rows(
        Slot,
        (
            {
                "id": n, "round_id": n, "organisation_id": 1, "side": "ministry", "phase": "own", "track": "org:1",
                "stage": 1, "rule": "all", "n": 1, "kind": "visa", "role": "m_coord", "label": "Координатор",
                "mandatory": True, "days": 3, "state": "assigned", "assigned_at": NOW, "moved_at": NOW,
                "due_at": NOW + timedelta(minutes=n), "version": 1,
            }
            for n in range(1, size + 1)
        ),
    )  # fmt: skip

    def holder(n: int) -> int:
        return person_id if n <= mine else 2 + n % 7

    rows(
        SlotHolder,
        (
            {"slot_id": n, "person_id": holder(n), "organisation_id": 1, "name": "И.И. Иванов"}
            for n in range(1, size + 1)
        ),
    )
    rows(
        Desk,
        (
            {
                "slot_id": n, "person_id": holder(n), "organisation_id": 1, "kind": "visa",
                "subject_kind": "agreement",
                "due_at": NOW + timedelta(minutes=n),
            }
            for n in range(1, size + 1)
        ),
    )  # fmt: skip


def roadmap(size: int) -> None:
    """One plan in force with `size` items in eight sections."""
    db.session.add(
        Roadmap(
            id=1, title="по развитию сотрудничества", period_start=date(2026, 1, 1), period_end=date(2028, 12, 31),
            created_at=NOW,
        )
    )  # fmt: skip
    db.session.flush()
    for position, side in enumerate(("ministry", "corporation"), start=1):
        db.session.add(RoadmapParty(roadmap_id=1, organisation_id=position, side=side, position=position))
    for number in range(1, 9):
        db.session.add(RoadmapSection(roadmap_id=1, number=number, title=f"Раздел {number}"))
    db.session.add(
        Edition(id=1, roadmap_id=1, number=1, initiator_side="ministry", state="in_force", created_at=NOW, drafters=[])
    )
    db.session.flush()
    rows(Reader, (reader(kind, 1, o) for kind in ("roadmap_plan", "roadmap") for o in (1, 2)))
    rows(Reader, (reader("roadmap_item", n, o) for n in range(1, size + 1) for o in (1, 2)))
    rows(Item, (item(n) for n in range(1, size + 1)))
    rows(ItemTerms, (terms(n) for n in range(1, size + 1)))
    rows(Occurrence, (occurrence(n) for n in range(1, size + 1)))


def item(n: int) -> dict[str, Any]:
    section, number = (n - 1) % 8 + 1, (n - 1) // 8 + 1
    return {
        "id": n, "roadmap_id": 1, "section": section, "number": number, "code": f"{section}.{number}",
        "terms_id": n, "current_id": n, "dropped": False,
    }  # fmt: skip


def terms(n: int) -> dict[str, Any]:
    return {
        "id": n, "edition_id": 1, "item_id": n, "frozen": True, "version": 1,
        "title": f"Заключение соглашений о партнёрстве в кластерах, создаваемых в 2026 году, часть {n}",
        "term_text": "до 1 декабря 2026 г.", "due_on": TODAY + timedelta(days=n % 300 - 60), "recurrence": "once",
        "period_dates": {}, "responsible_side": ("ministry", "corporation", "both")[n % 3], "unit": "Департамент",
        "co_organisations": [], "control_points": [], "result": "Заключены соглашения",
        "document_kind": "соглашение",
    }  # fmt: skip


def occurrence(n: int) -> dict[str, Any]:
    return {
        "id": n, "item_id": n, "period": "", "ordinal": 1, "due_on": TODAY + timedelta(days=n % 300 - 60),
        "state": ("planned", "in_progress", "on_review", "done")[n % 4], "moved_at": NOW, "version": 1,
        "control_facts": {},
    }  # fmt: skip
