"""Issuing: a template version and a snapshot of data become an immutable file that can be proven later."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db, transaction
from core.documents import kinds, sealing
from core.documents.models import DocumentSecret, DocumentTemplate, IssuedDocument
from core.documents.package import ISAL, ZLIB, content_sha256
from core.documents.producing import produce
from core.documents.shipped import install_shipped
from core.documents.snapshots import to_json
from core.errors import NotFound
from core.store import digest, files
from core.web.kept import in_russian

__all__ = [
    "Kept",
    "Made",
    "Order",
    "active_template",
    "content",
    "content_of",
    "data_of",
    "fingerprint",
    "install_shipped",
    "issue",
    "new_code",
    "preview",
    "produce",
    "record",
    "reproduce",
    "store",
]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letters that are mistaken for digits."""

Clauses = list[dict[str, Any]]


@dataclass(frozen=True)
class Order:
    """What to issue. `key` makes it happen once; `clauses` replace the template's own text."""

    kind: str
    subject_kind: str
    subject_id: int
    title: str
    file_name: str
    context: Mapping[str, Any]
    rendition: str
    revision: int = 1
    key: str | None = None
    status_label: str = ""
    clauses: Clauses | None = None


@dataclass(frozen=True)
class Made:
    """A document that was rendered and not kept yet; `key` seals it where its kind is personal."""

    code: str
    snapshot: dict[str, Any]
    content: bytes
    engine: str
    key: bytes | None = None


@in_russian
def issue(order: Order, actor: Actor = SYSTEM) -> IssuedDocument:
    """Render and keep a document; with a `key` that was issued before, returns that one.

    Raises NotValid naming every required field without a value, NotFound when the kind has no active template.
    """
    with transaction():
        if order.key is not None and (earlier := _issued(order.key)) is not None:
            return earlier
        template = active_template(order.kind)
        code = new_code()
        snapshot = to_json({**order.context, "doc": doc_block(order, code)})
        content, engine = produce(template, snapshot, order.clauses)
        key = sealing.new_key() if kinds.kind(order.kind).personal else None
        (document,) = record([store(order, Made(code, snapshot, content, engine, key))], template, actor)
        act = audit.Act("issued_document", document.id, "issue", document_hash=document.sha256, data=_told(document))
        audit.append(actor.who(), act)
        return document


def _issued(key: str) -> IssuedDocument | None:
    return db.session.scalars(select(IssuedDocument).where(IssuedDocument.key == key)).one_or_none()


def _told(document: IssuedDocument) -> dict[str, Any]:
    """What the journal keeps of an issued document: nothing of its content."""
    return {
        "code": document.code,
        "kind": document.kind,
        "rendition": document.rendition,
        "revision": document.revision,
        "subject": f"{document.subject_kind}:{document.subject_id}",
        "content_sha256": document.content_sha256,
    }


@dataclass(frozen=True)
class Kept:
    """A document whose bytes are in the store and whose row is still to be written."""

    order: Order
    made: Made
    sha256: str
    snapshot: dict[str, Any]
    clauses: Clauses | None
    content_sha256: str
    plain_content_sha256: str


def store(order: Order, made: Made) -> Kept:
    """Put the bytes of a document into the store, sealed where it has a key. Needs no transaction."""
    plain = content_sha256(made.content)
    if made.key is None:
        return Kept(order, made, files().put(made.content), made.snapshot, order.clauses, plain, plain)
    inside = {"snapshot": made.snapshot, "clauses": order.clauses}
    return Kept(
        order,
        made,
        sha256=files().put(sealing.seal(made.key, made.content, made.code)),
        snapshot=sealing.seal_json(made.key, inside, made.code),
        clauses=None,
        content_sha256=sealing.keyed(made.key, plain),
        plain_content_sha256=plain,
    )


def record(kept: Sequence[Kept], template: DocumentTemplate, actor: Actor = SYSTEM) -> list[IssuedDocument]:
    """Write the rows of stored documents, in their order, inside the caller's transaction."""
    documents = [_row(each, template, actor) for each in kept]
    db.session.add_all(documents)
    db.session.flush()
    db.session.add_all(
        DocumentSecret(
            document_id=document.id,
            key=each.made.key,
            sha256=digest(each.made.content),
            content_sha256=each.plain_content_sha256,
        )
        for each, document in zip(kept, documents, strict=True)
        if each.made.key is not None
    )
    db.session.flush()
    return documents


def _row(kept: Kept, template: DocumentTemplate, actor: Actor) -> IssuedDocument:
    order, made = kept.order, kept.made
    return IssuedDocument(
        code=made.code,
        key=order.key,
        kind=order.kind,
        subject_kind=order.subject_kind,
        subject_id=order.subject_id,
        revision=order.revision,
        rendition=order.rendition,
        title=order.title,
        file_name=order.file_name,
        template_id=template.id,
        snapshot=kept.snapshot,
        clauses=kept.clauses,
        sha256=kept.sha256,
        content_sha256=kept.content_sha256,
        size=len(made.content),
        engine=made.engine,
        author_id=actor.id,
        author_name=actor.name,
        issued_at=clock.now(),
    )


def key_of(document: IssuedDocument) -> bytes | None:
    """The key of a sealed document, None for one that is not sealed. Raises NotFound where the key was erased."""
    if sealing.FIELD not in document.snapshot:
        return None
    secret = db.session.get(DocumentSecret, document.id)
    if secret is None or secret.key is None:
        raise NotFound(_("Персональные данные документа уничтожены: файл и его данные больше не открываются"))
    return secret.key


def content(document: IssuedDocument) -> bytes:
    """The file as it was given out. Raises NotFound where its personal data were erased or its bytes altered."""
    key = key_of(document)
    stored = files().get(document.sha256)
    return stored if key is None else sealing.unseal(key, stored, document.code)


def content_of(sha256: str) -> bytes:
    """The file behind the hash that visas bind to, opened where it is sealed. Raises NotFound."""
    document = db.session.scalars(select(IssuedDocument).where(IssuedDocument.sha256 == sha256)).first()
    return files().get(sha256) if document is None else content(document)


def data_of(document: IssuedDocument) -> tuple[dict[str, Any], Clauses | None]:
    """The snapshot and the text of a document, opened where they are sealed. Raises NotFound."""
    key = key_of(document)
    if key is None:
        return document.snapshot, document.clauses
    inside = sealing.unseal_json(key, document.snapshot, document.code)
    return inside["snapshot"], inside["clauses"]


def fingerprint(document: IssuedDocument) -> str:
    """SHA-256 of the file as given out; "" where its personal data were erased."""
    if sealing.FIELD not in document.snapshot:
        return document.sha256
    secret = db.session.get(DocumentSecret, document.id)
    return "" if secret is None else secret.sha256


def preview(order: Order, template: DocumentTemplate | None = None) -> bytes:
    """The same rendering without keeping anything: for the live view beside a form, or by an earlier `template`."""
    snapshot = to_json({**order.context, "doc": {**doc_block(order, "ПРОЕКТ"), "verify_url": ""}})
    return produce(template or active_template(order.kind), snapshot, order.clauses)[0]


def doc_block(order: Order, code: str) -> dict[str, Any]:
    """What the footer and the QR code say about the document itself."""
    return {
        "code": code,
        "revision": order.revision,
        "status_label": order.status_label,
        "title": order.title,
        "verify_url": verify_url(code),
    }


def verify_url(code: str) -> str:
    """The public address that answers about the document of this code."""
    return f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}/verify?code={code}"


def reproduce(document_id: int) -> tuple[IssuedDocument, bool, bool]:
    """Render again from the snapshot: (document, contents equal, bytes equal). Stored bytes are never touched.

    Raises NotFound, for a document whose personal data were erased too.
    """
    document = db.session.get(IssuedDocument, document_id)
    if document is None:
        raise NotFound(_("Документ не найден"))
    snapshot, clauses = data_of(document)
    deflater = ISAL if " isal-" in document.engine else ZLIB
    made, _engine = produce(document.template, snapshot, clauses, deflater)
    key = key_of(document)
    proof = content_sha256(made) if key is None else sealing.keyed(key, content_sha256(made))
    stored = made if key is None else sealing.seal(key, made, document.code)
    same = hmac.compare_digest(proof, document.content_sha256)
    return document, same, digest(stored) == document.sha256


def new_code() -> str:
    """Twelve characters in three groups: 60 random bits, enough that nobody guesses one."""
    letters = "".join(secrets.choice(ALPHABET) for _index in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def active_template(kind: str) -> DocumentTemplate:
    """The version in use today. Raises NotFound where there is none, or where its dates do not cover today."""
    template = db.session.scalars(
        select(DocumentTemplate).where(DocumentTemplate.kind == kind, DocumentTemplate.state == "active")
    ).one_or_none()
    label = str(kinds.kind(kind).label)
    if template is None:
        raise NotFound(_("Нет действующего шаблона вида «%(kind)s»", kind=label))
    if template.valid_to is not None and template.valid_to < clock.today():
        until = template.valid_to.strftime("%d.%m.%Y")
        raise NotFound(_("Срок действия шаблона «%(kind)s» истёк %(until)s", kind=label, until=until))
    return template
