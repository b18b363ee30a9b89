"""Pages of substitution and of routes: the absence on one screen, the editor without code, the preview."""

from __future__ import annotations

import html
import re

from apiflask import APIFlask
from flask.testing import FlaskClient

from core.accounts.models import RoleHolding
from core.db import db
from core.signoffs import route_editor
from core.signoffs.models import RouteTemplate, Substitution
from core.signoffs.service.templates import install_routes
from tests.builders import a_person
from tests.core.signoffs.desk import browser_of
from tests.core.signoffs.scene import Scene

AWAY = {
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-13",
    "mark": "и.о.",
    "basis_kind": "order",
    "basis_number": "512-к",
    "basis_date": "2026-02-27",
}


def admin_of(app: APIFlask, office: Scene) -> FlaskClient:
    with app.app_context():
        person = a_person(office.ministry, ["admin"], surname="Админова")
        install_routes()
    return browser_of(app, person)


def test_an_absence_is_arranged_on_one_screen_and_ended(app: APIFlask, office: Scene) -> None:
    me, deputy = office.people["m_legal"], office.people["m_profile"]
    browser = browser_of(app, me)
    data = {**AWAY, "substitute_id": deputy.id, "scope": ["visa"]}
    page = browser.post("/absence", data=data, follow_redirects=True).text
    for words in ("Замещение назначено", "Действует", "приказ от 27.02.2026 № 512-к", "02.03.2026 – 13.03.2026"):
        assert words in page
    with app.app_context():
        row = db.session.query(Substitution).one()
    assert (row.principal_id, row.substitute_id, row.scope) == (me.id, deputy.id, ["visa"])
    assert "Прекратить" in browser_of(app, deputy).get("/absence").text
    browser.post(f"/absence/{row.id}/revoke")
    assert "Прекращено" in browser.get("/absence").text


def test_a_wrong_absence_is_told_at_its_fields_and_nothing_typed_is_lost(app: APIFlask, office: Scene) -> None:
    browser = browser_of(app, office.people["m_legal"])
    data = {**AWAY, "substitute_id": office.people["m_profile"].id, "ends_on": "2026-03-01", "powers": "Визы"}
    answer = browser.post("/absence", data=data)
    assert answer.status_code == 422
    assert "Окончание раньше начала" in answer.text
    assert "Визы</textarea>" in answer.text


def test_only_those_who_arrange_absences_choose_another_person(app: APIFlask, office: Scene) -> None:
    sick, deputy = office.people["m_legal"], office.people["m_profile"]
    assert "Кого замещают" not in browser_of(app, sick).get("/absence").text
    coordinator = browser_of(app, office.people["m_coord"])
    assert "Кого замещают" in coordinator.get("/absence").text
    data = {**AWAY, "principal_id": sick.id, "substitute_id": deputy.id}
    assert "Все замещения" in coordinator.post("/absence", data=data, follow_redirects=True).text
    with app.app_context():
        assert db.session.query(Substitution).one().principal_id == sick.id


def form_of(page: str) -> dict[str, list[str]]:
    """The editor's form as a browser would send it."""
    body = html.unescape(page[page.index('id="route"') :])
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"(?! checked)', body):
        if not name.startswith(("mandatory", "same_person", "csrf")):
            sent.setdefault(name, []).append(value)
    for name, value in re.findall(r'name="(mandatory-[^"]+)" value="(1)" checked', body):
        sent.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        sent[name] = re.findall(r'value="([^"]*)" selected', options)
    return sent


def test_a_route_is_edited_by_buttons_and_saved_as_a_new_version(app: APIFlask, office: Scene) -> None:
    admin = admin_of(app, office)
    address = "/routes/agreement_ministry/edit"
    sent = form_of(admin.get(address).text)
    stage = next(entry for entry in sent["order"] if entry.startswith("stage:"))
    page = admin.post(address, data={**sent, "do": f"add-slot:{stage.removeprefix('stage:')}"}).text
    sent = form_of(page)
    fresh = [entry.removeprefix("slot:") for entry in sent["order"] if entry.startswith("slot:k")]
    assert len(fresh) == 1
    sent |= {f"label-{fresh[0]}": ["Пресс-служба"], f"roles-{fresh[0]}": ["m_profile"], f"days-{fresh[0]}": ["2"]}
    sent |= {"note": ["Добавлена пресс-служба"]}
    page = admin.post(address, data={**sent, "do": "save"}, follow_redirects=True).text
    assert "Сохранена версия 2" in page
    assert "Пресс-служба" in page
    assert "Добавлена пресс-служба" in page
    with app.app_context():
        versions = db.session.query(RouteTemplate).filter_by(code="agreement_ministry")
        rows = versions.order_by(RouteTemplate.version).all()
    assert [(row.version, row.active) for row in rows] == [(1, False), (2, True)]
    assert [slot["label"] for slot in rows[1].stages[0]["slots"]] == ["Ответственный исполнитель", "Пресс-служба"]
    assert "заменена" in admin.get("/routes/agreement_ministry?version=1").text


def test_faults_of_a_route_are_told_by_place_and_a_stale_form_is_refused(app: APIFlask, office: Scene) -> None:
    admin = admin_of(app, office)
    address = "/routes/agreement_ministry/edit"
    sent = form_of(admin.get(address).text)
    first = next(entry for entry in sent["order"] if entry.startswith("slot:")).removeprefix("slot:")
    answer = admin.post(address, data={**sent, f"roles-{first}": [], "do": "save"})
    assert answer.status_code == 422
    assert "Этап 1, участник 1: Укажите роль" in answer.text
    admin.post(address, data={**sent, "do": "save"})
    assert admin.post(address, data={**sent, "do": "save"}).status_code == 409


def test_a_route_previews_the_people_of_today_and_says_what_is_missing(app: APIFlask, office: Scene) -> None:
    admin = admin_of(app, office)
    parties = f"party={office.ministry.id}&party=&money=1"
    page = admin.get(f"/routes/agreement_ministry?{parties}").text
    assert office.people["m_legal"].short_name in page
    assert "Маршрут полон" in page
    with app.app_context():
        db.session.query(RoleHolding).filter_by(person_id=office.people["m_finance"].id).delete()
        db.session.commit()
    page = admin.get(f"/routes/agreement_ministry?{parties}").text
    assert "Так начать нельзя" in page
    assert "никто не исполняет" in page


def test_only_an_administrator_edits_routes(app: APIFlask, office: Scene) -> None:
    admin_of(app, office)
    browser = browser_of(app, office.people["m_coord"])
    assert browser.get("/routes").status_code == 200
    assert browser.get("/routes/agreement_ministry/edit").status_code == 403
    assert browser.post("/routes/new", data={"do": "save"}).status_code == 403


def test_a_new_route_needs_a_code_of_its_own(app: APIFlask, office: Scene) -> None:
    admin = admin_of(app, office)
    sent = form_of(admin.get("/routes/new").text)
    for entry in sent["order"]:
        if entry.startswith("slot:"):
            sent[f"roles-{entry.removeprefix('slot:')}"] = ["m_coord"]
    sent |= {"name": ["Приказ"], "do": ["save"]}
    taken = admin.post("/routes/new", data={**sent, "code": "agreement_ministry"})
    assert "Маршрут с таким кодом уже есть" in taken.text
    assert admin.post("/routes/new", data={**sent, "code": "order"}).location == "/routes/order"


def test_moving_and_dropping_keeps_the_rest_in_order() -> None:
    draft = route_editor.from_stages([{"slots": [{"label": "а"}, {"label": "б"}]}, {"slots": [{"label": "в"}]}])
    draft = route_editor.change(draft, "down-slot:p0-0")
    assert [slot["label"] for slot in draft[0]["slots"]] == ["б", "а"]
    draft = route_editor.change(draft, "up-stage:s1")
    assert [stage["key"] for stage in draft] == ["s1", "s0"]
    draft = route_editor.change(draft, "drop-slot:p0-1")
    assert [[slot["label"] for slot in stage["slots"]] for stage in draft] == [["в"], ["а"]]
    assert route_editor.change(draft, "nonsense") == draft
