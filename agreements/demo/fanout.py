"""The demo's fan-out: the Corporation's model agreement sent to six colleges, two of which have it their own way."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from agreements.demo import scenes
from agreements.fanout import drawing, sending
from agreements.fanout.drawing import ModelInput
from agreements.fanout.places import Places
from agreements.fanout.wanted import Wanted
from agreements.models import Agreement, ModelForm, Sent
from core import clock
from core.db import db
from core.workflow.jobs import drain

if TYPE_CHECKING:
    from agreements.demo.load import Company

COLLEGES = ("perm_aviation", "perm_polytech", "samara_college", "kazan_college", "tula_college", "ufa_college")
TITLE = "Соглашение о сотрудничестве с образовательной организацией (образец)"
TALKS = (
    "Рабочие встречи координаторов Сторон проводятся не реже одного раза в квартал, поочерёдно на площадке каждой "
    "из Сторон"
)
QUARTERLY = "Настоящее Соглашение является рамочным и применяется вместе с ежегодным планом мероприятий Сторон."


def model_sent_out(company: Company, day: date) -> ModelForm:
    """The model with its first revision, sent to six; three drafts are on their way, a second revision follows."""
    stage, login = scenes.Stage(company, day), "c.coord"
    actor = company.actor(login)
    with clock.at(stage.next()):
        model = drawing.create(
            ModelInput(
                kind="cooperation",
                title=TITLE,
                city="г. Москва",
                data={"directions": scenes.DIRECTIONS[:4], "coordinators": scenes.COORDINATORS[1:]},
                places=Places(alias="Колледж"),
                public_info=True,
                term_type="open",
            ),
            actor,
        )
        model.sample = True
        db.session.commit()
        drawing.release(model.id, actor, "первая")
        made = sending.prepare(model.id, _rows(company, model), actor, source="выбор в справочнике")
        sending.start(made.id, actor)
        drain()
    rows = {
        row.organisation_id: row.agreement_id for row in db.session.scalars(select(Sent).filter_by(model_id=model.id))
    }
    sent = [db.session.get_one(Agreement, rows[company.organisations[key]]) for key in COLLEGES]
    for agreement in sent[:3]:
        stage.step(agreement, "submit", login)
    stage.decide_all(sent[0], only=("c.coord", "c.hr", "c.legal", "c.finance", "c.security", "c.deputy"))
    stage.decide_all(sent[1], only=("c.coord", "c.hr"))
    with clock.at(stage.next(days=1)):
        _second_revision(model, actor)
    return model


def _rows(company: Company, model: ModelForm) -> list[Wanted]:
    """Six colleges; the second and the fifth want a clause their own way, and the second one more."""
    ids = {clause["number"]: clause["id"] for clause in drawing.revision_of(model).clauses}
    plain = {"action": "restate", "clause_id": ids["1.3"], "text": QUARTERLY}
    own = {1: [plain, {"action": "add", "clause_id": ids["4.4"], "text": TALKS}], 4: [plain]}
    return [
        Wanted(number + 1, "", company.organisations[key], clauses=own.get(number, []))
        for number, key in enumerate(COLLEGES)
    ]


def _second_revision(model: ModelForm, actor: Any) -> None:
    """The law of 23.07.2025 comes into the model: those who are not submitted yet can be brought to it."""
    text = drawing.text_of(model)
    changed = [{**clause, "text": scenes.LAWS if clause["number"] == "1.2" else clause["text"]} for clause in text]
    drawing.edit_clauses(model.id, changed, actor)
    drawing.release(model.id, actor, "учтён закон от 23.07.2025 № 253-ФЗ")
