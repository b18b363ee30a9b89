"""Links in letters, on papers and in calendars lead where the service is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"HOST": "10.0.0.5", "PORT": "8123"}, "http://10.0.0.5:8123"),
        ({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"PORT": "8123", "PUBLIC_URL": "https://karta.example.org"}, "https://karta.example.org"),
    ],
)
def test_links_lead_where_it_is_served(
    given: dict[str, str], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOST", "PORT", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert create_app({"INSTANCE": tmp_path}).config["PUBLIC_URL"] == address
