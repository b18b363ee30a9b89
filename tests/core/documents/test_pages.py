"""Pages, API and commands of documents: who may, what they say, what they hand over."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core.accounts import signin
from core.accounts.access import set_readers
from core.accounts.models import Organisation, Person
from core.db import db, transaction
from core.documents import kinds, office, pdf, personal
from core.documents.clauses import document_text
from core.documents.issuing import active_template, content, issue
from core.documents.models import IssuedDocument
from core.documents.registers import blank
from core.workflow.jobs import drain
from tests.builders import a_person, an_actor, an_organisation, sign_in
from tests.core.documents.conftest import KINDS, an_order
from tests.core.documents.test_bulkjobs import COMMON, HEADER, PERSON, a_register
from tests.core.documents.test_library import changed

pytestmark = pytest.mark.usefixtures("shipped")


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def a_member(app: APIFlask, *roles: str, organisation: Organisation | None = None, kind: str = "enterprise") -> Person:
    with app.app_context():
        return a_person(organisation or an_organisation(kind), roles)


def seen_by(app: APIFlask, person: Person, **fields: Any) -> IssuedDocument:
    """A document of a subject that the person's organisation may see."""
    with app.app_context():
        document = issue(an_order(**fields))
        with transaction():
            set_readers("agreement", document.subject_id, [person.organisation_id])
        return document


@pytest.fixture
def lawyer(app: APIFlask, client: FlaskClient) -> FlaskClient:
    return sign_in(client, a_member(app, "m_legal", kind="ministry"))


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)


def upload(client: FlaskClient, data: bytes, **fields: Any) -> Any:
    form = {"kind": "cooperation", "profile": "gost-2025", "file": (io.BytesIO(data), "Соглашение.docx"), **fields}
    return client.post("/templates/new", data=form, content_type="multipart/form-data")


# ── one document ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_of_a_document_gives_its_files_to_who_may_see_it(app: APIFlask, client: FlaskClient) -> None:
    person = a_member(app, "enterprise")
    document = seen_by(app, person)
    page = sign_in(client, person).get(f"/documents/{document.id}")
    assert document.code in said(page)
    assert "Сделать PDF" in said(page)
    file = client.get(f"/documents/{document.id}/{document.code}.docx")
    with app.app_context():
        assert file.data == content(document)
    stranger = sign_in(client, a_member(app, "enterprise"))
    for path in ("", f"/{document.code}.docx", "/pdf", f"/{document.code}.pdf"):
        assert stranger.get(f"/documents/{document.id}{path}").status_code == 404


def test_a_personal_document_is_handed_over_opened(app: APIFlask, client: FlaskClient) -> None:
    person = a_member(app, "enterprise")
    document = seen_by(app, person, kind="target")
    file = sign_in(client, person).get(f"/documents/{document.id}/{document.code}.docx")
    assert str(an_order("target").context["citizen_fio"]) in document_text(file.data)
    with app.app_context():
        personal.erase(document.id, an_actor("admin"), "срок хранения")
    page = said(client.get(f"/documents/{document.id}"))
    assert "Персональные данные уничтожены" in page
    assert client.get(f"/documents/{document.id}/{document.code}.docx").status_code == 404


def test_the_page_follows_the_pdf_from_asked_to_ready(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    monkeypatch.setattr(office, "engine", lambda: "LibreOffice 7")
    monkeypatch.setattr(office, "_batch", lambda _p, documents, _s: dict.fromkeys(documents, b"%PDF-1.6 %%EOF"))
    person = a_member(app, "enterprise")
    document = seen_by(app, person)
    sign_in(client, person).post(f"/documents/{document.id}/pdf")
    waiting = client.get(f"/documents/{document.id}/pdf").get_data(as_text=True)
    assert "готовится" in waiting
    assert "hx-get" in waiting
    assert client.get(f"/documents/{document.id}/{document.code}.pdf").status_code == 302
    with app.app_context():
        drain()
    assert "hx-get" not in client.get(f"/documents/{document.id}/pdf").get_data(as_text=True)
    assert client.get(f"/documents/{document.id}/{document.code}.pdf").data == b"%PDF-1.6 %%EOF"


@pytest.mark.usefixtures("no_office")
def test_the_page_says_why_there_is_no_pdf(app: APIFlask, client: FlaskClient) -> None:
    person = a_member(app, "enterprise")
    document = seen_by(app, person)
    sign_in(client, person).post(f"/documents/{document.id}/pdf")
    with app.app_context():
        drain()
        assert pdf.status(document.id).state == "unavailable"
    page = said(client.get(f"/documents/{document.id}"))
    assert "LibreOffice не установлен" in page
    assert client.get(f"/documents/{document.id}/{document.code}.docx").status_code == 200


# ── the library ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("no_office")
def test_an_upload_shows_at_once_what_is_wrong_with_it(lawyer: FlaskClient) -> None:
    answer = upload(lawyer, changed(lambda paper: paper.add_paragraph("{{ sity }}")))
    assert answer.status_code == 302
    page = said(lawyer.get(answer.location))
    assert "Ввести в действие нельзя" in page
    assert "вероятно, city" in page
    good = upload(lawyer, changed()).location
    assert "Страницы готовятся" in said(lawyer.get(good))


def test_a_dangerous_upload_comes_back_into_the_form(lawyer: FlaskClient) -> None:
    answer = upload(lawyer, changed(lambda paper: paper.add_paragraph("{{ ''.__class__ }}")))
    assert answer.status_code == 422
    assert "Файл не принят" in said(answer)


def test_the_uploader_sees_that_a_second_person_is_needed(app: APIFlask, lawyer: FlaskClient) -> None:
    address = upload(lawyer, changed()).location
    assert "Нужен второй человек" in said(lawyer.get(address))
    assert lawyer.post(f"{address}/activate").status_code == 403
    sign_in(lawyer, a_member(app, "c_legal", kind="corporation"))
    assert "Версия введена в действие" in said(lawyer.post(f"{address}/activate", follow_redirects=True))


def test_versions_are_listed_compared_dated_and_retired(app: APIFlask, lawyer: FlaskClient) -> None:
    new = int(upload(lawyer, changed()).location.rsplit("/", 1)[1])
    with app.app_context():
        old = active_template("cooperation").id
    assert "Версия 2" in said(lawyer.get("/templates/kinds/cooperation"))
    compared = said(lawyer.get(f"/templates/compare?old={old}&new={new}"))
    assert "[добавлено] Новый абзац." in compared
    dated = lawyer.post(f"/templates/{new}/dates", data={"valid_from": "2026-01-01"}, follow_redirects=True)
    assert "с 01.01.2026" in said(dated)
    assert lawyer.post(f"/templates/{new}/retire", data={"reason": ""}).status_code == 422
    retired = lawyer.post(f"/templates/{new}/retire", data={"reason": "опечатка"}, follow_redirects=True)
    assert "Выведен из действия" in said(retired)


def test_the_files_of_a_version_can_be_taken(app: APIFlask, lawyer: FlaskClient) -> None:
    with app.app_context():
        template = active_template("cooperation").id
    assert lawyer.get(f"/templates/{template}/template.docx").data == KINDS[0].template_path.read_bytes()
    sample = document_text(lawyer.get(f"/templates/{template}/sample.docx").data)
    assert str(KINDS[0].sample()["a"]["full_name"]) in sample


def test_every_kind_shows_its_fields_with_tags_to_copy(lawyer: FlaskClient) -> None:
    page = lawyer.get("/templates/kinds/cooperation/fields").get_data(as_text=True)
    assert 'data-copy="{{ a.full_name }}"' in page
    assert "{%tr for r in" in page


@pytest.mark.parametrize("path", ["/templates", "/templates/new", "/templates/kinds/cooperation", "/templates/1"])
def test_the_library_is_closed_to_others(app: APIFlask, client: FlaskClient, path: str) -> None:
    sign_in(client, a_member(app, "enterprise"))
    assert client.get(path).status_code == 403
    assert "Шаблоны" not in said(client.get("/bulk"))


# ── bulk ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def send(client: FlaskClient, data: bytes) -> Any:
    form = {"kind": "target", "title": "Целевые договоры", "file": (io.BytesIO(data), "Реестр.xlsx")}
    return client.post("/bulk", data=form, content_type="multipart/form-data")


def test_a_register_is_checked_started_and_downloaded(app: APIFlask, client: FlaskClient) -> None:
    sign_in(client, a_member(app, "enterprise"))
    faulty = ["Образцов Иван Петрович", "вчера", "паспорт", ""]
    address = send(client, a_register(HEADER, PERSON, faulty, common=COMMON)).location
    page = said(client.get(address))
    assert "B: Дата рождения – ожидается дата" in page
    assert "Выпустить документы: 1" in page
    client.post(f"{address}/start")
    assert "hx-get" in client.get(f"{address}/progress").get_data(as_text=True)
    with app.app_context():
        drain()
    assert "Закончен" in said(client.get(f"{address}/progress"))
    with zipfile.ZipFile(io.BytesIO(client.get(f"{address}/documents.zip").data)) as archive:
        assert set(archive.namelist()) == {"Образцов.docx", "SHA256SUMS.txt", "Не сформировано.txt"}


def test_a_register_that_cannot_be_read_comes_back_into_the_form(app: APIFlask, client: FlaskClient) -> None:
    sign_in(client, a_member(app, "enterprise"))
    answer = send(client, a_register(["Фамилия"], ["Образцов"]))
    assert answer.status_code == 422
    assert "Заголовки реестра" in said(answer)


def test_a_run_can_be_stopped_and_belongs_to_its_organisation(app: APIFlask, client: FlaskClient) -> None:
    sign_in(client, a_member(app, "enterprise"))
    address = send(client, a_register(HEADER, PERSON, common=COMMON)).location
    client.post(f"{address}/start")
    assert "Выпуск остановлен" in said(client.post(f"{address}/cancel", follow_redirects=True))
    assert client.post(f"{address}/cancel").status_code == 409
    sign_in(client, a_member(app, "college", kind="college"))
    for path in ("", "/progress", "/documents.zip"):
        assert client.get(address + path).status_code == 404
    sign_in(client, a_member(app, "executor"))
    assert client.get("/bulk").status_code == 403


def test_the_blank_is_handed_over(app: APIFlask, client: FlaskClient) -> None:
    sign_in(client, a_member(app, "enterprise"))
    assert client.get("/bulk/blank/target.xlsx").data[:2] == blank(KINDS[1])[:2] == b"PK"
    assert client.get("/bulk/blank/nothing.xlsx").status_code == 404


def test_pdfs_join_the_documents_in_the_zip(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    monkeypatch.setattr(office, "engine", lambda: "LibreOffice 7")
    monkeypatch.setattr(office, "_batch", lambda _p, documents, _s: dict.fromkeys(documents, b"%PDF-1.6 %%EOF"))
    sign_in(client, a_member(app, "enterprise"))
    address = send(client, a_register(HEADER, PERSON, common=COMMON)).location
    client.post(f"{address}/start")
    with app.app_context():
        drain()
    assert "документов: 1" in said(client.post(f"{address}/pdf", follow_redirects=True))
    with app.app_context():
        drain()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{address}/documents.zip").data)) as archive:
        assert {"Образцов.docx", "Образцов.pdf"} < set(archive.namelist())


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Program:
    """A program with the bearer token of a person."""

    def __init__(self, app: APIFlask, person: Person) -> None:
        with app.app_context():
            self.token = signin.issue_token(an_actor(person=person), "тест")
        self.client = app.test_client()

    def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.open("/api/v1" + path, method=method, headers=headers, **kwargs)


def test_documents_are_listed_read_downloaded_and_verified_by_api(app: APIFlask) -> None:
    person = a_member(app, "enterprise")
    document = seen_by(app, person)
    program = Program(app, person)
    listed = program.ask("GET", "/documents?subject_kind=agreement&subject_id=7").json["items"]
    assert [row["id"] for row in listed] == [document.id]
    assert program.ask("GET", "/documents?subject_id=8").json["items"] == []
    one = program.ask("GET", f"/documents/{document.id}").json
    assert (one["fingerprint"], one["pdf"]["state"]) == (document.sha256, "none")
    data = program.ask("GET", f"/documents/{document.id}/file").data
    answer = program.ask("POST", "/documents/verify", data={"file": (io.BytesIO(data), "a.docx")}).json
    assert (answer["result"], answer["genuine"], answer["facts"]["code"]) == ("file", True, document.code)
    assert program.ask("GET", f"/documents/verify?sha256={document.sha256}").json["genuine"]
    assert program.ask("GET", f"/documents/verify?code={document.code}").json["result"] == "code"
    assert program.ask("GET", "/documents/verify").status_code == 422
    assert program.ask("POST", f"/documents/{document.id}/pdf").json["state"] == "waiting"
    assert program.ask("GET", f"/documents/{document.id}/pdf/file").status_code == 404
    other = Program(app, a_member(app, "enterprise"))
    assert other.ask("GET", f"/documents/{document.id}").status_code == 404
    assert other.ask("GET", "/documents").json["items"] == []


def test_templates_are_uploaded_examined_and_put_in_force_by_api(app: APIFlask) -> None:
    author, second = (Program(app, a_member(app, "m_legal", kind="ministry")) for _number in range(2))
    data = changed()
    form = {"kind": "cooperation", "file": (io.BytesIO(data), "Новый.docx"), "note": "по приказу"}
    made = author.ask("POST", "/templates", data=form).json
    assert (made["version"], made["state"]) == (2, "draft")
    report = author.ask("GET", f"/templates/{made['id']}/report").json
    assert report["usable"]
    assert "a.full_name" in [field["path"] for field in report["fields_used"]]
    assert author.ask("POST", f"/templates/{made['id']}/activate").status_code == 403
    assert second.ask("POST", f"/templates/{made['id']}/activate").json["state"] == "active"
    assert [row["version"] for row in author.ask("GET", "/templates?kind=cooperation").json["items"]] == [2, 1]
    assert {row["name"] for row in author.ask("GET", "/templates/kinds").json["items"]} == {"cooperation", "target"}
    assert author.ask("GET", "/templates/kinds/target/fields").json["items"][0]["path"] == "number"
    assert author.ask("GET", f"/templates/{made['id']}/file").data == data
    reason = {"reason": "ошибка"}
    assert author.ask("POST", f"/templates/{made['id']}/retire", json=reason).json["state"] == "retired"
    outsider = Program(app, a_member(app, "enterprise"))
    assert outsider.ask("GET", "/templates/kinds").status_code == 403


def test_a_selection_of_rows_is_issued_by_api(app: APIFlask) -> None:
    program = Program(app, a_member(app, "enterprise"))
    sample = kinds.kind("target").sample()
    rows = [{"data": sample, "name": "Первый"}, {"data": {**sample, "city": ""}}]
    made = program.ask("POST", "/bulk-runs", json={"kind": "target", "rows": rows}).json
    assert (made["waiting"], made["failed"]) == (1, 1)
    assert made["failed_rows"][0]["faults"][0]["column"] == "Место составления"
    assert program.ask("POST", f"/bulk-runs/{made['id']}/start").status_code == 202
    with app.app_context():
        drain()
    assert program.ask("GET", f"/bulk-runs/{made['id']}").json["state"] == "done"
    with zipfile.ZipFile(io.BytesIO(program.ask("GET", f"/bulk-runs/{made['id']}/file").data)) as archive:
        assert "Первый.docx" in archive.namelist()
    assert [row["id"] for row in program.ask("GET", "/bulk-runs").json["items"]] == [made["id"]]


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_commands_prove_verify_and_erase(app: APIFlask, tmp_path: Path) -> None:
    with app.app_context():
        document = issue(an_order("target"))
        file = tmp_path / "a.docx"
        file.write_bytes(content(document))
    run = app.test_cli_runner().invoke
    proven = run(args=["documents", "reproduce", str(document.id)])
    assert proven.exit_code == 0
    assert "содержимое: совпадает" in proven.output
    assert "байты: совпадают" in proven.output
    verified = run(args=["documents", "verify", str(file)])
    assert verified.exit_code == 0
    assert document.code in verified.output
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert run(args=["documents", "verify", str(file)]).exit_code == 1
    assert "Добавлено версий: 0" in run(args=["documents", "install"]).output
    assert run(args=["documents", "erase", str(document.id), "--reason", "срок"]).exit_code == 0
    assert run(args=["documents", "reproduce", str(document.id)]).exit_code == 1
    assert run(args=["documents", "reproduce", "999"]).exit_code == 1
    with app.app_context():
        db.session.remove()
