"""Prints the tables of docs/language.md: `python -m tests.core.language.measure`."""

from __future__ import annotations

from tests.core.language.accuracy import (
    OBLIQUE,
    TABLES,
    failures,
    gender_failures,
    library,
    no_exceptions,
    suggest,
)
from tests.core.language.declension_tables import rows


def accuracy_rows() -> list[str]:
    """One row of the accuracy table for each set of phrases: how many forms each way gets right."""
    return [_accuracy_row(table) for table in TABLES]


def _accuracy_row(table: str) -> str:
    total = len(rows(table)) * len(OBLIQUE)
    with no_exceptions():
        ruled = total - len(failures(table, suggest(table)))
    right = [total - len(failures(table, library(table))), ruled, total - len(failures(table, suggest(table)))]
    shares = " | ".join(f"{count} ({count / total:.1%})" for count in right)
    return f"| `{table}` | {len(rows(table))} | {total} | {shares} |"


def failure_rows() -> list[str]:
    """One row for each wrong suggestion."""
    return [
        f"| `{one.table}` | {one.case} | {one.nominative} | {one.suggested} | {one.right} |"
        for table in TABLES
        for one in failures(table, suggest(table))
    ]


def gender_rows() -> list[str]:
    """One row for each gender that is not guessed."""
    tables = [table for table in TABLES if table.startswith(("names", "organisations"))]
    return [f"| `{table}` | {phrase} |" for table in tables for phrase in gender_failures(table)]


if __name__ == "__main__":
    print("\n".join([*accuracy_rows(), "", *failure_rows(), "", *gender_rows()]))
