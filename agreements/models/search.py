"""What the register is searched by: the words of an agreement, its number and its parties; and saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Json, Model, UtcDateTime


class SearchText(Model):
    """The words of one agreement, lower case, ё as е. Written with the agreement, never by people.

    PostgreSQL searches `vector`; SQLite searches the stems in the table agreement_fts under the same id.
    """

    __tablename__ = "agreement_search"
    __table_args__ = (Index("ix_agreement_search_vector", "vector", postgresql_using="gin"),)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)
    vector: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class SavedView(Model):
    """Filters of the register a person keeps under a name. The link shows each reader what he may see himself."""

    __tablename__ = "agreement_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]] = mapped_column(Json)
    """As the query string of the register keeps them."""
    code: Mapped[str] = mapped_column(Code, unique=True)
    """What stands in the link: it cannot be guessed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


FTS_UP = "CREATE VIRTUAL TABLE IF NOT EXISTS agreement_fts USING fts5(stems, prefix='3 5')"
FTS_DOWN = "DROP TABLE IF EXISTS agreement_fts"

event.listen(SearchText.__table__, "after_create", DDL(FTS_UP).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
event.listen(SearchText.__table__, "before_drop", DDL(FTS_DOWN).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
