"""Documents room: the pages of a template version as pictures, made by a job and kept."""

from __future__ import annotations

from flask_babel import gettext as _

from core import clock
from core.db import db, transaction
from core.documents import office
from core.documents.examination import sample
from core.documents.limited import limited
from core.documents.models import DocumentTemplate, TemplatePreview
from core.errors import NotFound, NotValid
from core.store import files
from core.workflow import handler
from core.workflow.jobs import enqueue
from core.workflow.models import Job


def ask(template_id: int, person_id: int | None = None) -> None:
    """Have the pages made; what is ready stays, what failed is tried again."""
    with transaction():
        row = db.session.get(TemplatePreview, template_id)
        if row is not None and row.state != "failed":
            return
        if row is None:
            row = TemplatePreview(template_id=template_id, pages=[])
            db.session.add(row)
        row.state, row.reason, row.at = "waiting", "", clock.now()
        enqueue("documents.preview", {"template": template_id}, person_id=person_id)


def of(template_id: int) -> TemplatePreview | None:
    """The state of a version's pages; None where nobody asked for them."""
    return db.session.get(TemplatePreview, template_id)


def picture(template_id: int, number: int) -> bytes:
    """A page as PNG; pages count from 1. Raises NotFound."""
    row = of(template_id)
    if row is None or not 1 <= number <= len(row.pages):
        raise NotFound(_("Такой страницы нет"))
    return files().get(row.pages[number - 1])


@handler("documents.preview")
def make(job: Job) -> None:
    """Sample, PDF, pictures. Run twice it gives the same."""
    template = db.session.get(DocumentTemplate, job.payload["template"])
    if template is None:
        return
    try:
        pages, reason = _pages(template), ""
    except NotValid as error:
        pages, reason = [], str(error)
    except office.Unavailable:
        pages, reason = [], _("LibreOffice или poppler-utils не установлены: страницы не показать, файл можно скачать")
    with transaction():
        row = db.session.get_one(TemplatePreview, template.id)
        row.pages = [files().put(page) for page in pages]
        row.state, row.reason, row.at = "ready" if pages else "failed", reason, clock.now()


def _pages(template: DocumentTemplate) -> list[bytes]:
    filled = limited(sample, files().get(template.sha256), template.kind, template.profile)
    made = office.to_pdf({"sample": filled})
    if "sample" not in made.made:
        raise NotValid(_("LibreOffice не преобразовал образец в PDF"))
    return office.pictures(made.made["sample"])
