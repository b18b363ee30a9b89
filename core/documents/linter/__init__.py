"""Documents room, the linter: what in a DOCX departs from a formatting profile, in words, with its place."""

from __future__ import annotations

from core.documents.linter.effective import Formatting
from core.documents.linter.finding import Finding
from core.documents.linter.paragraphs import check_paragraph
from core.documents.linter.places import places
from core.documents.linter.sheets import check_sheets
from core.documents.linter.wording import check_wording
from core.documents.profiles import DEFAULT, Profile
from core.documents.template import open_docx

__all__ = ["Finding", "lint"]


def lint(data: bytes, profile: Profile = DEFAULT) -> list[Finding]:
    """Every departure of the document from the profile, in the order of the document; empty where it is clean.

    The file must have passed `uploads.check` before. Raises NotValid when it is not a Word document.
    """
    document = open_docx(data).docx
    formatting = Formatting(document)
    findings = list(check_sheets(document, profile))
    for place in places(document):
        findings += check_paragraph(place, formatting, profile)
        findings += check_wording(place)
    return findings
