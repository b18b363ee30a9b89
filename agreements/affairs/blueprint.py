"""The blueprints the pages and the API of affairs hang on."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Blueprint, request

from core.errors import NotFound

bp = Blueprint("affairs", __name__)
api = APIBlueprint("affairs_api", __name__, url_prefix="/api/v1", tag="Соглашения: дела")


def number(name: str, default: int | None = None) -> int | None:
    """A whole number of the form or the query string; what is none is `default`."""
    text = (request.form if request.method == "POST" else request.args).get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else default


def found(value: int | None) -> int:
    """A number that must be there."""
    if value is None:
        raise NotFound
    return value
