"""Counterparties to choose from: the directory narrowed by kind, region, branch of the tree and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from agreements.models import ModelForm, Sent
from core.accounts.models import Organisation
from core.accounts.regions import region_name
from core.db import db

MOST = 500


@dataclass(frozen=True)
class Wish:
    """What the list is narrowed by; empty fields do not narrow."""

    kind: str = ""
    region: str = ""
    branch: int | None = None
    """The organisation everything asked for stands below, at any depth."""
    text: str = ""

    def given(self) -> dict[str, Any]:
        pairs = {"kind": self.kind, "region": self.region, "branch": self.branch, "q": self.text}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True)
class Choice:
    """What there is to choose: at most MOST rows; those that have an agreement of the model already are marked."""

    rows: Sequence[Any]
    more: bool
    regions: Sequence[tuple[str, str]]
    """(code, name) of the regions there are organisations of, by name."""
    branches: Sequence[tuple[int, str]]


def choice(model: ModelForm, wish: Wish) -> Choice:
    """Organisations that are open, one's own left out. Three queries."""
    sent = (
        select(Sent.agreement_id)
        .where(Sent.model_id == model.id, Sent.organisation_id == Organisation.id)
        .correlate(Organisation)
        .scalar_subquery()
        .label("agreement_id")
    )
    columns = ("id", "kind", "region_code", "short_name", "inn", "sample")
    statement = (
        select(*(getattr(Organisation, name) for name in columns), sent)
        .where(Organisation.active, Organisation.id != model.organisation_id, *_asked(wish))
        .order_by(Organisation.region_code, Organisation.short_name, Organisation.id)
        .limit(MOST + 1)
    )
    rows = db.session.execute(statement).all()
    return Choice(rows[:MOST], len(rows) > MOST, _regions(), _branches())


def _asked(wish: Wish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.kind:
        asked.append(Organisation.kind == wish.kind)
    if wish.region:
        asked.append(Organisation.region_code == wish.region)
    if wish.branch is not None:
        asked.append(Organisation.id.in_(_below(wish.branch)))
    for word in wish.text.split():
        names = (Organisation.short_name, Organisation.full_name)
        asked.append(or_(*(name.icontains(word, autoescape=True) for name in names), Organisation.inn == word))
    return asked


def _below(branch: int) -> Select[Any]:
    tree = select(Organisation.id).where(Organisation.parent_id == branch).cte("below", recursive=True)
    child = aliased(Organisation)
    tree = tree.union(select(child.id).join(tree, child.parent_id == tree.c.id))
    return select(tree.c.id)


def _regions() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Organisation.region_code).where(Organisation.active).distinct())
    return sorted(((code, region_name(code)) for code in rows if code), key=lambda pair: pair[1])


def _branches() -> list[tuple[int, str]]:
    """Organisations that have others below them."""
    parents = select(Organisation.parent_id).where(Organisation.parent_id.is_not(None), Organisation.active)
    rows = db.session.execute(
        select(Organisation.id, Organisation.short_name)
        .where(Organisation.id.in_(parents))
        .order_by(func.lower(Organisation.short_name))
    )
    return list(rows.tuples().all())
