"""Issuing: a template version and a snapshot of data become an immutable file that can be proven later."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db, transaction
from core.documents import kinds
from core.documents.cache import compiled
from core.documents.clauses import put_clauses
from core.documents.models import DocumentTemplate, IssuedDocument
from core.documents.package import content_sha256
from core.documents.render import render
from core.errors import NotFound
from core.store import digest, files

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letters that are mistaken for digits."""


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
    clauses: list[dict[str, Any]] | None = None


def issue(order: Order, actor: Actor = SYSTEM) -> IssuedDocument:
    """Render and keep a document; with a `key` that was issued before, returns that one.

    Raises NotValid naming every required field without a value, NotFound when the kind has no active template.
    """
    with transaction():
        if order.key is not None:
            earlier = db.session.scalars(
                select(IssuedDocument).where(IssuedDocument.key == order.key)
            ).one_or_none()
            if earlier is not None:
                return earlier
        template = active_template(order.kind)
        code = new_code()
        snapshot = to_json({**order.context, "doc": doc_block(order, code)})
        content, engine = produce(template, snapshot, order.clauses)
        document = IssuedDocument(
            code=code,
            key=order.key,
            kind=order.kind,
            subject_kind=order.subject_kind,
            subject_id=order.subject_id,
            revision=order.revision,
            rendition=order.rendition,
            title=order.title,
            file_name=order.file_name,
            template_id=template.id,
            snapshot=snapshot,
            clauses=order.clauses,
            sha256=files().put(content),
            content_sha256=content_sha256(content),
            size=len(content),
            engine=engine,
            author_id=actor.id,
            author_name=actor.name,
            issued_at=clock.now(),
        )
        db.session.add(document)
        db.session.flush()
        return document


def preview(order: Order) -> bytes:
    """The same rendering without keeping anything: for the live view beside a form."""
    snapshot = to_json({**order.context, "doc": doc_block(order, "ПРОЕКТ")})
    return produce(active_template(order.kind), snapshot, order.clauses)[0]


def doc_block(order: Order, code: str) -> dict[str, Any]:
    """What the footer prints about the document itself."""
    return {
        "code": code,
        "revision": order.revision,
        "status_label": order.status_label,
        "title": order.title,
    }


def produce(
    template: DocumentTemplate, snapshot: Mapping[str, Any], clauses: list[dict[str, Any]] | None
) -> tuple[bytes, str]:
    """The bytes of a document from its template and data: always the same for the same engine."""
    rendered = render(compiled(files().get(template.sha256)), from_json(snapshot))
    content = rendered.data
    if clauses is not None:
        content = put_clauses(content, clauses)
    return content, rendered.engine


def reproduce(document_id: int) -> tuple[IssuedDocument, bool, bool]:
    """Render again from the snapshot: (document, contents equal, bytes equal). Stored bytes are never touched."""
    document = db.session.get(IssuedDocument, document_id)
    if document is None:
        raise NotFound(_("Документ не найден"))
    content, _engine = produce(document.template, document.snapshot, document.clauses)
    return document, content_sha256(content) == document.content_sha256, digest(content) == document.sha256


def new_code() -> str:
    """Twelve characters in three groups: 60 random bits, enough that nobody guesses one."""
    letters = "".join(secrets.choice(ALPHABET) for _index in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def active_template(kind: str) -> DocumentTemplate:
    """The version in use. Raises NotFound."""
    template = db.session.scalars(
        select(DocumentTemplate).where(DocumentTemplate.kind == kind, DocumentTemplate.state == "active")
    ).one_or_none()
    if template is None:
        raise NotFound(_("Нет действующего шаблона вида «%(kind)s»", kind=str(kinds.kind(kind).label)))
    return template


def install_shipped() -> int:
    """Register the templates that ship, where the file is new; returns how many were added.

    A shipped version becomes active only where no version uploaded by a person is.
    """
    added = 0
    with transaction():
        for kind in kinds.all_kinds():
            if kind.template_path.exists() and _install(kind):
                added += 1
    return added


def _install(kind: kinds.Kind) -> bool:
    content = kind.template_path.read_bytes()
    sha256 = files().put(content)
    versions = list(db.session.scalars(select(DocumentTemplate).where(DocumentTemplate.kind == kind.name)))
    if any(version.sha256 == sha256 for version in versions):
        return False
    own = next((version for version in versions if version.state == "active"), None)
    takes_over = own is None or own.shipped
    if own is not None and takes_over:
        own.state = "retired"
        db.session.flush()
    last = db.session.scalar(
        select(func.max(DocumentTemplate.version)).where(DocumentTemplate.kind == kind.name)
    )
    db.session.add(
        DocumentTemplate(
            kind=kind.name,
            version=(last or 0) + 1,
            title=str(kind.label),
            sha256=sha256,
            shipped=True,
            state="active" if takes_over else "retired",
            created_at=clock.now(),
            uploaded_name=SYSTEM.name,
            activated_name=SYSTEM.name if takes_over else "",
            activated_at=clock.now() if takes_over else None,
        )
    )
    return True


def to_json(value: Any) -> Any:
    """A snapshot as plain JSON; dates and decimals are tagged, so that rendering it again gives the same text."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


_TAGS: dict[str, Any] = {"$moment": datetime.fromisoformat, "$date": date.fromisoformat, "$decimal": Decimal}


def from_json(value: Any) -> Any:
    """The snapshot as the template takes it."""
    if isinstance(value, Mapping):
        if len(value) == 1 and (tag := next(iter(value))) in _TAGS:
            return _TAGS[tag](value[tag])
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
