"""The papers of sign-offs: the sheet, the remarks table, the disagreement protocol; issued at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.actor import Actor
from core.documents import kinds
from core.documents.issuing import Order, issue
from core.documents.models import IssuedDocument
from core.errors import NotFound
from core.signoffs.documents.protocol import protocol_context
from core.signoffs.documents.sheet import sheet_context
from core.signoffs.documents.table import remarks_context
from core.signoffs.queries.protocol import protocol_of
from core.signoffs.queries.sheet import Sheet, sheet
from core.signoffs.subjects import subject

KINDS = (
    kinds.Kind("approval_sheet", "signoffs", _l("Лист согласования")),
    kinds.Kind("remarks_table", "signoffs", _l("Таблица учёта замечаний")),
    kinds.Kind("disagreement", "signoffs", _l("Протокол разногласий")),
)


def register_kinds() -> None:
    """Declare the kinds. Called once when the rooms are joined."""
    for kind in KINDS:
        kinds.register(kind)


def issue_sheet(kind: str, subject_id: int, actor: Actor) -> IssuedDocument:
    """The sheet as it stands now: all rounds of all sides. Raises NotFound (hidden, or never sent for sign-off)."""
    found = _sent(kind, subject_id, actor)
    return _issue("approval_sheet", "sheet", found, actor, lambda: sheet_context(found, _paper(found)))


def issue_remarks(kind: str, subject_id: int, actor: Actor) -> IssuedDocument:
    """The register of remarks of all rounds with the answers given so far. Raises NotFound."""
    found = _sent(kind, subject_id, actor)
    return _issue("remarks_table", "remarks", found, actor, lambda: remarks_context(found, _paper(found), actor))


def issue_protocol(kind: str, subject_id: int, actor: Actor, number: int | None = None) -> IssuedDocument:
    """The disagreement protocol with both columns and the agreed one. Raises NotFound."""
    found = _sent(kind, subject_id, actor)
    view = protocol_of(kind, subject_id, actor, number)
    return _issue(
        "disagreement", "protocol", found, actor, lambda: protocol_context(view, found.rounds[-1], _paper(found))
    )


def _sent(kind: str, subject_id: int, actor: Actor) -> Sheet:
    found = sheet(kind, subject_id, actor)
    if not found.rounds:
        raise NotFound(gettext("Документ ещё не направляли на согласование"))
    return found


def _paper(found: Sheet) -> Mapping[str, Any]:
    return subject(found.kind).paper(found.subject_id)


def _issue(kind: str, rendition: str, found: Sheet, actor: Actor, context: Any) -> IssuedDocument:
    """Papers are in Russian whatever language the person reads the pages in."""
    current = found.rounds[-1]
    today = f"{clock.in_moscow(clock.now()):%d.%m.%Y}"
    with force_locale("ru"):
        label = str(kinds.kind(kind).label)
        order = Order(
            kind=kind,
            subject_kind=found.kind,
            subject_id=found.subject_id,
            title=f"{label}: {current.title}",
            file_name=f"{label}, {_safe(current.title)}, {today}.docx",
            context=context(),
            rendition=rendition,
            revision=current.revision,
            status_label=f"по состоянию на {today}",
        )
        return issue(order, actor)


def _safe(title: str) -> str:
    plain = "".join(letter if letter not in '\\/:*?"<>|\r\n\t' else " " for letter in title)
    return " ".join(plain.split())[:120].strip()
