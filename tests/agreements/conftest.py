"""The demo's organisations and people, on both databases."""

from __future__ import annotations

import pytest
from apiflask import APIFlask

from agreements.demo.load import Company, gather


@pytest.fixture
def company(app: APIFlask) -> Company:
    """Everybody, with templates and routes; nothing has happened yet."""
    with app.app_context():
        return gather()
