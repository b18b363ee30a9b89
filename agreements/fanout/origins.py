"""Where a deviation came from: the side that introduced it, since which revision, by which protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from agreements.fanout.texts import Deviation, Text
from agreements.models import Agreement, Revision
from core.db import db
from core.signoffs.models import Protocol, ProtocolRow, Remark


def with_origins(agreement: Agreement, found: Sequence[Deviation], revision: int) -> list[dict[str, Any]]:
    """Deviations as they are kept: with `revision`, `organisation_id`, `protocol` (number, 0 for none), `remark`."""
    if not found:
        return []
    texts = _texts(agreement)
    rows, remarks = _protocols(agreement), _remarks(agreement)
    return [
        {**each.plain(), "revision": _first(each, texts) or revision, **_whose(agreement, each, rows, remarks)}
        for each in found
    ]


def _texts(agreement: Agreement) -> list[tuple[int, Text]]:
    """The texts of the revisions, oldest first."""
    rows = db.session.execute(
        select(Revision.number, Revision.clauses).where(Revision.agreement_id == agreement.id).order_by(Revision.number)
    )
    return [(row.number, row.clauses) for row in rows]


def _first(each: Deviation, texts: Sequence[tuple[int, Text]]) -> int:
    """The revision since which the clause has stood like this without a break; 0 where none has."""
    since = 0
    for number, text in texts:
        wording = next((str(clause["text"]) for clause in text if clause["id"] == each.id), "")
        if wording != each.after:
            since = 0
        elif since == 0:
            since = number
    return since


def _protocols(agreement: Agreement) -> list[tuple[int, ProtocolRow]]:
    found = db.session.scalars(
        select(Protocol)
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
        .options(selectinload(Protocol.rows).selectinload(ProtocolRow.wordings))
        .order_by(Protocol.number.desc())
    )
    return [(protocol.number, row) for protocol in found for row in protocol.rows]


def _remarks(agreement: Agreement) -> Mapping[str, tuple[int, int | None]]:
    """Clause → the newest remark that was taken up, and whose it was."""
    rows = db.session.execute(
        select(Remark.clause_id, Remark.id, Remark.organisation_id)
        .where(
            Remark.subject_kind == "agreement",
            Remark.subject_id == agreement.id,
            Remark.answer == "accepted",
            Remark.clause_id != "",
        )
        .order_by(Remark.id)
    )
    return {row.clause_id: (row.id, row.organisation_id) for row in rows}


def _whose(
    agreement: Agreement,
    each: Deviation,
    rows: Sequence[tuple[int, ProtocolRow]],
    remarks: Mapping[str, tuple[int, int | None]],
) -> dict[str, Any]:
    """The party whose wording it is; without a protocol or a remark the text is the initiator's."""
    origin: dict[str, Any] = {"organisation_id": agreement.initiator_id, "protocol": 0, "remark": 0}
    for number, row in rows:
        if row.clause_id == each.id and row.agreed_hash and row.agreed.strip() == each.after.strip():
            return {**origin, "organisation_id": _author(row, agreement), "protocol": number}
    if each.id in remarks:
        remark, organisation = remarks[each.id]
        return {**origin, "organisation_id": organisation or agreement.initiator_id, "remark": remark}
    return origin


def _author(row: ProtocolRow, agreement: Agreement) -> int:
    """Whose column says what was agreed; where nobody's does, the other side that brought the clause into dispute."""
    same = [w.organisation_id for w in row.wordings if w.text.strip() == row.agreed.strip()]
    others = [w.organisation_id for w in row.wordings if w.organisation_id != agreement.initiator_id]
    return next(iter([*same, *others]), agreement.initiator_id)
