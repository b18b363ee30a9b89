"""Models of the Corporation sent to colleges made for the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.fanout import acts, drawing, sending
from agreements.fanout.drawing import ModelInput
from agreements.fanout.places import Places
from agreements.fanout.texts import Clause
from agreements.fanout.wanted import Wanted
from agreements.models import Agreement, BoardAct, Deviations, ModelForm, Sending, SendingRow, Sent
from core.accounts.models import Organisation
from core.db import db
from core.workflow import Ask
from core.workflow.jobs import drain
from tests.builders import a_person, an_organisation

TITLE = "Соглашение о сотрудничестве с колледжем"
LOGIN = "c.coord"


def some_colleges(count: int, region: str = "66") -> list[Organisation]:
    """Colleges with somebody to decide and sign in each."""
    made = []
    for number in range(1, count + 1):
        name = f"Колледж № {number} региона {region}"
        college = an_organisation("college", full_name=name, short_name=name, region_code=region)
        a_person(college, ["college", "registrar"])
        made.append(college)
    return made


def a_model(company: Company, release: bool = True, **fields: Any) -> ModelForm:
    """A model of the Corporation, its first revision approved."""
    values: dict[str, Any] = {
        "kind": "cooperation",
        "title": TITLE,
        "city": "г. Москва",
        "data": {"directions": scenes.DIRECTIONS, "coordinators": scenes.COORDINATORS[1:]},
        "places": Places(alias="Колледж"),
        "public_info": True,
    }
    actor = company.actor(LOGIN)
    model = drawing.create(ModelInput(**{**values, **fields}), actor)
    if release:
        drawing.release(model.id, actor)
    return model


def wanted(colleges: Sequence[Organisation], own: Mapping[int, list[dict[str, str]]] | None = None) -> list[Wanted]:
    """Rows of a sending; `own`: place of a college → its own clauses."""
    return [
        Wanted(number + 1, "", college.id, clauses=list((own or {}).get(number, [])))
        for number, college in enumerate(colleges)
    ]


def a_sending(company: Company, model: ModelForm, rows: Sequence[Wanted], run: bool = True) -> Sending:
    """A started sending, done unless told otherwise."""
    actor = company.actor(LOGIN)
    made = sending.prepare(model.id, rows, actor)
    sending.start(made.id, actor)
    if run:
        drain()
    return made


def sent(model: ModelForm) -> list[Sent]:
    return list(db.session.scalars(select(Sent).where(Sent.model_id == model.id).order_by(Sent.organisation_id)))


def agreement_of(row: Sent) -> Agreement:
    return db.session.get_one(Agreement, row.agreement_id)


def found(row: Sent) -> list[dict[str, Any]]:
    """The present deviations of a counterparty."""
    return db.session.scalars(
        select(Deviations.found).where(
            Deviations.sent_id == row.id,
            Deviations.base_hash == row.base_hash,
            Deviations.text_hash == row.text_hash,
        )
    ).one()


def rows_of(made: Sending) -> list[SendingRow]:
    statement = select(SendingRow).where(SendingRow.sending_id == made.id).order_by(SendingRow.number)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def reworded(text: Sequence[Clause], number: str, words: str) -> list[Clause]:
    """The text with one clause, named by its number, in other words."""
    return [{**clause, "text": words if clause["number"] == number else clause["text"]} for clause in text]


def new_revision(company: Company, model: ModelForm, number: str, words: str) -> None:
    """The model with another wording of a clause, approved."""
    actor = company.actor(LOGIN)
    drawing.edit_clauses(model.id, reworded(drawing.text_of(model), number, words), actor)
    drawing.release(model.id, actor)


def submit(company: Company, row: Sent) -> None:
    service.take_step(row.agreement_id, "submit", company.actor(LOGIN), Ask())


def act(company: Company, model: ModelForm, kind: str, rows: Sequence[Sent]) -> BoardAct:
    """A bulk act, done."""
    made = acts.begin(model.id, kind, [row.id for row in rows], company.actor(LOGIN))
    drain()
    db.session.expire_all()
    return db.session.get_one(BoardAct, made.id)
