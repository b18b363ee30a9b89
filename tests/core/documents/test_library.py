"""The template library: what an author is told at once, a second person's activation, dates, pages, comparison."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from docx.document import Document
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db
from core.documents import library, office, previews
from core.documents.issuing import active_template, content, issue
from core.documents.models import DocumentTemplate
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.store import files
from core.workflow.jobs import drain
from tests.builders import an_actor
from tests.core.documents.conftest import KINDS, an_order

pytestmark = pytest.mark.usefixtures("shipped")
SHIPPED = KINDS[0].template_path.read_bytes()


def changed(change: Callable[[Document], object] = lambda paper: paper.add_paragraph("Новый абзац.")) -> bytes:
    """The shipped agreement with something done to it in Word."""
    paper = docx.Document(io.BytesIO(SHIPPED))
    change(paper)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def a_draft(data: bytes | None = None, **fields: Any) -> library.Draft:
    values: dict[str, Any] = {"kind": "cooperation", "file_name": "Соглашение.docx", "content": data or changed()}
    return library.Draft(**{**values, **fields})


def a_lawyer() -> Actor:
    return an_actor("m_legal")


def test_an_upload_is_a_draft_and_nothing_changes_yet(db_session: Any) -> None:
    before = active_template("cooperation").id
    template = library.upload(a_draft(note="новый порядок"), a_lawyer())
    assert (template.state, template.version) == ("draft", 2)
    assert active_template("cooperation").id == before
    assert library.report(template).usable


def test_the_shipped_templates_have_nothing_to_be_told(db_session: Any) -> None:
    for kind in KINDS:
        found = library.report(active_template(kind.name))
        assert found.usable
        assert (found.errors, found.unused, found.form) == ([], (), ())


def test_an_unknown_field_is_told_with_the_right_name_and_its_place(db_session: Any) -> None:
    data = changed(lambda paper: paper.add_paragraph("Город: {{ sity }}"))
    template = library.upload(a_draft(data), a_lawyer())
    (problem,) = library.report(template).errors
    assert problem.code == "unknown_field"
    assert problem.suggestion == "city"
    assert "текст документа, абзац" in problem.place
    assert [field.suggestion for field in library.report(template).fields if not field.known] == ["city"]


def test_a_torn_tag_is_explained(db_session: Any) -> None:
    data = changed(lambda paper: paper.add_paragraph("{{ city").add_run().add_break() or paper.add_paragraph("}}"))
    found = library.report(library.upload(a_draft(data), a_lawyer()))
    assert not found.usable
    assert any("пары" in problem.message for problem in found.errors)


def test_a_required_field_that_is_never_printed_is_told(db_session: Any) -> None:
    def cut(paper: Document) -> None:
        for paragraph in paper.paragraphs:
            if "{{ city }}" in paragraph.text:
                paragraph.clear()

    found = library.report(library.upload(a_draft(changed(cut)), a_lawyer()))
    assert ("city", "Место составления") in found.unused


def test_a_template_without_a_place_for_the_code_is_told_so(db_session: Any) -> None:
    paper = docx.Document()
    paper.add_paragraph("{{ city }}")
    out = io.BytesIO()
    paper.save(out)
    found = library.report(library.upload(a_draft(out.getvalue()), a_lawyer()))
    assert [problem.code for problem in found.problems if problem.severity == "warning"] == ["no_qr_place"]
    assert found.form, "Word's own margins and typefaces are not those of the standard"


@pytest.mark.parametrize(
    "tag",
    ["{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ city.upper() }}"],
)
def test_a_tag_that_reaches_outside_is_refused_and_not_kept(db_session: Any, tag: str) -> None:
    with pytest.raises(NotValid, match="Файл не принят"):
        library.upload(a_draft(changed(lambda paper: paper.add_paragraph(tag))), a_lawyer())
    assert db.session.scalar(select(DocumentTemplate.id).where(DocumentTemplate.state == "draft")) is None


def test_a_dangerous_file_is_refused(db_session: Any) -> None:
    for name, data in (("a.docm", changed()), ("a.docx", b"PK\3\4"), ("a.docx", b"\xd0\xcf\x11\xe0")):
        with pytest.raises(NotValid):
            library.upload(a_draft(data, file_name=name), a_lawyer())


def test_the_same_file_is_not_taken_twice(db_session: Any) -> None:
    with pytest.raises(NotValid, match="версия 1"):
        library.upload(a_draft(SHIPPED), a_lawyer())


def test_a_second_person_puts_it_in_force_never_the_one_who_brought_it(db_session: Any) -> None:
    author, other = a_lawyer(), an_actor("c_legal")
    template = library.upload(a_draft(), author)
    with pytest.raises(NotAllowed, match="второй человек"):
        library.activate(template.id, author)
    library.activate(template.id, other)
    assert active_template("cooperation").id == template.id
    states = [version.state for version in library.versions("cooperation", other)]
    assert states == ["active", "retired"]
    assert "Новый абзац." in docx_text(content(issue(an_order())))
    assert audit.verify() is None


def docx_text(data: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def test_a_version_with_faults_is_not_put_in_force(db_session: Any) -> None:
    template = library.upload(a_draft(changed(lambda paper: paper.add_paragraph("{{ sity }}"))), a_lawyer())
    with pytest.raises(NotNow) as refusal:
        library.activate(template.id, an_actor("c_legal"))
    assert "вероятно, city" in str(refusal.value.reasons[0])


def test_a_version_for_a_later_day_takes_over_on_that_day(db_session: Any) -> None:
    day = clock.today() + timedelta(days=10)
    template = library.upload(a_draft(valid_from=day), a_lawyer())
    assert library.activate(template.id, an_actor("c_legal")).state == "scheduled"
    library.on_the_day(None)  # type: ignore[arg-type]
    assert active_template("cooperation").version == 1
    with clock.at(clock.now() + timedelta(days=10)):
        library.on_the_day(None)  # type: ignore[arg-type]
        assert active_template("cooperation").version == 2


def test_a_version_whose_dates_are_over_is_not_put_in_force(db_session: Any) -> None:
    template = library.upload(a_draft(valid_to=date(2020, 1, 1)), a_lawyer())
    with pytest.raises(NotNow, match="истёк"):
        library.activate(template.id, an_actor("c_legal"))


def test_a_retired_kind_issues_nothing(db_session: Any) -> None:
    template = active_template("cooperation")
    with pytest.raises(NotValid):
        library.retire(template.id, a_lawyer(), " ")
    library.retire(template.id, a_lawyer(), "форма утратила силу")
    with pytest.raises(NotFound):
        issue(an_order())


def test_dates_end_after_they_begin(db_session: Any) -> None:
    template = active_template("cooperation")
    with pytest.raises(NotValid):
        library.set_dates(template.id, a_lawyer(), date(2026, 2, 1), date(2026, 1, 1))
    library.set_dates(template.id, a_lawyer(), date(2026, 1, 1), date(2030, 1, 1))
    assert active_template("cooperation").valid_to == date(2030, 1, 1)


def test_only_lawyers_and_administrators_keep_the_library(db_session: Any) -> None:
    for role in ("m_coord", "c_signer", "college"):
        with pytest.raises(NotAllowed):
            library.upload(a_draft(), an_actor(role))
        with pytest.raises(NotAllowed):
            library.shelves(an_actor(role))
    assert len(library.shelves(an_actor("admin"))) == len(KINDS)


def test_two_versions_are_compared_by_their_text(db_session: Any) -> None:
    new = library.upload(a_draft(), a_lawyer())
    blocks = library.comparison(active_template("cooperation"), new)
    different = [block for block in blocks if block.kind != "equal"]
    assert [(block.kind, block.segments[0].text) for block in different] == [("insert", "Новый абзац.")]


def test_the_pages_of_an_upload_become_pictures(db_session: Any) -> None:
    template = library.upload(a_draft(), a_lawyer())
    assert previews.of(template.id).state == "waiting"  # type: ignore[union-attr]
    drain()
    ready = previews.of(template.id)
    assert ready is not None
    assert ready.state == "ready"
    assert len(ready.pages) > 3
    assert previews.picture(template.id, 1).startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        previews.picture(template.id, len(ready.pages) + 1)


def test_without_libreoffice_the_pages_say_why(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    template = library.upload(a_draft(), a_lawyer())
    drain()
    failed = previews.of(template.id)
    assert failed is not None
    assert failed.state == "failed"
    assert "не установлены" in failed.reason
    assert files().get(template.sha256)
