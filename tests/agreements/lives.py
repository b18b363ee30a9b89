"""Agreements already in force, written straight into the tables: for what happens to them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from agreements import service, terms
from agreements.demo.load import Company
from agreements.models import Agreement, AgreementParty, Revision
from core import audit, clock
from core.accounts.access import set_readers
from core.accounts.actor import SYSTEM
from core.accounts.models import Signatory
from core.db import db, transaction
from core.documents.models import DocumentTemplate, IssuedDocument

CLAUSES = [
    {"id": "s1", "level": 1, "number": "1", "text": "Предмет"},
    {"id": "c11", "level": 2, "number": "1.1", "text": "Стороны сотрудничают."},
    {"id": "c12", "level": 2, "number": "1.2", "text": "Стороны обмениваются опытом."},
    {"id": "c13", "level": 2, "number": "1.3", "text": "Стороны проводят встречи раз в квартал."},
]


def in_force(company: Company, keys: Sequence[str] = ("ministry", "corporation"), **fields: Any) -> Agreement:
    """A registered agreement of the named organisations with four clauses; nobody had to sign anything."""
    values: dict[str, Any] = {
        "kind": "cooperation",
        "title": "Соглашение о сотрудничестве",
        "state": "registered",
        "initiator_id": company.organisations[keys[0]],
        "created_at": clock.now(),
        "effective_from": date(2026, 1, 12),
        "signed_on": date(2026, 1, 12),
        "registered_on": date(2026, 1, 12),
        "number": "С/1",
        "drafters": [],
    }
    agreement = Agreement(**{**values, **fields})
    with transaction():
        for position, key in enumerate(keys, start=1):
            agreement.parties.append(_party(company.organisations[key], position))
        db.session.add(agreement)
        db.session.flush()
        set_readers("agreement", agreement.id, [company.organisations[key] for key in keys])
        revision = _revision(agreement)
        agreement.revisions.append(revision)
        if agreement.kind != "supplementary" and agreement.state in ("registered", "suspended"):
            terms.first_edition(agreement, revision)
        audit.append(SYSTEM.who(), audit.Act("agreement", agreement.id, "create", to_state=agreement.state))
    return agreement


def _party(organisation_id: int, position: int) -> AgreementParty:
    signatory = db.session.scalars(
        db.select(Signatory).where(Signatory.organisation_id == organisation_id, Signatory.primary)
    ).first()
    return AgreementParty(
        organisation_id=organisation_id, position=position, signatory_id=signatory.id if signatory else None
    )


def _revision(agreement: Agreement) -> Revision:
    template = db.session.scalars(db.select(DocumentTemplate).where(DocumentTemplate.kind == agreement.kind)).first()
    assert template is not None
    sha256 = f"{agreement.id:064d}"
    document = IssuedDocument(
        code=f"T{agreement.id:03d}-0000-0000",
        kind=agreement.kind,
        subject_kind="agreement",
        subject_id=agreement.id,
        rendition="submitted",
        title=agreement.title,
        file_name="Соглашение.docx",
        template_id=template.id,
        snapshot={},
        sha256=sha256,
        content_sha256=sha256,
        size=1,
        engine="test",
        author_name="Система",
        issued_at=clock.now(),
    )
    db.session.add(document)
    db.session.flush()
    return Revision(
        number=1,
        current=True,
        signed=True,
        data=agreement.data or {},
        clauses=CLAUSES,
        document_id=document.id,
        document_hash=sha256,
        drafters=[],
        created_at=clock.now(),
    )


def an_amendment(company: Company, parent: Agreement, login: str = "m.coord", **fields: Any) -> Agreement:
    """A draft supplementary agreement, drawn by the service."""
    entered = service.AgreementInput(
        kind="supplementary",
        title="Дополнительное соглашение",
        parties=[service.PartyInput(party.organisation_id) for party in parent.parties],
        city="г. Москва",
        parent_id=parent.id,
        public_info=True,
        data=fields.pop("data", {"effective_from": "2026-06-01"}),
        **fields,
    )
    return service.create(entered, company.actor(login))
