"""Indicators: plan, declared and verified are three values, each with its source."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from core.db import Code, Json, Model, UtcDateTime, Versioned


class Indicator(Versioned, Model):
    """What is measured, in what unit, and how its values add up."""

    __tablename__ = "indicator"
    __table_args__ = (UniqueConstraint("roadmap_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    code: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Code, default="up")
    """up (growth is good), keep (not below the base), to_100, none."""
    aggregation: Mapped[str] = mapped_column(Code, default="sum_year")
    """sum_year (values of a year add up), cumulative (the last of a year stands), as_of (the last day's value),
    average (never added), none."""
    breakdowns: Mapped[list[str]] = mapped_column(Json, default=list)
    """By what its values are given: organisation, region, speciality, period."""
    baseline: Mapped[Decimal | None] = mapped_column(Numeric(18, 3))
    baseline_note: Mapped[str] = mapped_column(Text, default="")
    """What the base is of: «год, предшествующий плану»."""
    source: Mapped[str] = mapped_column(Text, default="")
    """Where its values come from: a form, a register, a report."""


class IndicatorValue(Model):
    """One value: whose, for what period, of which kind, from where. A correction is a new row; the newest stands."""

    __tablename__ = "indicator_value"
    __table_args__ = (
        Index("ix_indicator_value_period", "indicator_id", "period", "kind"),
        CheckConstraint("(value IS NULL) = not_provided", name="provided"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    period: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code)
    """plan, declared, verified."""
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 3))
    not_provided: Mapped[bool] = mapped_column(default=False)
    """«Сведения не предоставлены»: not zero, and not added."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str] = mapped_column(Code, default="")
    speciality: Mapped[str] = mapped_column(Code, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    as_of: Mapped[date]
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_occurrence.id"), index=True)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    indicator: Mapped[Indicator] = relationship()


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


event.listen(IndicatorValue, "before_update", _refuse)
event.listen(IndicatorValue, "before_delete", _refuse)
