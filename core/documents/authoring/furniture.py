"""Documents room, authoring: sheets, page numbers at the top, footers with the code, the QR code's place."""

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from core.documents.authoring.body import write_text
from core.documents.profiles import Profile

SHEET = (210, 297)
QR_BOOKMARK = "qr_code"
_FOOTER = (
    "{% if doc|default %}{{ doc.status_label }} · редакция № {{ doc.revision }} · "
    "код проверки {{ doc.code }}{% endif %}"
)


def lay_out(section: Section, profile: Profile, landscape: bool, long_storage: bool) -> None:
    """Size, orientation and margins of a section's sheets."""
    width, height = reversed(SHEET) if landscape else SHEET
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margins = profile.margins
    section.left_margin = Mm(profile.long_storage_left if long_storage else margins.left)
    section.right_margin, section.top_margin = Mm(margins.right), Mm(margins.top)
    section.bottom_margin = Mm(margins.bottom)
    section.header_distance = section.footer_distance = Mm(profile.number_from_edge)


def text_width_mm(profile: Profile, landscape: bool, long_storage: bool) -> float:
    """What is left between the margins."""
    left = profile.long_storage_left if long_storage else profile.margins.left
    return (SHEET[1] if landscape else SHEET[0]) - left - profile.margins.right


def furnish(document: Document, profile: Profile) -> None:
    """Page numbers from the second page, footers, the place of the QR code; later sections follow on."""
    first = document.sections[0]
    first.different_first_page_header_footer = True
    for part in (first.header, first.footer, first.first_page_header, first.first_page_footer):
        part.is_linked_to_previous = False
    _write_number(first.header.paragraphs[0])
    first.first_page_header.paragraphs[0].style = "header"
    _write_footer(first.footer)
    _write_footer(first.first_page_footer)
    if profile.qr_place != "none":
        _write_qr_place(first, profile.qr_place)


def _write_number(paragraph: Paragraph) -> None:
    paragraph.style = "header"
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "2"), ("end", "")):
        run = paragraph.add_run()
        if kind == "text":
            run.add_text(text)
            continue
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _write_footer(footer: _Footer) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.style = "footer"
    write_text(paragraph, _FOOTER)


def _write_qr_place(section: Section, place: str) -> None:
    """An empty right-hand paragraph with a bookmark: what issues the document puts the picture there."""
    part = section.first_page_footer if place == "bottom_right" else section.first_page_header
    paragraph = part.add_paragraph(style="footer")
    paragraph._p.get_or_add_pPr().get_or_add_jc().set(qn("w:val"), "right")
    for name in ("w:bookmarkStart", "w:bookmarkEnd"):
        element = OxmlElement(name)
        element.set(qn("w:id"), "1")
        if name == "w:bookmarkStart":
            element.set(qn("w:name"), QR_BOOKMARK)
        paragraph._p.append(element)
