"""Who may see a subject: its parties, the organisations above them, their region's authority, and grants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.accounts.actor import Actor
from core.accounts.models import Organisation, Reader
from core.db import db


def visible_to(actor: Actor, kind: Any, subject_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition "this actor may see the row" for a query over subjects of `kind` (a name, or a column of names)."""
    if actor.is_system:
        return true()
    if actor.organisation_id is None:
        return false()
    return read_by(actor.organisation_id, kind, subject_id)


def read_by(organisation_id: Any, kind: Any, subject_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The same of an organisation, or of a `bindparam` that will name it."""
    return exists().where(
        Reader.subject_kind == kind,
        Reader.organisation_id == organisation_id,
        Reader.subject_id == subject_id,
    )


def may_see(actor: Actor, kind: str, subject_id: int) -> bool:
    """The same question for one subject."""
    if actor.is_system:
        return True
    key = (kind, actor.organisation_id, subject_id)
    return actor.organisation_id is not None and db.session.get(Reader, key) is not None


def set_readers(kind: str, subject_id: int, organisations: Iterable[int], granted: Iterable[int] = ()) -> None:
    """Recompute who sees a subject from its `organisations`; explicit grants given before are kept."""
    kept = db.session.scalars(
        select(Reader.organisation_id).where(
            Reader.subject_kind == kind, Reader.subject_id == subject_id, Reader.why == "grant"
        )
    ).all()
    readers = dict.fromkeys([*kept, *granted], "grant")
    for organisation_id, why in _circle(organisations).items():
        readers[organisation_id] = why
    db.session.execute(delete(Reader).where(Reader.subject_kind == kind, Reader.subject_id == subject_id))
    db.session.add_all(
        Reader(subject_kind=kind, subject_id=subject_id, organisation_id=organisation_id, why=why)
        for organisation_id, why in readers.items()
    )


def recompute(organisations: Collection[int]) -> int:
    """The tree changed around `organisations`: find anew who stands above the parties of their subjects.

    Parties, executors and grants stay; returns how many subjects were touched. Inside the caller's transaction.
    """
    moved = select(Reader.subject_kind, Reader.subject_id).where(
        Reader.organisation_id.in_(organisations), Reader.why == "party"
    )
    subjects = db.session.execute(moved.distinct()).all()
    tree = _tree()
    for kind, subject_id in subjects:
        of_subject = (Reader.subject_kind == kind, Reader.subject_id == subject_id)
        derived = Reader.why.in_(("ancestor", "region"))
        db.session.execute(delete(Reader).where(*of_subject, derived))
        kept = dict(db.session.execute(select(Reader.organisation_id, Reader.why).where(*of_subject)).tuples().all())
        parties = [organisation_id for organisation_id, why in kept.items() if why == "party"]
        db.session.add_all(
            Reader(subject_kind=kind, subject_id=subject_id, organisation_id=organisation_id, why=why)
            for organisation_id, why in _circle(parties, tree).items()
            if organisation_id not in kept
        )
        db.session.flush()
        db.session.expire_all()
    return len(subjects)


def _tree() -> dict[int, Any]:
    columns = (Organisation.id, Organisation.parent_id, Organisation.kind, Organisation.region_code)
    return {row.id: row for row in db.session.execute(select(*columns))}


def _circle(organisations: Iterable[int], tree: Mapping[int, Any] | None = None) -> dict[int, str]:
    """Parties, everything above them in the tree, and the authority of a college's region."""
    tree = _tree() if tree is None else tree
    circle: dict[int, str] = {}
    for party in organisations:
        above = tree[party].parent_id
        while above is not None:
            circle.setdefault(above, "ancestor")
            above = tree[above].parent_id
        if tree[party].kind == "college":
            for other in tree.values():
                if other.kind == "authority" and other.region_code == tree[party].region_code:
                    circle.setdefault(other.id, "region")
        circle[party] = "party"
    return circle


def circles(parties: Iterable[Iterable[int]]) -> list[dict[int, str]]:
    """Who would see each of many subjects with these parties: organisation → why. Reads the tree once."""
    tree = _tree()
    return [_circle(each, tree) for each in parties]
