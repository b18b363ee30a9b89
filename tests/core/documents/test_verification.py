"""Public verification: a code or a file tells which document it is and what it is worth, and nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.documents import office, pdf, personal, standing, verification
from core.documents.issuing import content, issue
from core.documents.models import IssuedDocument, VerificationCheck
from core.documents.standing import Standing
from core.workflow.jobs import drain
from tests.builders import an_actor
from tests.core.documents.conftest import an_order

pytestmark = pytest.mark.usefixtures("shipped")


@pytest.fixture
def domains(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No domain answers: the documents speak for themselves."""
    monkeypatch.setattr(standing, "_answers", {})
    return


def by_file(data: bytes) -> verification.Answer:
    return verification.by_file(io.BytesIO(data))


def changed(data: bytes, old: str, new: str) -> bytes:
    """The same package with one piece of its text replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            body = source.read(info)
            if info.filename == "word/document.xml":
                assert old.encode() in body
                body = body.replace(old.encode(), new.encode())
            target.writestr(info.filename, body)
    return out.getvalue()


@pytest.mark.usefixtures("domains")
def test_a_file_is_recognised_byte_for_byte(db_session: Any) -> None:
    document = issue(an_order())
    answer = by_file(content(document))
    assert answer.result == "file"
    assert answer.genuine
    assert answer.facts is not None
    assert (answer.facts.code, answer.facts.revision) == (document.code, 1)


@pytest.mark.usefixtures("domains")
def test_one_changed_byte_is_told_apart(db_session: Any) -> None:
    data = content(issue(an_order()))
    for place in (10, len(data) // 2, len(data) - 1):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert not by_file(flipped).genuine


@pytest.mark.usefixtures("domains")
def test_a_file_changed_in_word_still_names_the_document_it_was(db_session: Any) -> None:
    document = issue(an_order())
    answer = by_file(changed(content(document), "г.\u00a0Москва", "г.\u00a0Тула"))
    assert answer.result == "changed"
    assert not answer.genuine
    assert answer.facts is not None
    assert answer.facts.code == document.code


@pytest.mark.usefixtures("domains")
def test_two_revisions_are_told_apart(db_session: Any) -> None:
    first, second = issue(an_order(revision=1)), issue(an_order(revision=2))
    told = [by_file(content(document)).facts for document in (first, second)]
    assert [facts.revision for facts in told if facts] == [1, 2]
    assert [facts.standing.state for facts in told if facts] == ["superseded", "current"]
    assert told[0] is not None
    assert "№ 2" in told[0].standing.note


@pytest.mark.usefixtures("domains")
@pytest.mark.parametrize(
    ("rendition", "state"), [("draft", "draft"), ("submitted", "current"), ("registered", "registered")]
)
def test_a_document_tells_what_it_is_worth(db_session: Any, rendition: str, state: str) -> None:
    answer = verification.by_code(issue(an_order(rendition=rendition)).code)
    assert answer.facts is not None
    assert answer.facts.standing.state == state


def test_the_domain_answers_for_its_subjects(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_answers", {"agreement": lambda _document: Standing(standing.ANNULLED)})
    answer = verification.by_code(issue(an_order()).code)
    assert answer.facts is not None
    assert answer.facts.standing.label == "Аннулирован"


@pytest.mark.parametrize(
    "typed",
    [
        "AB12-CEHK-MPTX",
        " ab12 cehk mptx ",
        "АВ12-СЕНК-МРТХ",
        "ав12–сенк—мртх",
        "ABI2CEHKMPTX",
        "https://example.org/verify?code=AB12-CEHK-MPTX",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert verification.tidy_code(typed) == "AB12-CEHK-MPTX"


def test_the_letter_o_is_a_zero() -> None:
    assert verification.tidy_code("OO00-ОО00-0000") == "0000-0000-0000"


@pytest.mark.parametrize("typed", ["", "AB12", "AB12-CEHK-MPTX-9", "????-????-????", "ЩЩЩЩ-ЩЩЩЩ-ЩЩЩЩ"])
def test_what_is_no_code_is_unknown(db_session: Any, typed: str) -> None:
    assert verification.tidy_code(typed) == ""
    assert verification.by_code(typed).result == "unknown"


@pytest.mark.usefixtures("domains")
def test_the_pdf_is_recognised_too(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    monkeypatch.setattr(office, "engine", lambda: "LibreOffice 7")
    monkeypatch.setattr(
        office, "_batch", lambda _p, documents, _s: {key: b"%PDF-1.6 " + key.encode() + b" %%EOF" for key in documents}
    )
    for kind in ("cooperation", "target"):
        document = issue(an_order(kind))
        pdf.request([document.id])
        drain()
        answer = by_file(pdf.pdf_of(document))
        assert answer.result == "pdf"
        assert answer.facts is not None
        assert answer.facts.code == document.code
        assert by_file(pdf.pdf_of(document) + b" ").result == "unknown"


@pytest.mark.usefixtures("domains")
def test_a_personal_file_is_recognised_until_its_data_are_erased(db_session: Any) -> None:
    document = issue(an_order("target"))
    data = content(document)
    assert by_file(data).result == "file"
    personal.erase(document.id, an_actor("admin"), "срок хранения")
    assert by_file(data).result == "changed"
    answer = verification.by_code(document.code)
    assert answer.facts is not None
    assert answer.facts.erased


@pytest.mark.usefixtures("domains")
def test_the_ciphertext_in_the_store_is_no_document(db_session: Any) -> None:
    assert verification.by_hash(issue(an_order("target")).sha256).result == "unknown"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def issued(app: Any, **fields: Any) -> tuple[IssuedDocument, bytes]:
    with app.app_context():
        document = issue(an_order(**fields))
        return document, content(document)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_the_page_answers_a_stranger_by_the_address_in_the_qr_code(app: Any, client: FlaskClient) -> None:
    document, _data = issued(app)
    text = said(client.get(f"/verify?code={document.code}"))
    assert "Документ выпущен здесь" in text
    assert "Соглашение о сотрудничестве и партнёрстве" in text
    assert document.code in text


def test_the_page_tells_neither_parties_nor_names_nor_content(app: Any, client: FlaskClient) -> None:
    document, data = issued(app, title="Соглашение с Заводом Иванова")
    for answer in (
        client.get(f"/verify?code={document.code}"),
        client.post("/verify", data={"file": (io.BytesIO(data), "a.docx")}),
    ):
        text = said(answer)
        context = an_order().context
        for hidden in (document.title, document.author_name, context["a"]["full_name"], context["city"]):
            assert hidden not in text


def test_the_page_takes_a_file_and_keeps_nothing_of_it(app: Any, client: FlaskClient, database: Any) -> None:
    _document, data = issued(app)
    before = sorted((database.instance / "files").rglob("*"))
    whole = client.post("/verify", data={"file": (io.BytesIO(data), "Соглашение.docx")})
    assert "Файл подлинный" in said(whole)
    broken = client.post("/verify", data={"file": (io.BytesIO(data[:-1] + b"?"), "Соглашение.docx")})
    assert "Файл изменён или не выпускался здесь" in said(broken)
    assert sorted((database.instance / "files").rglob("*")) == before


def test_the_page_says_so_when_a_code_is_unknown_or_nothing_was_asked(client: FlaskClient) -> None:
    assert "не выпускался" in said(client.get("/verify?code=0000-0000-0000"))
    assert "не выпускался" in said(client.post("/verify", data={"code": "не код"}))
    assert client.post("/verify", data={}).status_code == 422
    assert client.get("/verify").status_code == 200


def test_codes_cannot_be_tried_one_after_another(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "MOST_CHECKS", 3)
    answers = [client.get(f"/verify?code=0000-0000-000{n}").status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert client.get("/verify").status_code == 200


def test_addresses_are_forgotten_after_a_day(db_session: Any) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        verification.count("10.0.0.1")
    verification.count("10.0.0.2")
    verification.forget(None)  # type: ignore[arg-type]
    assert db.session.scalar(select(func.count()).select_from(VerificationCheck)) == 1
