"""Models: drawn, edited, approved as immutable revisions. Each public function is one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements import drafting
from agreements.fanout.imagining import imagined
from agreements.fanout.places import Places
from agreements.fanout.texts import Clause, same
from agreements.models import ModelForm, ModelRevision
from agreements.preview import preview, template_text
from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, expect_version, locked, transaction
from core.documents.clauses import read_clauses
from core.documents.issuing import active_template
from core.errors import NotFound, NotNow, NotValid
from core.language.typography import tidy
from core.web.kept import in_russian

KINDS = ("cooperation", "partnership", "network", "practice")
"""Kinds a model can be of. A target contract is a citizen's: those are issued from a register of citizens."""
TERMS = ("title", "city", "financial_terms", "public_info", "term_type", "prolong_years", "notice_days")
SUBJECT = "agreement_model"
_STAND_IN = re.compile(r"\[[^\[\]]{2,120}\]")


@dataclass(frozen=True)
class ModelInput:
    """What a model is made of. `data` are fields of the kind common to all; an empty one is each counterparty's own."""

    kind: str
    title: str
    city: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    financial_terms: bool = False
    public_info: bool = False
    term_type: str = "open"
    valid_until: date | None = None
    prolong_years: int = 0
    notice_days: int = 30


def may_send(actor: Actor) -> bool:
    """Whether the actor draws models and sends them out: a coordinator of his organisation."""
    return actor.organisation_id is not None and drafting.may_draft(actor)


def refuse_others(actor: Actor) -> None:
    """Those who draft nothing learn of no model. Raises NotFound."""
    if not may_send(actor):
        raise NotFound(_("Типовая форма не найдена"))


def model_for(model_id: int, actor: Actor, *, lock: bool = False) -> ModelForm:
    """A model of the actor's own organisation. Raises NotFound for absent and others' alike."""
    refuse_others(actor)
    found = locked(ModelForm, model_id) if lock else db.session.get(ModelForm, model_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound(_("Типовая форма не найдена"))
    return found


def create(entered: ModelInput, actor: Actor) -> ModelForm:
    """A model of the actor's organisation. An incomplete one can be kept. Raises NotFound, NotValid."""
    refuse_others(actor)
    with transaction():
        model = ModelForm(
            organisation_id=actor.organisation_id,
            kind=_known(entered.kind),
            created_by=actor.id,
            created_name=actor.name,
            created_at=clock.now(),
        )
        _fill(model, entered)
        db.session.add(model)
        db.session.flush()
        _journal(model, "create", actor)
        return model


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise NotValid(_("Типовых форм этого вида нет"), "kind")
    return kind


def _fill(model: ModelForm, entered: ModelInput) -> None:
    if not entered.title.strip():
        raise NotValid(_("Назовите документ"), "title")
    ids = [party.organisation_id for party in entered.places.fixed]
    if len(set(ids)) != len(ids) or model.organisation_id in ids or len(ids) > 13:
        raise NotValid(_("Общие стороны — каждая один раз, не больше 13, без Вашей организации"), "fixed")
    for name in (*TERMS, "valid_until"):
        setattr(model, name, getattr(entered, name))
    model.title, model.data = entered.title.strip(), dict(entered.data)
    model.parties, model.changed = entered.places.plain(), True


def edit(model_id: int, entered: ModelInput, actor: Actor, version: int | None = None) -> ModelForm:
    """Change the working model; what was sent stays as it was sent. Raises NotFound, NotValid, NotNow."""
    with transaction():
        model = model_for(model_id, actor, lock=True)
        expect_version(model, version)
        _fill(model, entered)
        _journal(model, "edit", actor)
        return model


def edit_clauses(
    model_id: int, clauses: Sequence[Mapping[str, Any]], actor: Actor, version: int | None = None
) -> ModelForm:
    """Change the working text clause by clause. An empty list returns to the template's text."""
    with transaction():
        model = model_for(model_id, actor, lock=True)
        expect_version(model, version)
        ids = [clause.get("id") for clause in clauses]
        if len(set(ids)) != len(ids) or not all(ids) or any(not str(c.get("text", "")).strip() for c in clauses):
            raise NotValid(_("Пункт без текста: исключите его или напишите текст"), "clauses")
        own = own_text(model)
        known = {str(clause["id"]): clause["text"] for clause in own}
        wanted = [_kept(clause, known) for clause in clauses]
        model.clauses = [] if same(wanted, own) else wanted
        model.changed = True
        _journal(model, "edit_clauses", actor)
        return model


def _kept(clause: Mapping[str, Any], known: Mapping[str, str]) -> Clause:
    """A clause with the marks and spaces that print has; what the template says stays as the template says it."""
    text = str(clause["text"])
    words = text if known.get(clause["id"]) == text else tidy(text)
    return {"id": str(clause["id"]), "level": int(clause.get("level") or 2), "text": words}


def own_text(model: ModelForm) -> list[Clause]:
    """What the template makes of the model's data; what only a counterparty knows stands in brackets."""
    organisation = db.session.get_one(Organisation, model.organisation_id)
    return template_text(imagined(model, organisation))


def text_of(model: ModelForm) -> list[Clause]:
    """The model's working wording, whole, numbered as Word numbers it."""
    organisation = db.session.get_one(Organisation, model.organisation_id)
    return read_clauses(preview(imagined(model, organisation)).content)


def release(model_id: int, actor: Actor, note: str = "", version: int | None = None) -> ModelRevision:
    """Approve the working model as the next revision: from now on it can be sent, and never changed.

    Raises NotNow (nothing changed), NotValid where a wording still holds a stand-in of the template.
    """
    with transaction():
        model = model_for(model_id, actor, lock=True)
        expect_version(model, version)
        if not model.changed:
            raise NotNow(_("После редакции %(n)s форма не менялась", n=model.revision_number))
        revision = _revision(model, actor, note.strip())
        model.revision_number, model.changed = revision.number, False
        db.session.add(revision)
        db.session.flush()
        _journal(model, "release", actor, {"revision": revision.number})
        return revision


@in_russian
def _revision(model: ModelForm, actor: Actor, note: str) -> ModelRevision:
    own = own_text(model)
    whole = text_of(model)
    _refuse_stand_ins(own, whole)
    terms = {name: getattr(model, name) for name in TERMS}
    terms |= {"valid_until": model.valid_until.isoformat() if model.valid_until else None, "parties": model.parties}
    return ModelRevision(
        model_id=model.id,
        number=model.revision_number + 1,
        terms=terms,
        data=model.data,
        template_id=active_template(model.kind).id,
        template_text=own,
        clauses=whole,
        note=note,
        created_at=clock.now(),
        created_name=actor.name,
    )


def _refuse_stand_ins(own: Sequence[Clause], whole: Sequence[Clause]) -> None:
    """A wording edited by hand is printed as it stands: what stood in for a counterparty's data may not."""
    known = {mark for clause in own for mark in _STAND_IN.findall(clause["text"])}
    before = {clause["id"]: clause["text"] for clause in own}
    for clause in whole:
        left = [mark for mark in _STAND_IN.findall(clause["text"]) if mark in known]
        if left and before.get(clause["id"]) != clause["text"]:
            raise NotValid(
                _(
                    "Пункт %(n)s правлен вручную, а сведений контрагента в нём нет: %(what)s. Изложите его без них.",
                    n=clause.get("number") or "",
                    what=", ".join(left),
                ),
                "clauses",
            )


def revisions(model_id: int) -> list[ModelRevision]:
    """Revisions of a model, newest first."""
    statement = select(ModelRevision).where(ModelRevision.model_id == model_id).order_by(ModelRevision.number.desc())
    return list(db.session.scalars(statement))


def revision_of(model: ModelForm, number: int | None = None) -> ModelRevision:
    """A revision of the model, the newest unless told otherwise. Raises NotNow where there is none, NotFound."""
    wanted = number if number is not None else model.revision_number
    found = db.session.scalars(
        select(ModelRevision).where(ModelRevision.model_id == model.id, ModelRevision.number == wanted)
    ).one_or_none()
    if found is not None:
        return found
    if number is None:
        raise NotNow(_("Сначала утвердите редакцию формы: рассылают только её"))
    raise NotFound(_("Такой редакции нет"))


def history(model: ModelForm) -> Sequence[Any]:
    """Every approved revision without its text, newest first: number, note, created_at, created_name."""
    columns = ("number", "note", "created_at", "created_name")
    return db.session.execute(
        select(*(getattr(ModelRevision, name) for name in columns))
        .where(ModelRevision.model_id == model.id)
        .order_by(ModelRevision.number.desc())
    ).all()


def _journal(model: ModelForm, step: str, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
    audit.append(actor.who(), audit.Act(SUBJECT, model.id, step, data=dict(data or {})))
