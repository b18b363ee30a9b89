"""Refusals: the four ways the service says no. Imports nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why something is not possible now, in words for the person at the screen.

    `text` names the condition, `who` can lift it, `by` is the date it is due (text). Texts may be lazy strings.
    `code` is the rule's name, for tests and the API.
    """

    text: Any
    code: str = ""
    who: Any = ""
    by: Any = ""

    def __str__(self) -> str:
        parts = [str(self.text)]
        if self.who:
            parts.append(str(self.who))
        if self.by:
            parts.append(str(self.by))
        return " — ".join(parts)


class Refusal(Exception):
    """Base of every refusal a person can read. `message` may be a lazy string."""

    status = 400

    def __init__(self, message: Any = "", *, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return str(self.message) or "; ".join(str(reason) for reason in self.reasons)


class NotFound(Refusal):
    """There is no such thing for this person: absent and hidden answer alike."""

    status = 404


class NotAllowed(Refusal):
    """The person is not the one who may do it."""

    status = 403


class NotNow(Refusal):
    """The right person, but a condition is not met yet (`reasons` says which)."""

    status = 409


class NotValid(Refusal):
    """What was entered cannot be taken. `fields` maps a field's name to its message."""

    status = 422

    def __init__(
        self,
        message: Any = "",
        field: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        reasons: Sequence[Reason] = (),
    ) -> None:
        super().__init__(message, reasons=reasons)
        self.fields: dict[str, Any] = dict(fields or {})
        if field is not None:
            self.fields.setdefault(field, message)
