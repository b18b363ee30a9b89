"""Reading a disagreement protocol: each party's column, the agreed one, and who is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.errors import NotFound
from core.signoffs.models import Protocol, ProtocolRow
from core.signoffs.service.protocol import DISPUTERS, parties_of, wording_hash


@dataclass(frozen=True)
class RowView:
    """A clause: party → the wording it stands by, the agreed one with its hash, parties whose consent is missing."""

    row: ProtocolRow
    wordings: Mapping[int, str]
    agreed_hash: str
    waits_for: Sequence[Organisation]

    @property
    def settled(self) -> bool:
        return self.row.agreed_hash is not None


@dataclass(frozen=True)
class ProtocolView:
    """A protocol as its page shows it. `own` is the column the actor may write, None for a mere reader."""

    protocol: Protocol
    parties: Sequence[Organisation]
    rows: Sequence[RowView]
    own: int | None

    @property
    def may_close(self) -> bool:
        return self.own is not None and bool(self.rows) and all(row.settled for row in self.rows)


def protocol_of(kind: str, subject_id: int, actor: Actor, number: int | None = None) -> ProtocolView:
    """The newest protocol of a subject, or the one with that number. Raises NotFound."""
    if not may_see(actor, kind, subject_id):
        raise NotFound(_("Протокол разногласий не найден"))
    statement = (
        select(Protocol)
        .where(Protocol.subject_kind == kind, Protocol.subject_id == subject_id)
        .options(
            selectinload(Protocol.rows).selectinload(ProtocolRow.wordings),
            selectinload(Protocol.rows).selectinload(ProtocolRow.consents),
        )
        .order_by(Protocol.number.desc())
        .limit(1)
    )
    if number is not None:
        statement = statement.where(Protocol.number == number)
    protocol = db.session.scalars(statement).one_or_none()
    if protocol is None:
        raise NotFound(_("Протокол разногласий не найден"))
    ids = parties_of(kind, subject_id)
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id))
    parties = {row.id: row for row in rows}
    writes = actor.organisation_id in parties and actor.has(*DISPUTERS) and protocol.state == "open"
    return ProtocolView(
        protocol,
        list(parties.values()),
        [_row(row, parties) for row in protocol.rows],
        actor.organisation_id if writes else None,
    )


def _row(row: ProtocolRow, parties: Mapping[int, Organisation]) -> RowView:
    value = wording_hash(row.agreed) if row.agreed else ""
    given = {each.organisation_id for each in row.consents if each.agreed_hash == value}
    return RowView(
        row,
        {each.organisation_id: each.text for each in row.wordings if not each.withdrawn},
        value,
        [party for party in parties.values() if party.id not in given],
    )
