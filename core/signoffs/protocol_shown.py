"""A disagreement protocol as its page and the API show it: columns by party, consents, what keeps it from closing."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.errors import NotFound, Reason
from core.signoffs import words
from core.signoffs.models import Protocol, ProtocolRow
from core.signoffs.queries.protocol import ProtocolView, RowView, protocol_of


def protocol_of_actor(protocol_id: int, actor: Actor) -> ProtocolView:
    """A protocol by its id. Raises NotFound for hidden and absent alike."""
    about = (Protocol.subject_kind, Protocol.subject_id, Protocol.number)
    found = db.session.execute(select(*about).where(Protocol.id == protocol_id)).one_or_none()
    if found is None:
        raise NotFound(_("Протокол разногласий не найден"))
    db.session.expire_all()  # after a change in this request: what stands in the database now
    return protocol_of(found.subject_kind, found.subject_id, actor, found.number)


def protocol_of_row(row_id: int, actor: Actor) -> ProtocolView:
    """The protocol a clause stands in. Raises NotFound for hidden and absent alike."""
    protocol_id = db.session.scalar(select(ProtocolRow.protocol_id).where(ProtocolRow.id == row_id))
    if protocol_id is None:
        raise NotFound(_("Пункт протокола не найден"))
    return protocol_of_actor(protocol_id, actor)


def shown(view: ProtocolView, actor: Actor) -> dict[str, Any]:
    """The protocol in words."""
    protocol = view.protocol
    rows = [_row(row, view, actor) for row in view.rows]
    return {
        "id": protocol.id,
        "number": protocol.number,
        "state": protocol.state,
        "subject_kind": protocol.subject_kind,
        "subject_id": protocol.subject_id,
        "document_hash": protocol.document_hash,
        "may_write": view.own is not None,
        "rows": rows,
        "reasons": _open(rows) if protocol.state == "open" else [],
    }


def _open(rows: list[dict[str, Any]]) -> list[Reason]:
    """What keeps the protocol from closing, as the service will judge it."""
    if not rows:
        return [Reason(_("В протоколе нет ни одного пункта"), "disagreement_protocol_closed")]
    return [
        Reason(_("Пункт %(n)s не согласован", n=row["number"]), "disagreement_protocol_closed", row["waits"])
        for row in rows
        if not row["agreed_by_all"]
    ]


def _row(view: RowView, protocol: ProtocolView, actor: Actor) -> dict[str, Any]:
    row = view.row
    return {
        "id": row.id,
        "version": row.version,
        "number": row.clause_number,
        "original": row.original,
        "agreed": row.agreed,
        "justification": row.justification,
        "agreed_hash": view.agreed_hash,
        "agreed_by_all": view.settled,
        "clause_id": row.clause_id,
        "withdrawn": view.settled and not row.disputed,
        "may_consent": bool(row.agreed) and any(party.id == protocol.own for party in view.waits_for),
        "waits": ", ".join(party.short_name for party in view.waits_for),
        "wordings": [_column(row, party, party.id == protocol.own) for party in protocol.parties],
        "consents": [_consent(view, party) for party in protocol.parties],
    }


def _column(row: ProtocolRow, party: Organisation, mine: bool) -> dict[str, Any]:
    """A party's own wording; `mine`: the actor may write it."""
    wording = next((each for each in row.wordings if each.organisation_id == party.id), None)
    return {
        "party": party.short_name,
        "side": party.side,
        "mine": mine,
        "text": wording.text if wording else "",
        "withdrawn": bool(wording and wording.withdrawn),
        "name": wording.name if wording else "",
        "at": words.minute(wording.at) if wording else "",
    }


def _consent(view: RowView, party: Organisation) -> dict[str, str]:
    """Who of the party has consented to exactly this wording; empty where nobody has."""
    value = view.agreed_hash
    given = [each for each in view.row.consents if (each.organisation_id, each.agreed_hash) == (party.id, value)]
    name, at = (given[0].name, words.minute(given[0].at)) if given else ("", "")
    return {"party": party.short_name, "name": name, "at": at}
