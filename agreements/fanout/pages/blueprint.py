"""The blueprint of the pages of models, and numbers out of what a page sends."""

from __future__ import annotations

from flask import Blueprint, request

bp = Blueprint("fanout", __name__)


def version() -> int | None:
    """The version the form was opened on."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def numbers(name: str) -> list[int]:
    """Every whole number sent under a name."""
    return [int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) < 10]
