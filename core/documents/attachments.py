"""Files people bring: checked, hashed, never executed and never shown inside our pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.documents.models import Attachment
from core.documents.proof import fault_of
from core.errors import NotValid
from core.store import files

MOST_BYTES = 50 * 1024 * 1024

_ZIP = (b"PK\x03\x04",)
_TYPES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    ".zip": ("application/zip", _ZIP),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".tif": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    ".tiff": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
    ".sig": ("application/pkcs7-signature", ()),
    ".p7s": ("application/pkcs7-signature", ()),
    ".xml": ("application/xml", (b"<", b"\xef\xbb\xbf<")),
}


@dataclass(frozen=True)
class Upload:
    """A file as it came: its own name and its bytes."""

    name: str
    content: bytes


def check(upload: Upload) -> str:
    """The media type by the ending, proven by the bytes. Raises NotValid in words."""
    name = clean_name(upload.name)
    ending = PurePosixPath(name).suffix.lower()
    if ending not in _TYPES:
        allowed = ", ".join(sorted(_TYPES))
        raise NotValid(_("Файлы вида «%(ending)s» не принимаются. Можно: %(all)s", ending=ending, all=allowed), "file")
    if not upload.content:
        raise NotValid(_("Файл «%(name)s» пуст", name=name), "file")
    if len(upload.content) > MOST_BYTES:
        raise NotValid(_("Файл «%(name)s» больше 50 МБ", name=name), "file")
    media_type, beginnings = _TYPES[ending]
    if beginnings and not upload.content.startswith(beginnings):
        raise NotValid(_("Содержимое файла «%(name)s» не соответствует его расширению", name=name), "file")
    if fault := fault_of(ending, upload.content):
        raise NotValid(_("Файл «%(name)s» не принят: %(fault)s", name=name, fault=fault), "file")
    return media_type


def clean_name(name: str) -> str:
    """The last part of a name without control characters, at most 200 characters; the ending is kept."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    last = "".join(letter for letter in last if letter.isprintable()).strip() or "file"
    stem, ending = PurePosixPath(last).stem, PurePosixPath(last).suffix
    return stem[: 200 - len(ending)] + ending


def keep(
    upload: Upload, subject_kind: str, subject_id: int, purpose: str, actor: Actor, period: str = ""
) -> Attachment:
    """Check and keep a file with a subject, inside the caller's transaction. The same name again is a new version."""
    media_type = check(upload)
    name = clean_name(upload.name)
    last = db.session.scalar(
        select(func.max(Attachment.version)).where(
            Attachment.subject_kind == subject_kind,
            Attachment.subject_id == subject_id,
            Attachment.purpose == purpose,
            Attachment.name == name,
        )
    )
    attachment = Attachment(
        subject_kind=subject_kind,
        subject_id=subject_id,
        purpose=purpose,
        name=name,
        media_type=media_type,
        sha256=files().put(upload.content),
        size=len(upload.content),
        version=(last or 0) + 1,
        period=period,
        author_id=actor.id,
        author_name=actor.short_name or actor.name,
        at=clock.now(),
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment
