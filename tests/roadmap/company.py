"""The demo's cast over an empty database, for tests of the demo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agreements.demo.load import _company
from core import clock
from core.documents.issuing import install_shipped
from core.signoffs.service.templates import install_routes


def a_company() -> Any:
    """Organisations and people of the demo, its routes and templates."""
    with clock.at(datetime(2022, 12, 1, 9, tzinfo=UTC)):
        install_shipped()
        install_routes()
        return _company()
