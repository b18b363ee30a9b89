"""Reminding once: a row for each thing people were reminded of, written with the notices themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core import clock
from core.calendar import add_working_days
from core.db import db
from roadmap.models import RoadmapReminder


@dataclass(frozen=True)
class Day:
    """Something people are reminded of: `days` working days ahead of `about`, or 0 once it has passed."""

    subject_kind: str
    subject_id: int
    kind: str
    about: date
    days: int = 0

    @property
    def key(self) -> tuple[str, int, str, date, int]:
        return self.subject_kind, self.subject_id, self.kind, self.about, self.days


def ahead(due: date, days: int) -> date:
    """The working day that is `days` working days before `due`."""
    return add_working_days(due, -days)


def reached(due: date, steps: Sequence[int], since: date | None = None) -> list[int]:
    """The steps (working days ahead) whose day has come and not passed before `since`, the nearest first."""
    today = clock.today()
    days = [(one, ahead(due, one)) for one in steps]
    return sorted(one for one, day in days if day <= today and (since is None or day > since))


def fresh(wanted: Iterable[Day], nearest_only: bool = True) -> list[Day]:
    """Write down what was not reminded of yet; returns what is to be sent now. Inside the caller's transaction.

    Of several steps about one day that are due at once (after a standstill) only the nearest is sent, unless
    `nearest_only` is off; a nearer one sent already silences them all.
    """
    wanted = list(wanted)
    known = _known(wanted)
    sent: list[Day] = []
    for one in sorted(wanted, key=lambda day: day.days):
        if one.key in known:
            continue
        nearer = any(key[:4] == one.key[:4] and key[4] < one.days for key in known)
        row = RoadmapReminder(**vars(one), sent=not (nearest_only and nearer), at=clock.now())
        db.session.add(row)
        known.add(one.key)
        if row.sent:
            sent.append(one)
    db.session.flush()
    return sent


def _known(wanted: Sequence[Day]) -> set[tuple[str, int, str, date, int]]:
    row = RoadmapReminder
    found: set[tuple[str, int, str, date, int]] = set()
    for kind in {one.subject_kind for one in wanted}:
        ids = sorted({one.subject_id for one in wanted if one.subject_kind == kind})
        for start in range(0, len(ids), 500):
            rows = db.session.execute(
                select(row.subject_kind, row.subject_id, row.kind, row.about, row.days).where(
                    row.subject_kind == kind, row.subject_id.in_(ids[start : start + 500])
                )
            )
            found.update(tuple(one) for one in rows)
    return found
