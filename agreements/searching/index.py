"""Keeping the index: after every flush that touched a title, a number, a place or a party, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, event, func, insert, inspect, select, text
from sqlalchemy.orm import Session, UOWTransaction

from agreements.models import Agreement, AgreementParty, SearchText
from agreements.searching.words import words
from core.accounts.models import Organisation
from core.db import database_now, db, transaction
from core.language.search import stems
from core.workflow import handler
from core.workflow.models import Job

OF_AGREEMENT = ("title", "number", "city")
OF_PARTY = ("organisation_id", "reg_number", "alias")
OF_ORGANISATION = ("full_name", "short_name", "inn")
PORTION = 500


def put(connection: Connection, ids: Iterable[int]) -> int:
    """Write the words of the agreements anew; returns how many there are."""
    wanted = sorted(set(ids))
    return sum(_put(connection, wanted[start : start + PORTION]) for start in range(0, len(wanted), PORTION))


def _put(connection: Connection, wanted: Sequence[int]) -> int:
    rows = _texts(connection, wanted)
    connection.execute(delete(SearchText).where(SearchText.agreement_id.in_(wanted)))
    if connection.dialect.name == "postgresql":
        _put_postgres(connection, rows)
    else:
        _put_sqlite(connection, wanted, rows)
    return len(rows)


def _put_postgres(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        vector = func.to_tsvector("russian", bindparam("words"))
        statement = insert(SearchText).values(
            agreement_id=bindparam("agreement_id"), words=bindparam("words"), vector=vector
        )
        connection.execute(statement, rows)


def _put_sqlite(connection: Connection, wanted: Sequence[int], rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(text("DELETE FROM agreement_fts WHERE rowid = :id"), [{"id": number} for number in wanted])
    if rows:
        connection.execute(insert(SearchText), [{**row, "vector": ""} for row in rows])
        stemmed = [{"id": row["agreement_id"], "stems": " ".join(stems(row["words"]))} for row in rows]
        connection.execute(text("INSERT INTO agreement_fts (rowid, stems) VALUES (:id, :stems)"), stemmed)


def _texts(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    found: dict[int, list[str]] = {}
    own = select(Agreement.id, *(getattr(Agreement, name) for name in OF_AGREEMENT)).where(Agreement.id.in_(ids))
    for row in connection.execute(own):
        found[row[0]] = [value for value in row[1:] if value]
    parties = (
        select(
            AgreementParty.agreement_id,
            AgreementParty.reg_number,
            *(getattr(Organisation, name) for name in OF_ORGANISATION),
        )
        .join(Organisation, Organisation.id == AgreementParty.organisation_id)
        .where(AgreementParty.agreement_id.in_(ids))
        .order_by(AgreementParty.position)
    )
    for row in connection.execute(parties):
        found[row[0]] += [value for value in row[1:] if value]
    return [{"agreement_id": number, "words": " ".join(words(" ".join(parts)))} for number, parts in found.items()]


@event.listens_for(Session, "after_flush")
def keep(session: Session, _flush: UOWTransaction) -> None:
    """Whatever was written of an agreement is in the index before the transaction ends."""
    touched: set[int] = set()
    renamed: set[int] = set()
    for row in (*session.new, *session.dirty):
        if isinstance(row, Agreement) and _changed(row, OF_AGREEMENT):
            touched.add(row.id)
        elif isinstance(row, AgreementParty) and _changed(row, OF_PARTY):
            touched.add(row.agreement_id)
        elif isinstance(row, Organisation) and row not in session.new and _changed(row, OF_ORGANISATION):
            renamed.add(row.id)
    touched |= {row.agreement_id for row in session.deleted if isinstance(row, AgreementParty)}
    put(session.connection(), touched)
    for organisation_id in sorted(renamed):
        _follow(session, organisation_id)


def _follow(session: Session, organisation_id: int) -> None:
    """A renamed organisation may be a party of thousands: they follow by a job. A flush takes no new rows itself."""
    with session.no_autoflush:
        now = database_now()
    job = {"kind": "agreements.reindex", "payload": {"organisation_id": organisation_id}}
    session.connection().execute(insert(Job).values(**job, run_after=now, created_at=now, state="waiting"))


def _changed(row: Any, names: Sequence[str]) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


@handler("agreements.reindex")
def reindex(job: Job) -> None:
    """Write anew the agreements of a renamed organisation."""
    organisation_id = int(job.payload["organisation_id"])
    rebuild(select(AgreementParty.agreement_id).where(AgreementParty.organisation_id == organisation_id))


def rebuild(wanted: Any = None) -> int:
    """Write the index of `wanted` (a query of ids; all of them) anew, a portion a transaction; returns how many."""
    ids = db.session.scalars(wanted if wanted is not None else select(Agreement.id)).all()
    done = 0
    for start in range(0, len(ids), PORTION):
        with transaction():
            done += put(db.session.connection(), ids[start : start + PORTION])
    return done
