"""The blueprint every page of agreements hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("agreements", __name__)
