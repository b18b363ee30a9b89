"""The blueprint every page of documents hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("documents", __name__)
