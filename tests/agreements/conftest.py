"""The demo's organisations and people, on both databases."""

from __future__ import annotations

import pytest

from agreements.demo.load import Company, gather
from tests.databases import Database


@pytest.fixture
def company(database: Database) -> Company:
    """Everybody, with templates and routes; nothing has happened yet."""
    return database.once(gather)
