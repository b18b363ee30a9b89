"""Route templates: versioned; a version that has been used never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Json, Model, UtcDateTime


class RouteTemplate(Model):
    """One version of a route: ordered stages of parallel slots.

    `stages`: [{"rule": "all" | "any" | "at_least", "n": 1, "slots": [{"bind": "role" | "any_of" | "each_party" |
    "responsible_side" | "other_side" | "organisation" | "person", "roles": [...], "organisation_id", "person_id",
    "label", "kind": "visa" | "signature" | "registration" | "acknowledgement" | "submission", "mandatory": true,
    "condition": "" | "financial_terms", "days": 3}]}]
    """

    __tablename__ = "route_template"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "ix_route_template_active",
            "code",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(Text)
    stages: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    same_person: Mapped[bool] = mapped_column(default=False)
    """One person may decide two slots of a route started from this template."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
