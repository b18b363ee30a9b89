"""Documents room: what a document is worth today: domains answer for their subjects, else its own papers do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from core.db import db
from core.documents.models import IssuedDocument

DRAFT, CURRENT, SUPERSEDED, REGISTERED = "draft", "current", "superseded", "registered"
ANNULLED, ENDED = "annulled", "ended"
LABELS: dict[str, Any] = {
    DRAFT: _l("Проект, силы не имеет"),
    CURRENT: _l("Действующая редакция"),
    SUPERSEDED: _l("Заменён более новым"),
    REGISTERED: _l("Зарегистрирован"),
    ANNULLED: _l("Аннулирован"),
    ENDED: _l("Действие прекращено"),
}
TONES = {
    DRAFT: "neutral",
    CURRENT: "info",
    SUPERSEDED: "warning",
    REGISTERED: "success",
    ANNULLED: "danger",
    ENDED: "muted",
}
RENDITIONS: dict[str, Any] = {
    "draft": _l("проект"),
    "submitted": _l("представленный на согласование"),
    "registered": _l("зарегистрированный"),
    "consolidated": _l("сводный текст с изменениями"),
    "sheet": _l("лист согласования"),
    "protocol": _l("протокол"),
    "report": _l("отчёт"),
    "minutes": _l("протокол совещания"),
    "bulk": _l("массовый выпуск"),
}


@dataclass(frozen=True)
class Standing:
    """`state` is one of LABELS; `note` adds what a stranger may know («есть редакция № 3»), never a name."""

    state: str
    note: str = ""

    @property
    def label(self) -> Any:
        return LABELS[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]


Ask = Callable[[IssuedDocument], Standing | None]
_answers: dict[str, Ask] = {}


def register(subject_kind: str, ask: Ask) -> None:
    """Let a domain answer for the documents of its subjects. None leaves the answer to the documents themselves."""
    _answers[subject_kind] = ask


def standing(document: IssuedDocument) -> Standing:
    """What the document is worth now."""
    ask = _answers.get(document.subject_kind)
    told = ask(document) if ask is not None else None
    return told if told is not None else by_documents(document)


def by_documents(document: IssuedDocument) -> Standing:
    """From the documents of the same subject and kind alone: a newer revision supersedes."""
    newest = newest_revision(document)
    if document.rendition == "draft":
        return Standing(DRAFT)
    if newest > document.revision:
        return Standing(SUPERSEDED, _("есть редакция № %(n)s", n=newest))
    return Standing(REGISTERED if document.rendition == "registered" else CURRENT)


def newest_revision(document: IssuedDocument) -> int:
    """The highest revision issued of this kind for the subject, drafts apart."""
    found = db.session.scalar(
        select(func.max(IssuedDocument.revision)).where(
            IssuedDocument.subject_kind == document.subject_kind,
            IssuedDocument.subject_id == document.subject_id,
            IssuedDocument.kind == document.kind,
            IssuedDocument.rendition != "draft",
        )
    )
    return max(found or 0, document.revision if document.rendition != "draft" else 0)
