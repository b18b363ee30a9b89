"""Writing an import: thousands of rows by plain inserts in one transaction, with their journals, readers and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, select

from agreements import journals, searching
from agreements.importing.reading import Entry, year_of
from agreements.models import Agreement, AgreementParty, ImportRun, RegistrationEntry
from core import audit, clock
from core.accounts.access import circles
from core.accounts.actor import Actor
from core.accounts.models import Reader, Signatory
from core.db import db, table_of

CHUNK = 500
ENDED = ("performed", "expired", "terminated")


def write(entries: Sequence[Entry], run: ImportRun, actor: Actor) -> None:
    """Everything of an import, inside the caller's transaction: a fault anywhere leaves nothing behind."""
    ids = _agreements(entries, run, actor)
    _parties(entries, ids, run)
    _numbers(entries, ids, run, actor)
    _readers(entries, ids)
    searching.put(db.session.connection(), ids)
    audit.begin(actor.who(), _acts(entries, ids, run))


def _acts(entries: Sequence[Entry], ids: Sequence[int], run: ImportRun) -> Iterator[audit.Act]:
    for entry, agreement_id in zip(entries, ids, strict=True):
        data = {"import": run.id, "row": entry.row, "sha256": run.sha256}
        yield audit.Act("agreement", agreement_id, "import", to_state=entry.state, data=data)


def _put(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            db.session.connection().execute(insert(table_of(model)), chunk)
            chunk = []
    if chunk:
        db.session.connection().execute(insert(table_of(model)), chunk)


def _agreements(entries: Sequence[Entry], run: ImportRun, actor: Actor) -> list[int]:
    """The rows themselves; their ids come back in order."""
    now = clock.now()
    ids: list[int] = []
    for start in range(0, len(entries), CHUNK):
        rows = [_row(entry, run, actor, now) for entry in entries[start : start + CHUNK]]
        table = table_of(Agreement)
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        ids += db.session.connection().scalars(statement, rows).all()
    return ids


def _row(entry: Entry, run: ImportRun, actor: Actor, now: Any) -> dict[str, Any]:
    ended = entry.state in ENDED
    return {
        "kind": entry.kind,
        "title": entry.title,
        "initiator_id": run.organisation_id,
        "state": entry.state,
        "moved_at": now,
        "version": 1,
        "city": entry.city,
        "data": {"import": {"run": run.id, "row": entry.row}},
        "clauses": [],
        "drafters": [],
        "number": entry.number,
        "signed_on": entry.signed_on,
        "registered_on": entry.signed_on,
        "effective_from": entry.effective_from or entry.signed_on,
        "term_type": "until" if entry.valid_until else "open",
        "valid_until": entry.valid_until,
        "prolong_years": entry.prolong_years,
        "ended_on": entry.valid_until if ended else None,
        "created_by": actor.id,
        "created_at": now,
    }


def _parties(entries: Sequence[Entry], ids: Sequence[int], run: ImportRun) -> None:
    signatories = dict(
        db.session.execute(
            select(Signatory.organisation_id, func.max(Signatory.id))
            .where(Signatory.primary)
            .group_by(Signatory.organisation_id)
        )
        .tuples()
        .all()
    )
    _put(
        AgreementParty,
        (
            {
                "agreement_id": agreement_id,
                "organisation_id": organisation_id,
                "position": position,
                "alias": "",
                "role": "",
                "signatory_id": signatories.get(organisation_id),
                "reg_number": entry.number if organisation_id == run.organisation_id else "",
                "reg_date": entry.signed_on if organisation_id == run.organisation_id and entry.number else None,
            }
            for entry, agreement_id in zip(entries, ids, strict=True)
            for position, organisation_id in enumerate(entry.parties, start=1)
        ),
    )


def _numbers(entries: Sequence[Entry], ids: Sequence[int], run: ImportRun, actor: Actor) -> None:
    """Each number stands in the journal of its year, where nobody can give it again."""
    years = sorted({year_of(entry) for entry in entries if entry.number})
    opened = {year: journals.of_organisation(run.organisation_id, year) for year in years}
    now, today = clock.now(), clock.today()
    _put(
        RegistrationEntry,
        (
            {
                "journal_id": opened[year_of(entry)].id,
                "seq": journals.in_order(opened[year_of(entry)], entry.number),
                "number": entry.number,
                "agreement_id": agreement_id,
                "registered_on": entry.signed_on or today,
                "note": "",
                "by_name": actor.name,
                "at": now,
            }
            for entry, agreement_id in zip(entries, ids, strict=True)
            if entry.number
        ),
    )


def _readers(entries: Sequence[Entry], ids: Sequence[int]) -> None:
    known = circles([entry.parties for entry in entries])
    _put(
        Reader,
        (
            {"subject_kind": "agreement", "subject_id": agreement_id, "organisation_id": organisation_id, "why": why}
            for agreement_id, circle in zip(ids, known, strict=True)
            for organisation_id, why in circle.items()
        ),
    )
