"""Rows of a plan's table (of a sheet, of a Word table, of the clipboard) read into the terms of items."""

from roadmap.rows.cells import Formula
from roadmap.rows.known import known_for, known_of
from roadmap.rows.meanings import BY_NAME, MEANINGS, Meaning, headings_of, known, same
from roadmap.rows.row import read_row
from roadmap.rows.shapes import AMBIGUOUS, Before, Fault, Known, Row
from roadmap.rows.when import When, term_of

__all__ = [
    "AMBIGUOUS",
    "BY_NAME",
    "MEANINGS",
    "Before",
    "Fault",
    "Formula",
    "Known",
    "Meaning",
    "Row",
    "When",
    "headings_of",
    "known",
    "known_for",
    "known_of",
    "read_row",
    "same",
    "term_of",
]
