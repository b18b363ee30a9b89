"""Documents room, registers: what a sheet's markup says beside its values: merged cells, formulas."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from openpyxl.utils import range_boundaries

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s>/]')
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Area = tuple[int, int, int, int]
"""(first column, first row, last column, last row), from 1."""


def merged(markup: bytes) -> Iterator[Area]:
    """The areas of merged cells."""
    return areas(_MERGED, markup)


def formulas(markup: bytes) -> set[tuple[int, int]]:
    """(row, column) of every cell with a formula, from 1; {(0, 0)} where there are some whose places are not told."""
    found = {(top, left) for left, top, _right, _bottom in areas(_FORMULA, markup)}
    return found if len(_ANY_FORMULA.findall(markup)) == len(found) else {(0, 0)}


def areas(pattern: re.Pattern[bytes], markup: bytes) -> Iterator[Area]:
    """Every place the pattern names."""
    for found in pattern.finditer(markup):
        left, top, right, bottom = range_boundaries(found.group(1).decode())
        yield left or 1, top or 1, right or 1, bottom or 1


def markup_of(content: bytes) -> bytes:
    """The first sheet's own part; b"" where the file names it in no way we know."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 — openpyxl has read it already
            ties = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
            first = next(each for each in book.iter() if each.tag.endswith("}sheet")).get(_RELATIONS)
            target = next(str(each.get("Target")) for each in ties if each.get("Id") == first)
            return archive.read(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/"))
        except (KeyError, StopIteration, ElementTree.ParseError):
            return b""
