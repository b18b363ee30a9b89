"""The blueprint every page of sign-offs hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("signoffs", __name__)
