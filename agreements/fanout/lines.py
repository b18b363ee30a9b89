"""The lines of a board, read in a number of queries that does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, select

from agreements.models import Agreement, Deviations, ModelForm, ModelRevision, Sent
from agreements.service import EDITABLE
from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.accounts.regions import region_name
from core.calendar import working_days_between
from core.db import db
from core.signoffs.models import Round, Slot


@dataclass
class Line:
    """One counterparty on the board."""

    sent_id: int
    agreement_id: int
    organisation_id: int
    organisation: str
    inn: str
    region: str
    state: str
    revision: int
    """The agreement's newest revision; one more than the last while its text is being drafted."""
    drafting: bool
    number: str
    signed_on: date | None
    model_revision: int
    amendment_id: int | None
    deviations: list[dict[str, Any]]
    moved_at: datetime
    court: str = ""
    held: int = 0
    """Working days the document has lain there."""
    due_at: datetime | None = None

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def count(self) -> int:
        return len(self.deviations)


def lines_of(model: ModelForm, actor: Actor) -> list[Line]:
    rows = db.session.execute(
        select(
            Sent.id.label("sent_id"),
            Sent.agreement_id,
            Sent.organisation_id,
            Sent.amendment_id,
            Organisation.short_name,
            Organisation.inn,
            Organisation.region_code,
            Agreement.state,
            Agreement.revision_number,
            Agreement.number,
            Agreement.signed_on,
            Agreement.moved_at,
            ModelRevision.number.label("model_revision"),
            Deviations.found,
        )
        .join(Agreement, Agreement.id == Sent.agreement_id)
        .join(Organisation, Organisation.id == Sent.organisation_id)
        .join(ModelRevision, ModelRevision.id == Sent.revision_id)
        .outerjoin(
            Deviations,
            and_(
                Deviations.sent_id == Sent.id,
                Deviations.base_hash == Sent.base_hash,
                Deviations.text_hash == Sent.text_hash,
            ),
        )
        .where(Sent.model_id == model.id, visible_to(actor, "agreement", Agreement.id))
        .order_by(Organisation.region_code, Organisation.short_name, Sent.id)
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> Line:
    drafting = row.state in EDITABLE
    return Line(
        sent_id=row.sent_id,
        agreement_id=row.agreement_id,
        organisation_id=row.organisation_id,
        organisation=row.short_name,
        inn=row.inn,
        region=row.region_code or "",
        state=row.state,
        revision=row.revision_number + (1 if drafting else 0),
        drafting=drafting,
        number=row.number,
        signed_on=row.signed_on,
        model_revision=row.model_revision,
        amendment_id=row.amendment_id,
        deviations=row.found or [],
        moved_at=row.moved_at,
    )


def put_courts(model: ModelForm, lines: Sequence[Line]) -> None:
    """On whose desk each lies and for how long: the holder of the open task that is due first; else its drafter."""
    rows = db.session.execute(
        select(Round.subject_id, Organisation.short_name, Slot.assigned_at, Slot.due_at)
        .join(Slot, Slot.round_id == Round.id)
        .join(Organisation, Organisation.id == Slot.organisation_id)
        .where(
            Round.subject_kind == "agreement",
            Round.subject_id.in_(select(Sent.agreement_id).where(Sent.model_id == model.id)),
            Round.state == "open",
            Slot.state == "assigned",
        )
        .order_by(Slot.due_at.desc(), Slot.id.desc())
    )
    first = {row.subject_id: row for row in rows}
    own = db.session.scalar(select(Organisation.short_name).where(Organisation.id == model.organisation_id)) or ""
    now = clock.now()
    for line in lines:
        row = first.get(line.agreement_id)
        if line.state == "disagreement":
            line.court, line.held = str(_("все стороны")), working_days_between(line.moved_at, now)
        elif row is not None:
            line.court, line.due_at = row.short_name, row.due_at
            line.held = working_days_between(row.assigned_at or line.moved_at, now)
        elif line.drafting:
            line.court, line.held = own, working_days_between(line.moved_at, now)


def regions_of(lines: Iterable[Line]) -> dict[str, str]:
    """Region → its name, those of the lines alone, by name."""
    named = {line.region: region_name(line.region) for line in lines if line.region}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def names_of(lines: Iterable[Line]) -> dict[int, str]:
    ids = {each["organisation_id"] for line in lines for each in line.deviations}
    rows = db.session.execute(select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(ids)))
    return dict(rows.tuples().all())
