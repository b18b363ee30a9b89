"""Documents room, authoring: from a source's text to the bytes of a template."""

import io
from itertools import groupby
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION

from core.documents.authoring.body import write_blocks
from core.documents.authoring.furniture import furnish, lay_out, text_width_mm
from core.documents.authoring.package import settled, skeleton
from core.documents.authoring.source import Block, Break, Source, parse
from core.documents.profiles import PROFILES

TWIPS_IN_MM = 56.7


def build(text: str) -> bytes:
    """The .docx of a source; the same text always gives the same members.

    Raises SourceError where the markup is broken, KeyError for an unknown profile or style.
    """
    source = parse(text)
    profile = PROFILES[source.meta.get("profile", "gost-2025")]
    stored_long = source.meta.get("storage") == "long"
    size, line = float(source.meta.get("size", "13")), float(source.meta.get("line", "1.15"))
    width = round(text_width_mm(profile, source.landscape, stored_long) * TWIPS_IN_MM)
    document = docx.Document(skeleton(profile, source.meta["title"], size, line, width))
    lay_out(document.sections[0], profile, source.landscape, stored_long)
    furnish(document, profile)
    for landscape, blocks in _sections(source):
        if landscape is not None:
            lay_out(document.add_section(WD_SECTION.NEW_PAGE), profile, landscape, stored_long)
            document.sections[-1].different_first_page_header_footer = False
        current = source.landscape if landscape is None else landscape
        width = round(text_width_mm(profile, current, stored_long) * TWIPS_IN_MM)
        write_blocks(document, blocks, width, round(profile.corner_width_cm * 10 * TWIPS_IN_MM))
    return _saved(document)


def build_file(source: Path) -> bytes:
    """The .docx of the source that lies at ``source``."""
    return build(source.read_text(encoding="utf-8"))


def template_of(source: Path) -> Path:
    """Where the template of a source stands: beside it."""
    return source.with_name(source.name.removesuffix(".source.txt") + ".docx")


def sources(root: Path) -> list[Path]:
    """Every source below ``root``, in order."""
    return sorted(root.rglob("*.source.txt"))


def _sections(source: Source) -> list[tuple[bool | None, list[Block]]]:
    """Blocks cut where the sheet turns; None for the first section, which stands already."""
    cut: list[tuple[bool | None, list[Block]]] = [(None, [])]
    for turns, blocks in groupby(source.blocks, lambda block: isinstance(block, Break) and bool(block.page)):
        for block in blocks:
            if turns and isinstance(block, Break):
                cut.append((block.page == "landscape", []))
            else:
                cut[-1][1].append(block)
    return cut


def _saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return settled(out.getvalue())
