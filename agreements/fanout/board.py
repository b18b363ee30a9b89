"""The board of a model: every counterparty with its state, whose court it is in, how its text departs. All reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from agreements.fanout import drawing
from agreements.fanout.drawing import model_for, refuse_others
from agreements.fanout.lines import Line, lines_of, names_of, put_courts, regions_of
from agreements.fanout.renewing import place_of
from agreements.fanout.texts import Clause
from agreements.models import ModelForm, ModelRevision, Sent
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotFound


@dataclass(frozen=True)
class Asked:
    """What the board is narrowed by; empty fields do not narrow."""

    state: str = ""
    region: str = ""
    text: str = ""
    """Words of the counterparty's name, or its ИНН."""
    deviating: str = ""
    """yes, no."""
    clause: str = ""
    """The id of a clause that departs."""
    old: bool = False
    """Still on an earlier revision of the model."""
    place: str = ""
    """editable, moving, in_force, over: see `renewing.PLACES`."""

    def given(self) -> dict[str, str]:
        """The filters as a query string keeps them."""
        pairs = {
            "state": self.state,
            "region": self.region,
            "q": self.text,
            "deviating": self.deviating,
            "clause": self.clause,
            "old": "1" if self.old else "",
            "place": self.place,
        }
        return {name: value for name, value in pairs.items() if value}


@dataclass
class Heat:
    """A clause that somebody departs from, and how many do."""

    id: str
    number: str
    text: str
    count: int
    added: bool = False
    """No clause of the model: counterparties put it in."""


@dataclass
class Board:
    """Everything the page of a board shows."""

    model: ModelForm
    lines: list[Line]
    """What the filters let through, by region and name."""
    all: list[Line]
    revisions: Sequence[Any]
    heat: list[Heat]
    regions: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    """Organisations that deviations came from."""

    @property
    def newest(self) -> int:
        return self.model.revision_number

    def states(self) -> Counter[str]:
        """How many are in each state."""
        return Counter(line.state for line in self.all)

    def grouped(self) -> list[tuple[str, list[Line]]]:
        """The lines region by region."""
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(line.region, []).append(line)
        return sorted(groups.items())


def board(model_id: int, actor: Actor, asked: Asked | None = None) -> Board:
    """The board. The number of queries does not depend on the number of counterparties. Raises NotFound."""
    model = model_for(model_id, actor)
    asked = asked or Asked()
    lines = lines_of(model, actor)
    put_courts(model, lines)
    clauses = _clauses(model)
    return Board(
        model=model,
        lines=[line for line in lines if _passes(line, asked, model)],
        all=lines,
        revisions=drawing.history(model),
        heat=_heat(lines, clauses),
        regions=regions_of(lines),
        names=names_of(lines),
    )


def _clauses(model: ModelForm) -> list[Clause]:
    """The clauses of the newest revision."""
    return (
        db.session.scalar(
            select(ModelRevision.clauses).where(
                ModelRevision.model_id == model.id, ModelRevision.number == model.revision_number
            )
        )
        or []
    )


def _heat(lines: Iterable[Line], clauses: Sequence[Clause]) -> list[Heat]:
    """The clauses somebody departs from, in the model's order; what was put in behind a clause comes after it."""
    found: dict[str, Heat] = {}
    for line in lines:
        for key, each in {key_of(each): each for each in line.deviations}.items():
            heat = found.setdefault(key, Heat(key, each["number"], each["before"] or each["after"], 0))
            heat.count += 1
    order = {str(clause["id"]): number for number, clause in enumerate(clauses)}
    for clause in clauses:
        number = str(clause.get("number") or "")
        if (own := found.get(clause["id"])) is not None:
            own.number, own.text = number, str(clause["text"])
        if (put_in := found.get(f"+{clause['id']}")) is not None:
            put_in.number, put_in.added = str(_("после %(n)s", n=number)), True
    return sorted(found.values(), key=lambda heat: (order.get(heat.id.removeprefix("+"), len(order)), heat.added))


def key_of(deviation: Mapping[str, Any]) -> str:
    """Where a deviation belongs: the clause's id, or «+id» of the clause it was put in behind."""
    return f"+{deviation['anchor']}" if deviation["kind"] == "added" else str(deviation["id"])


def _passes(line: Line, asked: Asked, model: ModelForm) -> bool:
    words = asked.text.casefold().split()
    name = f"{line.organisation} {line.inn}".casefold()
    return (
        (not asked.state or line.state == asked.state)
        and (not asked.region or line.region == asked.region)
        and all(word in name for word in words)
        and (not asked.deviating or (line.count > 0) == (asked.deviating == "yes"))
        and (not asked.clause or any(key_of(each) == asked.clause for each in line.deviations))
        and (not asked.old or line.model_revision < model.revision_number)
        and (not asked.place or place_of(line.state) == asked.place)
    )


def models(actor: Actor) -> Sequence[Any]:
    """The models of the actor's organisation with how many were sent, newest first. One query. Raises NotFound."""
    refuse_others(actor)
    sent = (
        select(func.count()).where(Sent.model_id == ModelForm.id).correlate(ModelForm).scalar_subquery().label("sent")
    )
    columns = ("id", "kind", "title", "revision_number", "changed", "sample", "created_name", "created_at")
    return db.session.execute(
        select(*(getattr(ModelForm, name) for name in columns), sent)
        .where(ModelForm.organisation_id == actor.organisation_id)
        .order_by(ModelForm.id.desc())
        .limit(200)
    ).all()


def sent_for(sent_id: int, actor: Actor) -> Sent:
    """A counterparty of one of the actor's models. Raises NotFound."""
    found = db.session.get(Sent, sent_id)
    if found is None:
        raise NotFound(_("Контрагент не найден"))
    model_for(found.model_id, actor)
    return found


def model_of(agreement_id: int, actor: Actor) -> int | None:
    """The model an agreement was sent from, for its sender alone."""
    return db.session.scalar(
        select(Sent.model_id)
        .join(ModelForm, ModelForm.id == Sent.model_id)
        .where(Sent.agreement_id == agreement_id, ModelForm.organisation_id == actor.organisation_id)
    )


__all__ = ["Asked", "Board", "Heat", "Line", "board", "key_of", "model_of", "models", "sent_for"]
