"""A desk to test pages at: a round over a real document, people signed in, queries counted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from apiflask import APIFlask
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import event, select

from core import clock
from core.accounts.access import set_readers
from core.accounts.models import Person
from core.db import db, transaction
from core.documents.models import DocumentTemplate, IssuedDocument
from core.signoffs.models import Desk, Round, Slot, SlotHolder
from core.signoffs.plan import Course
from core.signoffs.service import rounds
from core.store import files
from tests.builders import sign_in
from tests.core.signoffs.scene import KIND, Scene, a_template

TITLE = "Дополнительное соглашение № 1 к Соглашению о сотрудничестве и партнёрстве"
CLAUSES = ("1. Предмет", "1.1. Стороны сотрудничают.", "1.2. План утверждают руководители Сторон.")


def a_docx(clauses: Sequence[str] = CLAUSES) -> bytes:
    """A document whose clauses begin with typed numbers."""
    document, kept = Document(), io.BytesIO()
    for clause in clauses:
        document.add_paragraph(clause)
    document.save(kept)
    return kept.getvalue()


def a_text(subject_id: int = 1, clauses: Sequence[str] = CLAUSES, revision: int = 1) -> str:
    """A stored and issued document of a thing; its SHA-256."""
    content = a_docx(clauses)
    with transaction():
        template = db.session.scalars(select(DocumentTemplate).where(DocumentTemplate.kind == KIND)).first()
        if template is None:
            template = DocumentTemplate(kind=KIND, version=1, title=KIND, sha256="0" * 64, created_at=clock.now())
            db.session.add(template)
            db.session.flush()
        sha256 = files().put(content)
        db.session.add(
            IssuedDocument(
                code=f"{subject_id}-{revision}",
                kind=KIND,
                subject_kind=KIND,
                subject_id=subject_id,
                revision=revision,
                rendition="submitted",
                title=TITLE,
                file_name=f"{TITLE}, редакция {revision}.docx",
                template_id=template.id,
                snapshot={},
                sha256=sha256,
                content_sha256=sha256,
                size=len(content),
                engine="test",
                author_name="Система",
                issued_at=clock.now(),
            )
        )
    return sha256


def a_round(
    scene: Scene,
    m_stages: Sequence[Mapping[str, Any]],
    c_stages: Sequence[Mapping[str, Any]] = (),
    *,
    subject_id: int = 1,
    clauses: Sequence[str] = CLAUSES,
    revision: int = 1,
    title: str = TITLE,
    drafters: Sequence[int] = (),
) -> Round:
    """A committed round over a real document: the Ministry's stages, then the Corporation's."""
    codes = (f"m{subject_id}r{revision}", f"c{subject_id}r{revision}")
    parties = [scene.party(scene.ministry, True), scene.party(scene.corporation, False)]
    courses = [Course(a_template(m_stages, codes[0]), parties[0])]
    if c_stages:
        courses.append(Course(a_template(c_stages, codes[1]), parties[1]))
    order = rounds.Start(
        kind=KIND,
        subject_id=subject_id,
        title=title,
        revision=revision,
        document_hash=a_text(subject_id, clauses, revision),
        courses=courses,
        parties=parties[: len(courses)],
        drafters=drafters,
    )
    with transaction():
        set_readers(KIND, subject_id, [scene.ministry.id, scene.corporation.id])
        if revision > 1:
            rounds.supersede(KIND, subject_id, f"новая редакция {revision}")
        current = rounds.start(order, scene.actor("m_coord"))
        rounds.pass_phase(current, scene.actor("m_coord"))
    return current


def many_tasks(scene: Scene, person: Person, count: int) -> None:
    """So many visas on one person's desk, each of its own thing: put there directly, for the size of lists only."""
    now = clock.now()
    with transaction():
        for number in range(1000, 1000 + count):
            set_readers(KIND, number, [scene.ministry.id])
            current = Round(
                subject_kind=KIND, subject_id=number, number=1, title=f"{TITLE}, {number}", document_hash="a" * 64,
                initiator_id=scene.ministry.id, drafters=[], facts={}, templates=[], opened_at=now,
            )  # fmt: skip
            due = now + timedelta(days=number % 9)
            slot = Slot(
                organisation_id=scene.ministry.id, side="ministry", phase="own", track="all", stage=1, kind="visa",
                label="Правовой департамент Министерства", state="assigned", assigned_at=now, due_at=due,
            )  # fmt: skip
            slot.holders = [_holder(person)]
            current.slots.append(slot)
            db.session.add(current)
            db.session.flush()
            lying = Desk(slot_id=slot.id, person_id=person.id, kind="visa", subject_kind=KIND, due_at=due)
            lying.organisation_id = person.organisation_id
            db.session.add(lying)


def _holder(person: Person) -> SlotHolder:
    return SlotHolder(person_id=person.id, organisation_id=person.organisation_id, name=person.short_name)


def browser_of(app: APIFlask, person: Person) -> FlaskClient:
    """A browser of a signed-in person."""
    return sign_in(app.test_client(), person)


@contextmanager
def queries(app: APIFlask) -> Iterator[Callable[[], int]]:
    """Counts the statements sent to the database inside the block."""
    sent: list[str] = []

    def on_execute(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", on_execute)
    try:
        yield lambda: len(sent)
    finally:
        event.remove(engine, "before_cursor_execute", on_execute)
