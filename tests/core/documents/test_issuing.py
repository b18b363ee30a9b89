"""Issued files: kept, proven, sealed where personal, and gone when their key is erased."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from core import audit
from core.db import db, transaction
from core.documents import personal, sealing
from core.documents.clauses import document_text, read_clauses
from core.documents.issuing import (
    active_template,
    content,
    content_of,
    data_of,
    fingerprint,
    issue,
    reproduce,
)
from core.documents.models import DocumentSecret, IssuedDocument
from core.errors import NotAllowed, NotFound, NotValid
from core.store import digest, files
from tests.builders import an_actor
from tests.core.documents.conftest import an_order

pytestmark = pytest.mark.usefixtures("shipped")

PASSPORT = "4509 123456"


def a_contract(**fields: Any) -> IssuedDocument:
    order = an_order("target")
    return issue(an_order("target", context={**order.context, "citizen_passport": PASSPORT}, **fields))


def everything_kept(instance: Path) -> bytes:
    """All bytes of the store and all text of the database."""
    kept = [path.read_bytes() for path in (instance / "files").rglob("*") if path.is_file()]
    rows = db.session.execute(text("SELECT snapshot, title FROM issued_document")).all()
    journal = db.session.execute(text("SELECT data FROM audit_record")).all()
    return b"".join(kept) + repr([*rows, *journal]).encode()


def test_an_issued_document_is_kept_under_its_hash_and_reproduced(db_session: Any) -> None:
    document = issue(an_order())
    assert digest(content(document)) == document.sha256 == fingerprint(document)
    assert reproduce(document.id)[1:] == (True, True)


def test_a_document_of_agreed_clauses_is_reproduced_with_them(db_session: Any) -> None:
    clauses = read_clauses(content(issue(an_order())))
    clauses[1]["text"] = "Предметом является совместная работа."
    document = issue(an_order(clauses=clauses))
    assert "Предметом является совместная работа." in document_text(content(document))
    assert reproduce(document.id)[1:] == (True, True)


def test_the_public_address_is_part_of_the_evidence(db_session: Any, app: Any) -> None:
    document = issue(an_order())
    app.config["PUBLIC_URL"] = "https://elsewhere.example.org"
    assert reproduce(document.id)[1:] == (True, True)


def test_a_changed_snapshot_is_not_reproduced(db_session: Any) -> None:
    document = issue(an_order())
    changed = {**document.snapshot, "city": "г. Тула"}
    db.session.execute(update(IssuedDocument).values(snapshot=changed))
    db.session.commit()
    db.session.expire_all()
    assert reproduce(document.id)[1:] == (False, False)


def test_one_key_is_issued_once(db_session: Any) -> None:
    assert issue(an_order(key="once")).id == issue(an_order(key="once")).id


def test_a_missing_field_refuses_the_document_and_keeps_nothing(db_session: Any) -> None:
    context = {name: value for name, value in an_order().context.items() if name != "city"}
    with pytest.raises(NotValid) as refusal:
        issue(an_order(context=context))
    assert "city" in refusal.value.fields
    assert db.session.scalar(select(IssuedDocument.id)) is None


def test_an_issued_document_cannot_be_changed(db_session: Any) -> None:
    document = issue(an_order())
    with pytest.raises(RuntimeError, match="append-only"), transaction():
        document.title = "Другое"


def test_a_personal_document_is_nowhere_in_the_clear(db_session: Any, database: Any) -> None:
    document = a_contract()
    assert PASSPORT in document_text(content(document))
    kept = everything_kept(database.instance)
    name = str(an_order("target").context["citizen_fio"])
    assert all(secret.encode() not in kept for secret in (PASSPORT, name))
    with pytest.raises(NotValid):
        document_text(files().get(document.sha256))


def test_a_personal_document_opens_and_reproduces_while_its_key_lives(db_session: Any) -> None:
    document = a_contract()
    assert data_of(document)[0]["citizen_passport"] == PASSPORT
    assert content_of(document.sha256) == content(document)
    assert fingerprint(document) == digest(content(document)) != document.sha256
    assert reproduce(document.id)[1:] == (True, True)


def test_erasing_the_key_closes_the_document_and_leaves_the_chains_valid(db_session: Any) -> None:
    document, other = a_contract(), a_contract()
    admin = an_actor("admin")
    personal.erase(document.id, admin, "истёк срок хранения")
    for ask in (content, data_of):
        with pytest.raises(NotFound, match="уничтожены"):
            ask(document)
    assert fingerprint(document) == ""
    assert files().has(document.sha256)
    assert audit.verify() is None
    assert PASSPORT in document_text(content(other))


def test_an_erased_secret_keeps_who_erased_it_and_why(db_session: Any) -> None:
    document = a_contract()
    admin = an_actor("admin")
    personal.erase(document.id, admin, "заявление гражданина")
    secret = db.session.get_one(DocumentSecret, document.id)
    assert (secret.key, secret.sha256, secret.erased_by, secret.reason) == (
        None, "", admin.name, "заявление гражданина",
    )  # fmt: skip


def test_only_an_administrator_erases_and_says_why(db_session: Any) -> None:
    document = a_contract()
    with pytest.raises(NotAllowed):
        personal.erase(document.id, an_actor("m_coord"), "так хочу")
    with pytest.raises(NotValid):
        personal.erase(document.id, an_actor("admin"), " ")
    with pytest.raises(NotValid):
        personal.erase(issue(an_order()).id, an_actor("admin"), "не персональный")


def test_a_sealed_file_opens_in_no_other_place() -> None:
    key = sealing.new_key()
    sealed = sealing.seal(key, b"text", "AAAA")
    assert sealing.seal(key, b"text", "AAAA") == sealed
    assert sealing.unseal(key, sealed, "AAAA") == b"text"
    for foreign in (sealing.seal(key, b"text", "BBBB"), sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(NotFound):
            sealing.unseal(key, foreign, "AAAA")


def test_a_template_whose_dates_are_over_issues_nothing(db_session: Any) -> None:
    with transaction():
        active_template("cooperation").valid_to = date(2020, 1, 31)
    with pytest.raises(NotFound, match=r"31\.01\.2020"):
        issue(an_order())
