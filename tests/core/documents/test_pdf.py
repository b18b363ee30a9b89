"""PDF/A of issued documents: made by a job in batches with LibreOffice, refused in words, never twice."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.db import db, transaction
from core.documents import office, pdf
from core.documents.issuing import content, issue
from core.documents.models import DocumentPdf
from core.errors import NotFound
from core.store import digest, files
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.core.documents.conftest import an_order

pytestmark = pytest.mark.usefixtures("shipped")


class Fake:
    """Stands where LibreOffice does and remembers how it was called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        monkeypatch.setattr(office, "program", lambda: "/bin/true")
        monkeypatch.setattr(office, "engine", lambda: "LibreOffice 7")
        monkeypatch.setattr(office, "_batch", self.batch)

    def batch(self, _program: str, documents: dict[str, bytes], _seconds: float) -> dict[str, bytes]:
        self.batches.append(len(documents))
        return {key: b"%PDF-1.6 " + key.encode() + b" %%EOF" for key in documents}


def test_a_pdf_is_made_by_the_job_as_pdf_a_2b_and_kept(db_session: Any) -> None:
    document = issue(an_order())
    assert pdf.status(document.id).state == "none"
    assert pdf.request([document.id]) == 1
    assert pdf.status(document.id).state == "waiting"
    drain()
    made = pdf.pdf_of(document)
    assert pdf.status(document.id) == pdf.Status("ready", "", len(made), digest(made))
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert pdf.request([document.id]) == 0


def test_the_pages_of_a_pdf_are_pictures(db_session: Any) -> None:
    pages = office.pictures(office.to_pdf({"a": content(issue(an_order()))}).made["a"])
    assert len(pages) > 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_the_pdf_of_a_personal_document_is_sealed(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Fake(monkeypatch)
    document = issue(an_order("target"))
    pdf.request([document.id])
    drain()
    row = db.session.get_one(DocumentPdf, document.id)
    assert pdf.pdf_of(document).startswith(b"%PDF-")
    assert not files().get(row.stored_sha256).startswith(b"%PDF-")
    assert row.sha256 == digest(pdf.pdf_of(document)) != row.stored_sha256


def test_many_are_made_in_batches_never_one_process_each(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(monkeypatch)
    documents = [issue(an_order()) for _number in range(office.BATCH + 5)]
    pdf.request([document.id for document in documents])
    drain()
    assert fake.batches == [office.BATCH, 5]
    assert db.session.scalar(select(func.count()).where(DocumentPdf.state == "ready")) == len(documents)


def test_what_a_person_waits_for_comes_before_a_crowd(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(monkeypatch)
    crowd = [issue(an_order()) for _number in range(pdf.TOGETHER + 3)]
    mine = issue(an_order())
    pdf.request([document.id for document in crowd])
    with transaction():
        db.session.execute(update(Job).values(state="cancelled"))
    pdf.request([mine.id])
    drain(1)
    assert pdf.status(mine.id).state == "ready"
    assert fake.batches == [pdf.TOGETHER]


def test_without_libreoffice_it_says_so_and_the_docx_is_there(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    document = issue(an_order())
    pdf.request([document.id])
    drain()
    state = pdf.status(document.id)
    assert state.state == "unavailable"
    assert "LibreOffice не установлен" in state.reason
    assert content(document).startswith(b"PK")
    with pytest.raises(NotFound):
        pdf.pdf_of(document)
    assert pdf.request([document.id]) == 1


def test_what_a_batch_leaves_unmade_is_tried_alone_and_then_refused(
    db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(monkeypatch)
    good, bad = issue(an_order()), issue(an_order())
    whole = fake.batch
    monkeypatch.setattr(
        office, "_batch", lambda *a: {key: data for key, data in whole(*a).items() if key != str(bad.id)}
    )
    pdf.request([good.id, bad.id])
    drain()
    assert fake.batches == [2, 1]
    assert pdf.status(good.id).state == "ready"
    assert pdf.status(bad.id).state == "failed"
    assert pdf.status(bad.id).reason


def test_a_document_is_not_given_to_two_workers(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Fake(monkeypatch)
    document = issue(an_order())
    pdf.request([document.id])
    assert [taken.id for taken in pdf._claim(document.id)] == [document.id]
    assert pdf._claim(document.id) == []
    drain()
    again = db.session.scalar(select(Job.run_after).where(Job.state == "waiting"))
    assert again is not None, "somebody must look again when the lease has run out"


def test_a_libreoffice_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "soffice"
    pid = tmp_path / "pid"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {pid}\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(office, "program", lambda: str(program))
    began = time.monotonic()
    result = office.to_pdf({"a": b"PK"}, starting=0.5, each=0)
    assert time.monotonic() - began < 10
    assert result.made == {}
    assert result.failed["a"]
    assert not _alive(int(pid.read_text()))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")
