"""The text behind a hash: read as clauses, compared, opened where it is sealed and never remembered then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import scoped_session

from core import clock
from core.db import db, transaction
from core.documents import sealing
from core.documents.models import DocumentSecret, DocumentTemplate, IssuedDocument
from core.signoffs import texts
from core.store import files
from tests.core.signoffs.desk import CLAUSES, a_docx


def sealed(content: bytes) -> str:
    """A document kept as a ciphertext; the hash of that."""
    key, code = sealing.new_key(), "sealed"
    sha256 = files().put(sealing.seal(key, content, code))
    with transaction():
        template = DocumentTemplate(kind="k", version=1, title="k", sha256="0" * 64, created_at=clock.now())
        db.session.add(template)
        db.session.flush()
        row = IssuedDocument(
            code=code, kind="k", subject_kind="k", subject_id=1, rendition="submitted", title="k", file_name="k.docx",
            template_id=template.id, snapshot=sealing.seal_json(key, {}, code), sha256=sha256, content_sha256=sha256,
            size=1, engine="test", author_name="Система", issued_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add(DocumentSecret(document_id=row.id, key=key))
    return sha256


def test_clauses_are_read_and_compared(db_session: scoped_session[Any]) -> None:
    before = files().put(a_docx())
    after = files().put(a_docx((*CLAUSES[:2], "1.2. План утверждают заместители.")))
    assert [clause["number"] for clause in texts.clauses(before)] == ["1", "1.1", "1.2"]
    assert [(block.kind, block.number) for block in texts.changes(before, after)] == [("change", "1.2")]
    assert texts.changes(before, before) == ()


def test_what_is_no_document_has_no_clauses(db_session: scoped_session[Any]) -> None:
    assert texts.clauses(files().put(b"PK but no package")) == ()
    assert texts.clauses("0" * 64) == ()
    assert texts.blocks(files().put(b"plain words")) == ()


def test_a_sealed_text_is_opened_and_gone_with_its_key(db_session: scoped_session[Any]) -> None:
    sha256 = sealed(a_docx())
    assert [clause["number"] for clause in texts.clauses(sha256)] == ["1", "1.1", "1.2"]
    assert len(texts.blocks(sha256)) == 3
    with transaction():
        db.session.execute(update(DocumentSecret).values(key=None))
    db.session.expire_all()
    assert texts.clauses(sha256) == ()
    assert texts.blocks(sha256) == ()
    assert texts.changes(sha256, files().put(a_docx())) != ()
