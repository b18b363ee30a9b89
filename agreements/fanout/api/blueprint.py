"""The blueprint of the API of models."""

from __future__ import annotations

from apiflask import APIBlueprint

bp = APIBlueprint("fanout_api", __name__, url_prefix="/api/v1/models", tag="Типовые формы")
