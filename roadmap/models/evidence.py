"""Evidence: the files are the documents room's attachments; here stands who verified them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from core.db import Model, UtcDateTime


class Verification(Model):
    """Somebody of the other side or the operator has checked the file: declared became verified. Append-only."""

    __tablename__ = "roadmap_verification"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


event.listen(Verification, "before_update", _refuse)
event.listen(Verification, "before_delete", _refuse)
