"""Pages and API of the affairs: each opened and used by those whom it is for."""

from __future__ import annotations

import io
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from agreements.demo.load import Company
from agreements.models import Agreement, ImportRun, RegistrationEntry, SavedView
from core.accounts.models import Person
from core.db import db
from core.workflow.jobs import drain
from tests.agreements.lives import in_force
from tests.agreements.test_importing import a_sheet, good
from tests.agreements.test_merging import restated, two
from tests.builders import sign_in


@pytest.fixture
def as_one(app: APIFlask, company: Company, client: FlaskClient) -> Any:
    """Sign the client in by login."""

    def signed(login: str) -> FlaskClient:
        with app.app_context():
            person = db.session.get_one(Person, company.people[login])
        return sign_in(client, person)

    return signed


def test_an_end_is_confirmed_over_its_consequences(app: APIFlask, company: Company, as_one: Any) -> None:
    with app.app_context():
        parent = in_force(company)
        child = in_force(company, kind="supplementary", parent_id=parent.id, seq=1, title="ДС о порядке")
    asked = as_one("c.signer").get(f"/agreements/{parent.id}/ending/agree_termination").get_data(as_text=True)
    assert "ДС о порядке" in asked
    assert "согласятся все стороны" in asked
    agreed = as_one("c.signer").post(
        f"/agreements/{parent.id}/steps/agree_termination", data={"basis": "соглашение", "comment": "по соглашению"}
    )
    assert agreed.status_code == 302
    assert "согласие на расторжение по соглашению сторон" in (
        as_one("m.coord").get(f"/agreements/{parent.id}").get_data(as_text=True)
    )
    page = as_one("m.signer").get(f"/agreements/{parent.id}/ending/terminate").get_data(as_text=True)
    assert "ДС о порядке" in page
    assert "прекратится вместе с ним" in page
    listed = as_one("m.signer").get(f"/api/v1/agreements/{parent.id}/cascade").json
    assert listed["cascade"] in page
    sent = {"basis": "соглашение", "comment": "по соглашению", "cascade": "0" * 16}
    refused = as_one("m.signer").post(f"/agreements/{parent.id}/steps/terminate", data=sent)
    assert refused.status_code == 409
    done = as_one("m.signer").post(
        f"/agreements/{parent.id}/steps/terminate", data={**sent, "cascade": listed["cascade"]}
    )
    assert done.status_code == 302
    with app.app_context():
        assert db.session.get_one(Agreement, child.id).state == "terminated"


def test_conflicts_are_merged_on_the_page_and_by_api(app: APIFlask, company: Company, as_one: Any) -> None:
    with app.app_context():
        change = [restated("c12", "1.2", "Второй.")]
        _parent, second = two(company, [restated("c12", "1.2", "Первый.")], change)
        number = second.id
    page = as_one("c.coord").get(f"/agreements/{number}/merge").get_data(as_text=True)
    assert "пункт изменён другим дополнительным соглашением" in page
    shown = as_one("c.coord").get(f"/api/v1/agreements/{number}/merge").json
    assert [each["theirs"] for each in shown["meetings"]] == ["Первый."]
    assert as_one("c.coord").post(f"/agreements/{number}/merge", data={"edition": "2"}).status_code == 422
    sent = {"edition": "2", "take.0": "text", "text.0": "Третий."}
    assert as_one("c.coord").post(f"/agreements/{number}/merge", data=sent).status_code == 302
    assert not as_one("c.coord").get(f"/api/v1/agreements/{number}/merge").json["needed"]


def test_a_table_is_brought_in_through_the_pages(app: APIFlask, company: Company, as_one: Any) -> None:
    with app.app_context():
        file = a_sheet(good(company, 3))
    browser = as_one("m.control")
    sent = {"file": (io.BytesIO(file.content), file.name)}
    answer = browser.post("/agreements/import", data=sent, content_type="multipart/form-data")
    place = answer.headers["Location"]
    assert "Что означают столбцы" in browser.get(place).get_data(as_text=True)
    columns = {"column.1": "title", "column.2": "number", "column.3": "signed_on", "column.4": "party"}
    assert browser.post(f"{place}/check", data={"column.1": "title"}).status_code == 422
    assert browser.post(f"{place}/check", data=columns).status_code == 302
    waiting = browser.get(place).get_data(as_text=True)
    assert f'hx-get="{place}/progress"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert "HX-Refresh" not in browser.get(f"{place}/progress").headers
    with app.app_context():
        drain()
    assert browser.get(f"{place}/progress").headers["HX-Refresh"] == "true"
    assert "ошибок нет" in browser.get(place).get_data(as_text=True)
    assert browser.get(f"{place}/faults.xlsx").status_code == 404
    browser.post(f"{place}/start", data={})
    with app.app_context():
        drain()
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.total) == ("done", 3)
    assert "Загружено документов: 3" in browser.get(place).get_data(as_text=True)
    assert as_one("c.control").get(place).status_code == 404


def test_the_journal_takes_a_number_out_with_a_note(app: APIFlask, company: Company, as_one: Any) -> None:
    browser = as_one("m.control")
    assert browser.get("/journals").status_code == 200
    assert browser.post("/journals/set-aside", data={"note": "", "count": "1"}).status_code == 422
    assert browser.post("/journals/set-aside", data={"note": "испорчен", "count": "2"}).status_code == 302
    page = browser.get("/journals").get_data(as_text=True)
    assert page.count("испорчен</td>") == 2
    items = browser.get("/api/v1/journals").json["items"]
    assert [row["seq"] for row in items] == [2, 1]
    with app.app_context():
        assert {row.note for row in db.session.scalars(select(RegistrationEntry))} == {"испорчен"}
    assert as_one("m.coord").post("/journals/set-aside", data={"note": "x"}).status_code == 403


def test_webhooks_are_kept_on_their_page(app: APIFlask, company: Company, as_one: Any) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    browser = as_one("c.coord")
    page = browser.post("/webhooks", data={"url": "http://127.0.0.1:9/hook"}).get_data(as_text=True)
    assert "больше он не показывается" in page
    assert browser.post("/webhooks", data={"url": "gopher://x"}).status_code == 422
    row = browser.get("/api/v1/webhooks").json["webhooks"][0]
    assert "secret" not in row
    changed = browser.post(f"/webhooks/{row['id']}/rotate").get_data(as_text=True)
    assert "больше он не показывается" in changed
    assert "прежний ключ действует до" in changed
    assert browser.post(f"/webhooks/{row['id']}/rotate", data={"version": row["version"]}).status_code == 409
    assert browser.post(f"/webhooks/{row['id']}/test").status_code == 302
    assert "пробное сообщение" in browser.get(f"/webhooks/{row['id']}").get_data(as_text=True)
    sent = browser.post(f"/api/v1/webhooks/{row['id']}/test")
    assert (sent.status_code, sent.json["agreement_id"], sent.json["state"]) == (202, None, "waiting")
    assert browser.post(f"/api/v1/webhooks/deliveries/{sent.json['id']}/again").status_code == 409
    assert "secret" in browser.post(f"/api/v1/webhooks/{row['id']}/rotate").json
    for path in (f"{row['id']}/rotate", f"{row['id']}/test", f"deliveries/{sent.json['id']}/again"):
        assert as_one("m.coord").post(f"/api/v1/webhooks/{path}").status_code == 404
    browser = as_one("c.coord")
    assert browser.post(f"/webhooks/{row['id']}/active", data={"active": "0"}).status_code == 302
    assert not browser.get("/api/v1/webhooks").json["webhooks"][0]["active"]
    assert as_one("m.legal").get("/webhooks").status_code == 403


def test_a_view_is_saved_shared_and_forgotten(app: APIFlask, company: Company, as_one: Any) -> None:
    with app.app_context():
        in_force(company, title="О колледжах")
    browser = as_one("c.coord")
    assert "Название отбора" in browser.get("/agreements/views?q=колледж&state=registered").get_data(as_text=True)
    sent = {"name": "Колледжи", "q": "колледж", "state": "registered"}
    assert browser.post("/agreements/views", data=sent).status_code == 302
    with app.app_context():
        view = db.session.scalars(select(SavedView)).one()
    shared = as_one("m.coord").get(f"/agreements/views/{view.code}", follow_redirects=True).get_data(as_text=True)
    assert "О колледжах" in shared
    hidden = as_one("samara").get(f"/agreements/views/{view.code}", follow_redirects=True).get_data(as_text=True)
    assert "О колледжах" not in hidden
    assert as_one("m.coord").post(f"/agreements/views/{view.id}/forget").status_code == 404
    assert as_one("c.coord").post(f"/agreements/views/{view.id}/forget").status_code == 302
