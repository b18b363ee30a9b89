"""What goes into the pack: the signed document, every revision and paper, files, data, the journal with its hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from agreements.evidence import archive, index, manifest
from agreements.evidence.journals import PACKED
from agreements.evidence.manifest import as_json
from agreements.evidence.member import Member
from agreements.models import Agreement, Amendment, Notice, PartySignature, Prolongation, RegistrationEntry, Revision
from agreements.service import get_for
from core import audit, clock
from core.accounts.actor import Actor
from core.audit import AuditAnchor, AuditRecord
from core.audit.chain import content_of
from core.db import Model, db, transaction
from core.documents.issuing import content as opened
from core.documents.issuing import fingerprint
from core.documents.models import Attachment, IssuedDocument
from core.errors import NotFound
from core.signoffs.documents import issue_protocol, issue_remarks, issue_sheet
from core.signoffs.models import Decision, Protocol, Remark, Round, Slot
from core.store import files

IN_MEMORY = 32 << 20
SCAN = "application/zip"


def pack(agreement_id: int, actor: Actor) -> tuple[BinaryIO, str]:
    """The pack as an open temporary file, and its name. That it was taken out is written into the journal first.

    Papers of the sign-offs are issued as they stand now. Raises NotFound.
    """
    with transaction(), force_locale("ru"):
        agreement = get_for(agreement_id, actor)
        _papers(agreement, actor)
        found = [*_documents(agreement), *_attachments(agreement), *_data(agreement)]
        found += _journals_of_documents(agreement, found)
        about = _about(agreement)
        found.insert(0, index.page(agreement, found, actor))
        data = {"files": [member.row() for member in found], "agreement": about}
        record = audit.append(actor.who(), audit.Act("agreement", agreement.id, PACKED, data=data))
        db.session.flush()
        own = next(_journal("agreement", agreement.id))
        listed = as_json(manifest.made_of(content_of(record), own.content))
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — handed to the answer, which closes it
    archive.write(
        cast(BinaryIO, target), [(manifest.NAME, listed), *((each.path, each.content) for each in (*found, own))]
    )
    target.seek(0)
    return cast(BinaryIO, target), _name(agreement)


def _name(agreement: Agreement) -> str:
    number = (agreement.number or str(agreement.id)).replace("/", "-")
    return f"Пакет доказательств {number}, {clock.in_moscow(clock.now()):%d.%m.%Y}.zip"


def _papers(agreement: Agreement, actor: Actor) -> None:
    """The sheet, the remarks table and the protocols as they stand now; none where it was never sent."""
    for issue in (issue_sheet, issue_remarks):
        try:
            issue("agreement", agreement.id, actor)
        except NotFound:
            return
    numbers = db.session.scalars(
        select(Protocol.number).where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
    ).all()
    for number in numbers:
        issue_protocol("agreement", agreement.id, actor, number)


def _documents(agreement: Agreement) -> Iterator[Member]:
    """Every issued document; of a sealed kind the sealed bytes as well: they are what visas bind to."""
    revisions = {revision.document_id: revision for revision in agreement.revisions}
    rows = db.session.scalars(
        select(IssuedDocument)
        .where(IssuedDocument.subject_kind == "agreement", IssuedDocument.subject_id == agreement.id)
        .order_by(IssuedDocument.id)
    )
    for row in rows:
        revision = revisions.get(row.id)
        signed = revision is not None and revision.signed
        folder = "signed" if signed else "revisions" if revision else "documents"
        path = f"{folder}/{row.id} {_safe(row.file_name)}"
        proves = {"document_id": row.id, "rendition": row.rendition, "revision": row.revision, "code": row.code}
        plain = fingerprint(row) == row.sha256
        if plain:
            yield Member(path, files().get(row.sha256), "document", {**proves, "document_hash": row.sha256})
            continue
        yield Member(f"{path}.sealed", files().get(row.sha256), "sealed", {**proves, "document_hash": row.sha256})
        if fingerprint(row):
            yield Member(path, opened(row), "document", proves)


def _safe(name: str) -> str:
    return "".join(letter if letter not in '\\/:*?"<>|' and letter.isprintable() else " " for letter in name)[:150]


def _attachments(agreement: Agreement) -> Iterator[Member]:
    """Scans, signatures, letters: every file brought to the agreement, each version of it."""
    rows = db.session.scalars(
        select(Attachment)
        .where(Attachment.subject_kind == "agreement", Attachment.subject_id == agreement.id)
        .order_by(Attachment.id)
    )
    for row in rows:
        proves = {"attachment_id": row.id, "purpose": row.purpose, "stored": row.sha256}
        yield Member(f"files/{row.id} {_safe(row.name)}", files().get(row.sha256), "file", proves)


def _data(agreement: Agreement) -> Iterator[Member]:
    """What stands in tables: rounds with their decisions, remarks, protocols, signatures, numbers, editions."""
    of_agreement: dict[str, tuple[Any, Any]] = {
        "revisions": (Revision, Revision.number),
        "signatures": (PartySignature, PartySignature.id),
        "registration": (RegistrationEntry, RegistrationEntry.id),
        "editions": (Amendment, Amendment.edition),
        "notices": (Notice, Notice.id),
        "prolongations": (Prolongation, Prolongation.id),
    }
    model: Any
    for name, (model, order) in of_agreement.items():
        rows = db.session.scalars(select(model).where(model.agreement_id == agreement.id).order_by(order))
        yield _table(name, [_plain(row) for row in rows])
    yield _table("signatures_electronic", [_plain(row) for row in _electronic(agreement)])
    yield _table("rounds", [_round(row) for row in _of_subject(Round, agreement)])
    yield _table("remarks", [_plain(row) for row in _of_subject(Remark, agreement)])
    yield _table("protocols", [_protocol(row) for row in _of_subject(Protocol, agreement)])


def _electronic(agreement: Agreement) -> list[Any]:
    rows = db.session.scalars(
        select(PartySignature)
        .where(PartySignature.agreement_id == agreement.id)
        .options(selectinload(PartySignature.electronic))
        .order_by(PartySignature.id)
    )
    return [row.electronic for row in rows if row.electronic is not None]


def _of_subject(model: Any, agreement: Agreement) -> Iterable[Any]:
    return db.session.scalars(
        select(model).where(model.subject_kind == "agreement", model.subject_id == agreement.id).order_by(model.id)
    )


def _round(row: Round) -> dict[str, Any]:
    return {**_plain(row), "slots": [_slot(slot) for slot in row.slots]}


def _slot(slot: Slot) -> dict[str, Any]:
    decision: Decision | None = slot.decision
    paper = decision.paper_act if decision else None
    return {
        **_plain(slot),
        "holders": [_plain(holder) for holder in slot.holders],
        "decision": {**_plain(decision), "paper_act": _plain(paper) if paper else None} if decision else None,
    }


def _protocol(row: Protocol) -> dict[str, Any]:
    rows = [
        {
            **_plain(each),
            "wordings": [_plain(one) for one in each.wordings],
            "consents": [_plain(one) for one in each.consents],
        }
        for each in row.rows
    ]
    return {**_plain(row), "rows": rows}


HIDDEN = ("session",)
"""Columns that say nothing of the agreement and something of a person's browser."""


def _plain(row: Model) -> dict[str, Any]:
    columns = row.__mapper__.column_attrs
    return {column.key: getattr(row, column.key) for column in columns if column.key not in HIDDEN}


def _table(name: str, rows: list[dict[str, Any]]) -> Member:
    return Member(f"data/{name}.json", as_json(rows), "data")


def _journals_of_documents(agreement: Agreement, found: Iterable[Member]) -> Iterator[Member]:
    """The chains of the agreement's documents, whole, and the anchors that hold their heads and the agreement's."""
    documents = sorted({member.proves["document_id"] for member in found if "document_id" in member.proves})
    for document_id in documents:
        yield from _journal("issued_document", document_id)
    subjects = {("agreement", agreement.id), *(("issued_document", document_id) for document_id in documents)}
    yield Member("audit/anchors.json", as_json(list(_anchors(subjects))), "anchors")


def _journal(kind: str, subject_id: int) -> Iterator[Member]:
    records = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == kind, AuditRecord.subject_id == subject_id)
        .order_by(AuditRecord.seq)
    )
    rows = [{**content_of(record), "hash": record.hash} for record in records]
    if rows:
        yield Member(f"audit/{kind}-{subject_id}.json", as_json(rows), "journal")


def _anchors(subjects: set[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    """Where our heads stand in the global chain: to be compared with the service's own; others' heads stay there."""
    for anchor in db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)):
        ours = [head for head in anchor.heads if (head[0], head[1]) in subjects]
        if ours:
            yield {"id": anchor.id, "at": anchor.at, "hash": anchor.hash, "heads": ours}


def _about(agreement: Agreement) -> dict[str, Any]:
    """What the pack is about, as the manifest and the journal have it."""
    parties = [
        {"name": party.organisation.full_name, "inn": party.organisation.inn, "number": party.reg_number}
        for party in agreement.parties
    ]
    return {
        "id": agreement.id,
        "kind": agreement.kind,
        "title": agreement.title,
        "number": agreement.number,
        "state": agreement.state,
        "signed_on": agreement.signed_on.isoformat() if agreement.signed_on else None,
        "parties": parties,
    }
