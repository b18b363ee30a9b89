"""The blueprint every page of accounts hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)
