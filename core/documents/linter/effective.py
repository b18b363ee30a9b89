"""Documents room, the linter: formatting as Word shows it, from runs, paragraphs, styles and defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TWIPS_IN_CM = 567
_LINE_UNIT = 240


class Formatting:
    """Answers how a paragraph and a run look, walking from direct formatting down to the document's defaults."""

    def __init__(self, document: Document) -> None:
        root = document.styles.element
        self.styles = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}
        self.default = next(
            (key for key, style in self.styles.items()
             if style.get(qn("w:default")) == "1" and style.get(qn("w:type")) == "paragraph"), None,
        )  # fmt: skip
        self.run_defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self.paragraph_defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}")

    def size(self, run: Run, paragraph: Paragraph) -> float:
        """In points; Word's own default is 10."""
        found = self._of_run(run, paragraph, "w:sz", "w:val")
        return int(found) / 2 if found else 10.0

    def typeface(self, run: Run, paragraph: Paragraph) -> str:
        """The name for Cyrillic text, empty where nothing names one."""
        named = (self._of_run(run, paragraph, "w:rFonts", f"w:{script}") for script in ("hAnsi", "ascii"))
        return next(filter(None, named), "")

    def align(self, paragraph: Paragraph) -> str:
        """One of left, center, right, both."""
        found = self._of_paragraph(paragraph, "w:jc", "w:val") or "left"
        return {"start": "left", "end": "right", "distribute": "both"}.get(found, found)

    def line(self, paragraph: Paragraph) -> float | None:
        """In lines; None where the spacing is set in points."""
        if self._of_paragraph(paragraph, "w:spacing", "w:lineRule") in ("exact", "atLeast"):
            return None
        return int(self._of_paragraph(paragraph, "w:spacing", "w:line") or _LINE_UNIT) / _LINE_UNIT

    def indent(self, paragraph: Paragraph, which: str = "firstLine") -> float:
        """`firstLine` or `left`, in cm."""
        return int(self._of_paragraph(paragraph, "w:ind", f"w:{which}") or 0) / TWIPS_IN_CM

    def is_heading(self, paragraph: Paragraph) -> bool:
        """Whether the paragraph has a level in the document's outline."""
        return self._of_paragraph(paragraph, "w:outlineLvl", "w:val") not in ("", "9")

    def is_listed(self, paragraph: Paragraph) -> bool:
        """Whether the paragraph itself, not its style, is an item of a list."""
        properties = paragraph._p.pPr
        return properties is not None and properties.find(qn("w:numPr")) is not None

    def _chain(self, style_id: str | None) -> Iterator[Any]:
        """The style and those it is based on; a circle is left."""
        seen: set[str] = set()
        while style_id is not None and style_id in self.styles and style_id not in seen:
            seen.add(style_id)
            style = self.styles[style_id]
            yield style
            based = style.find(qn("w:basedOn"))
            style_id = based.get(qn("w:val")) if based is not None else None

    def _of_paragraph(self, paragraph: Paragraph, element: str, attribute: str) -> str:
        return _first(self._paragraph_properties(paragraph), element, attribute)

    def _paragraph_properties(self, paragraph: Paragraph) -> Iterator[Any]:
        yield paragraph._p.pPr
        for style in self._chain(_style_of(paragraph._p.pPr, "w:pStyle") or self.default):
            yield style.find(qn("w:pPr"))
        yield self.paragraph_defaults

    def _of_run(self, run: Run, paragraph: Paragraph, element: str, attribute: str) -> str:
        return _first(self._run_properties(run, paragraph), element, attribute)

    def _run_properties(self, run: Run, paragraph: Paragraph) -> Iterator[Any]:
        own = run._r.rPr
        yield own
        for style in self._chain(_style_of(own, "w:rStyle")):
            yield style.find(qn("w:rPr"))
        for style in self._chain(_style_of(paragraph._p.pPr, "w:pStyle") or self.default):
            yield style.find(qn("w:rPr"))
        yield self.run_defaults


def _style_of(properties: Any, element: str) -> str | None:
    found = properties.find(qn(element)) if properties is not None else None
    return found.get(qn("w:val")) if found is not None else None


def _first(sources: Iterator[Any], element: str, attribute: str) -> str:
    """The value in the first of the sources that sets it."""
    for properties in sources:
        found = properties.find(qn(element)) if properties is not None else None
        value = found.get(qn(attribute)) if found is not None else None
        if value is not None:
            return str(value)
    return ""
