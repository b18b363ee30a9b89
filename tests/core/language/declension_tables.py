"""Reads the declension tables: `{Устав,Устава,Уставу,Уставом} колледжа` is four forms of one phrase."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "tables"
CASES = ("nom", "gen", "dat", "ins")
CHANGING = re.compile(r"\{([^}]*)\}")
COMMA = "\0"  # stands for a comma escaped inside braces


@dataclass(frozen=True)
class Row:
    """One phrase of a table: its gender (where the table gives one) and its form in each of CASES."""

    gender: str
    forms: dict[str, str]

    @property
    def nom(self) -> str:
        return self.forms["nom"]


def rows(name: str) -> list[Row]:
    """The rows of `tables/<name>.txt`."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_row(line) for line in lines if line and not line.startswith("#")]


def _row(line: str) -> Row:
    gender, bar, text = line.partition(" | ")
    if not bar:
        gender, text = "", line
    return Row(gender, {case: _form(text, index) for index, case in enumerate(CASES)})


def _form(text: str, index: int) -> str:
    def chosen(match: re.Match[str]) -> str:
        forms = match[1].replace("\\,", COMMA).split(",")
        if len(forms) != len(CASES):
            raise ValueError(f"four forms expected: {match[0]}")
        return forms[index].replace(COMMA, ",")

    return CHANGING.sub(chosen, text)
