"""The tables of full names, positions, organisations and bases, and what docs/language.md says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.language.accuracy import TABLES, failures, suggest
from tests.core.language.declension_tables import rows
from tests.core.language.measure import accuracy_rows, failure_rows, gender_rows

DOCS = Path(__file__).parents[3] / "docs" / "language.md"


def docs_rows(heading: str) -> list[str]:
    """The rows of the table under the heading, without its head."""
    section = DOCS.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("table", ["names_regression", "names", "positions", "organisations", "basis"])
def test_every_form_of_a_working_table_is_suggested_right(table: str) -> None:
    assert failures(table, suggest(table)) == []


@pytest.mark.parametrize(("table", "at_least"), [("names", 60), ("positions", 25), ("names_control", 40)])
def test_a_table_is_as_long_as_promised_and_repeats_nothing(table: str, at_least: int) -> None:
    phrases = [row.nom for row in rows(table)]
    assert len(set(phrases)) == len(phrases) >= at_least


def test_the_working_and_the_control_tables_share_no_phrase() -> None:
    phrases = [row.nom for table in TABLES for row in rows(table)]
    assert len(set(phrases)) == len(phrases)


def test_the_docs_give_the_measured_accuracy() -> None:
    assert docs_rows("Accuracy of the suggestions") == accuracy_rows()


def test_the_docs_list_exactly_the_wrong_suggestions() -> None:
    assert docs_rows("Wrong suggestions") == failure_rows()


def test_the_docs_list_exactly_the_genders_not_guessed() -> None:
    assert docs_rows("Genders not guessed") == gender_rows()
