"""What the documents room's own tests stand on: kinds, templates in force, people."""

from __future__ import annotations

from typing import Any

import pytest

from core.documents import kinds
from core.documents.issuing import Order, install_shipped

KINDS = (
    kinds.Kind("cooperation", "agreements", "Соглашение о сотрудничестве и партнёрстве"),
    kinds.Kind("target", "agreements", "Договор о целевом обучении", personal=True),
)


@pytest.fixture
def two_kinds(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only these kinds are known: an open one and a personal one (the application has registered its own before)."""
    monkeypatch.setattr(kinds, "_kinds", {kind.name: kind for kind in KINDS})


@pytest.fixture
def shipped(two_kinds: None, app: Any) -> None:
    """Their shipped templates are in force."""
    with app.app_context():
        install_shipped()


def an_order(kind: str = "cooperation", **fields: Any) -> Order:
    """An order of a document of `kind` filled with the sample."""
    values: dict[str, Any] = {
        "kind": kind,
        "subject_kind": "agreement",
        "subject_id": 7,
        "title": "Соглашение о сотрудничестве",
        "file_name": "Соглашение.docx",
        "context": kinds.kind(kind).sample(),
        "rendition": "submitted",
        "status_label": "на согласовании",
    }
    return Order(**{**values, **fields})
