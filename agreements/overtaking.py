"""What overtook a supplementary agreement: those registered meanwhile, with their numbers, authors and clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.models import Agreement, Amendment
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db


@dataclass(frozen=True)
class Overtaking:
    """An edition the parent got after the changes were drawn, as the actor may know it."""

    edition: int
    title: str
    """What made it; without a name where the actor may not see it."""
    number: str
    signed_on: date | None
    author: str
    """Short name of the organisation that drew it up."""
    clauses: Sequence[str]
    """Numbers of the clauses it changed."""
    url: str

    @property
    def words(self) -> str:
        """«Дополнительное соглашение № 5 от 12.03.2026, Минпросвещения России: пункты 1.2, 5.3»."""
        name = self.title + (f" №\u00a0{self.number}" if self.number else "")
        name += f" {_('от')} {self.signed_on:%d.%m.%Y}" if self.signed_on else ""
        about = ", ".join(self.clauses)
        what = (_("пункты %(all)s", all=about) if len(self.clauses) > 1 else _("пункт %(n)s", n=about)) if about else ""
        return ", ".join(filter(None, (name, self.author))) + (f": {what}" if what else "")


def overtaken(agreement: Agreement, actor: Actor) -> list[Overtaking]:
    """What changed the parent since `agreement` was drawn, oldest first; no query is made where nothing did."""
    parent = agreement.parent
    if agreement.kind != "supplementary" or parent is None or agreement.parent_edition in (None, parent.edition):
        return []
    columns = (Agreement.id, Agreement.title, Agreement.number, Agreement.signed_on, Agreement.data)
    rows = db.session.execute(
        select(
            Amendment.edition,
            *columns,
            Organisation.short_name,
            visible_to(actor, "agreement", Agreement.id).label("known"),
        )
        .outerjoin(Agreement, Agreement.id == Amendment.source_id)
        .outerjoin(Organisation, Organisation.id == Agreement.initiator_id)
        .where(Amendment.agreement_id == parent.id, Amendment.edition > agreement.parent_edition)
        .order_by(Amendment.edition)
    )
    return [_told(row) for row in rows]


def _told(row: Any) -> Overtaking:
    if row.id is None or not row.known:
        return Overtaking(row.edition, _("Другое дополнительное соглашение"), "", None, "", (), "")
    clauses = [str(change["number"]) for change in (row.data or {}).get("changes", [])]
    url = f"/agreements/{row.id}"
    return Overtaking(row.edition, row.title, row.number, row.signed_on, row.short_name, clauses, url)
