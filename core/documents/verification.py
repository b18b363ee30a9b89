"""Documents room: what anybody may learn of an issued document: what it is and what it is worth, never what it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from werkzeug.exceptions import TooManyRequests

from core import clock
from core.db import db, transaction
from core.documents import kinds, standing, uploads
from core.documents.issuing import ALPHABET
from core.documents.models import DocumentPdf, DocumentSecret, IssuedDocument, VerificationCheck
from core.documents.package import members
from core.errors import Refusal
from core.workflow import handler
from core.workflow.models import Job
from core.workflow.schedule import daily

WINDOW = timedelta(minutes=10)
MOST_CHECKS = 60
"""Questions from one address in WINDOW."""
KEPT = timedelta(days=1)
_CHUNK = 2**20
_CODE = re.compile(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
_IN_ADDRESS = re.compile(r"[?&]code=([^&\s]+)", re.IGNORECASE)
_ALIKE = str.maketrans("АВЕЁКМНОРСТУХЗІOIL", "ABEEKMH0PCTYX31011")
_FURNITURE = re.compile(r"word/(?:footer|header|document)\d*\.xml\Z")


@dataclass(frozen=True)
class Facts:
    """What a stranger is told of a document."""

    code: str
    kind: str
    kind_label: str
    revision: int
    rendition: str
    rendition_label: str
    issued_at: datetime
    standing: standing.Standing
    erased: bool = False


@dataclass(frozen=True)
class Answer:
    """`result`: code, file, pdf (found by these), changed (the file names a document and is not it), unknown."""

    result: str
    facts: Facts | None = None

    @property
    def genuine(self) -> bool:
        """Whether what was asked about was issued here as it is."""
        return self.result in ("code", "file", "pdf")


def tidy_code(typed: str) -> str:
    """A code as it was printed, from how it was typed: spaces, case, dashes, look-alike Cyrillic letters, an address.

    "" where it cannot be one.
    """
    if found := _IN_ADDRESS.search(typed):
        typed = found.group(1)
    signs = [sign for sign in typed.upper().translate(_ALIKE) if sign.isalnum()]
    code = "".join(signs)
    if len(code) != 12 or not set(code) <= set(ALPHABET):
        return ""
    return "-".join((code[:4], code[4:8], code[8:]))


def by_code(typed: str) -> Answer:
    """The document of this code."""
    code = tidy_code(typed)
    document = db.session.scalars(select(IssuedDocument).where(IssuedDocument.code == code)).one_or_none()
    return Answer("unknown") if document is None else Answer("code", facts(document))


def by_file(stream: IO[bytes]) -> Answer:
    """The document that this file is, byte for byte. The file is read, hashed and forgotten."""
    digest = hashlib.sha256()
    head = b""
    while piece := stream.read(_CHUNK):
        digest.update(piece)
        if len(head) <= uploads.LARGEST_FILE:
            head += piece
    answer = by_hash(digest.hexdigest())
    if answer.result != "unknown" or len(head) > uploads.LARGEST_FILE:
        return answer
    return _by_print(head)


def by_hash(sha256: str) -> Answer:
    """The document whose file, or whose PDF, has this SHA-256."""
    sha256 = sha256.strip().lower()
    document = db.session.scalars(
        select(IssuedDocument)
        .outerjoin(DocumentSecret, DocumentSecret.document_id == IssuedDocument.id)
        .where(
            ((IssuedDocument.sha256 == sha256) & DocumentSecret.document_id.is_(None))
            | (DocumentSecret.sha256 == sha256)
        )
    ).first()
    if document is not None:
        return Answer("file", facts(document))
    printed = db.session.scalars(
        select(IssuedDocument)
        .join(DocumentPdf, DocumentPdf.issued_document_id == IssuedDocument.id)
        .where(DocumentPdf.sha256 == sha256, DocumentPdf.state == "ready")
    ).first()
    return Answer("unknown") if printed is None else Answer("pdf", facts(printed))


def _by_print(content: bytes) -> Answer:
    """A file that is none of ours may still carry the code of one that is: then it was changed."""
    for code in _printed_codes(content):
        document = db.session.scalars(select(IssuedDocument).where(IssuedDocument.code == code)).one_or_none()
        if document is not None:
            return Answer("changed", facts(document))
    return Answer("unknown")


def _printed_codes(content: bytes) -> Iterator[str]:
    try:
        uploads.check(content)
    except Refusal:
        return
    furniture = [(name, data) for name, data in members(content) if _FURNITURE.match(name)]
    for _name, data in sorted(furniture, key=lambda item: item[0] == "word/document.xml"):
        yield from _CODE.findall(re.sub(r"<[^>]+>", "", data.decode("utf-8", "replace")))


def facts(document: IssuedDocument) -> Facts:
    """What may be told of it to anybody: no title, no parties, no names."""
    secret = db.session.get(DocumentSecret, document.id)
    label: Any = standing.RENDITIONS.get(document.rendition, "")
    return Facts(
        code=document.code,
        kind=document.kind,
        kind_label=str(kinds.kind(document.kind).label),
        revision=document.revision,
        rendition=document.rendition,
        rendition_label=str(label),
        issued_at=document.issued_at,
        standing=standing.standing(document),
        erased=secret is not None and secret.key is None,
    )


def count(address: str) -> None:
    """Note a question from this address, in the database, so that it counts across processes.

    Raises TooManyRequests when there were too many of them.
    """
    since = clock.now() - WINDOW
    with transaction():
        asked = db.session.scalar(
            select(func.count())
            .select_from(VerificationCheck)
            .where(VerificationCheck.address == address, VerificationCheck.at > since)
        )
        if (asked or 0) < MOST_CHECKS:
            db.session.add(VerificationCheck(address=address, at=clock.now()))
            return
    minutes = int(WINDOW.total_seconds() // 60)
    raise TooManyRequests(_("Слишком много проверок. Повторите через %(n)s минут.", n=minutes))


@handler("documents.forget_checks")
def forget(_job: Job) -> None:
    """Addresses are kept for a day."""
    with transaction():
        db.session.execute(delete(VerificationCheck).where(VerificationCheck.at < clock.now() - KEPT))


daily("documents.forget_checks")
