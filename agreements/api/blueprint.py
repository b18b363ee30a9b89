"""The blueprint of the API of agreements."""

from __future__ import annotations

from apiflask import APIBlueprint

bp = APIBlueprint("agreements_api", __name__, url_prefix="/api/v1/agreements", tag="Соглашения")
