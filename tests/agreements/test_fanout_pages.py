"""Pages of models and boards: the way of a liaison officer, what is typed is never lost, sheets that come back."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import xlsxwriter
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.fanout import drawing
from agreements.models import Agreement, ModelForm, Sending, SendingRow, Sent
from core.accounts.models import Organisation
from core.accounts.signin import issue_token
from core.db import db, transaction
from core.workflow.jobs import drain
from tests.agreements import fanouts
from tests.agreements.fanouts import LOGIN, a_model, a_sending, some_colleges, wanted
from tests.agreements.pages import browser, words

FORM = {
    "title": fanouts.TITLE,
    "city": "г. Москва",
    "order": "own",
    "alias": "Колледж",
    "term_type": "open",
    "notice_days": "30",
    "data.directions": "\n".join(scenes.DIRECTIONS),
    "public_info": "1",
}


def test_the_way_from_a_model_to_its_board(app: APIFlask, company: Company) -> None:
    with app.app_context():
        ids = [college.id for college in some_colleges(3)]
    client = browser(app, company, LOGIN)
    assert "Типовых форм ещё нет" in words(client.get("/models"))
    answer = client.post("/models/new?kind=cooperation", data=FORM)
    assert answer.status_code == 302
    model_id = int(answer.headers["Location"].split("/")[2])
    assert "Форма ещё не утверждена" in words(client.get(f"/models/{model_id}"))
    text = client.get(f"/models/{model_id}/text")
    assert "Утвердить редакцию № 1" in words(text)
    assert client.post(f"/models/{model_id}/release", data={"note": "первая"}).status_code == 302
    page = client.get(f"/models/{model_id}/send?kind=college&region=66")
    assert words(page).count("Колледж №") >= 3
    answer = client.post(f"/models/{model_id}/send", data={"organisation": ids})
    sending = answer.headers["Location"]
    assert "Создать соглашения: 3" in words(client.get(sending))
    assert client.post(f"{sending}/start").status_code == 302
    with app.app_context():
        drain()
    assert "завершена" in words(client.get(sending))
    shown = words(client.get(f"/models/{model_id}"))
    assert shown.count("дословно") >= 3
    assert "соглашение уже есть" in words(client.get(f"/models/{model_id}/send"))
    assert "Показано: 3 из 3" in shown


def test_a_refused_form_comes_back_filled(app: APIFlask, company: Company) -> None:
    client = browser(app, company, LOGIN)
    sent = {**FORM, "title": "", "valid_until": "не дата", "party.0.org": "Нет такой", "data.directions": "кластеры"}
    answer = client.post("/models/new?kind=cooperation", data=sent)
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    for text in ("Нет такой", "не дата", "кластеры", "дата не распознана", "нет в справочнике"):
        assert text in shown, text


def test_a_pasted_list_that_cannot_be_used_is_not_lost(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model_id = a_model(company).id
    client = browser(app, company, LOGIN)
    answer = client.post(f"/models/{model_id}/send", data={"pasted": "   "})
    assert (answer.status_code, "Не назван ни один контрагент" in words(answer)) == (422, True)
    answer = client.post(f"/models/{model_id}/send", data={"pasted": "\n".join(["Колледж"] * 1001)})
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("Колледж") > 1000


def a_sheet(headings: list[str], *rows: list[Any]) -> tuple[io.BytesIO, str]:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Рассылка")
        for number, cells in enumerate([headings, *rows]):
            sheet.write_row(number, 0, cells)
    buffer.seek(0)
    return buffer, "рассылка.xlsx"


def test_a_sheet_brings_signatories_clauses_and_faults_by_row_and_column(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model_id = a_model(company).id
        first, second = some_colleges(2)
        inns = [first.inn, second.inn]
    client = browser(app, company, LOGIN)
    headings = ["Контрагент", "Подписант", "Направления сотрудничества", "Пункт 1.2", "Пункт 1.3", "После пункта 1.4"]
    blank = openpyxl.load_workbook(io.BytesIO(client.get(f"/models/{model_id}/blank.xlsx").data))
    columns = [cell.value for cell in next(blank.active.rows)]
    headings[2] = next(name for name in columns if "аправлени" in name)
    file = a_sheet(
        headings,
        [inns[0], "Петров Иван Сергеевич", "кластеры; наставничество", "Иначе.", "исключить", "Новый пункт."],
        [inns[1], "Некто Никто", "", "", "", ""],
        ["0000000000", "", "", "", "", ""],
    )
    answer = client.post(f"/models/{model_id}/send", data={"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302
    with app.app_context():
        rows = {row.number: row for row in db.session.scalars(select(SendingRow))}
        assert [rows[n].state for n in (2, 3, 4)] == ["ready", "faulty", "faulty"]
        assert "подписанта «Некто Никто» у организации нет" in rows[3].faults[0]["message"]
        assert rows[4].faults[0]["column"] == "A: Контрагент"
        assert rows[2].spec["data"] == {"directions": ["кластеры", "наставничество"]}
    sending = answer.headers["Location"]
    shown = words(client.get(sending))
    assert "Строк с ошибками: 2" in shown
    assert client.post(f"{sending}/start").status_code == 409
    client.post(f"{sending}/leave-out", data={"faulty": "1"})
    client.post(f"{sending}/start")
    with app.app_context():
        drain()
        row = db.session.scalars(select(Sent)).one()
        kinds = sorted(each["kind"] for each in fanouts.found(row))
        assert kinds == ["added", "changed", "removed"]
        texts = [clause["text"] for clause in fanouts.agreement_of(row).clauses]
        assert "кластеры;" in texts
        sent_id = row.id
    page = words(client.get(f"/models/{model_id}/counterparties/{sent_id}"))
    assert "Чья редакция:" in page


def test_an_unknown_column_is_told_by_its_name(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model_id = a_model(company).id
    client = browser(app, company, LOGIN)
    for heading, told in (("Пункт 99.9", "в форме нет пункта 99.9"), ("Кто-то", "неизвестен")):
        file = a_sheet(["ИНН", heading], ["7700000000", "x"])
        answer = client.post(f"/models/{model_id}/send", data={"file": file}, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert told in words(answer)


def a_board(app: APIFlask, company: Company) -> tuple[int, str]:
    """The id of a model sent to four colleges, two of which depart from clause 1.3, and the clause's id."""
    with app.app_context():
        model = a_model(company)
        clause = next(c["id"] for c in drawing.revision_of(model).clauses if c["number"] == "1.3")
        own = {n: [{"action": "restate", "clause_id": clause, "text": f"Редакция {n}."}] for n in (0, 1)}
        a_sending(company, model, wanted([*some_colleges(2), *some_colleges(2, "59")], own))
        return model.id, clause


def test_the_board_filters_groups_and_leads_from_numbers_to_rows(app: APIFlask, company: Company) -> None:
    model_id, clause = a_board(app, company)
    client = browser(app, company, LOGIN)
    assert "Показано: 2 из 4" in words(client.get(f"/models/{model_id}?deviating=yes"))
    assert "Показано: 2 из 4" in words(client.get(f"/models/{model_id}?clause={clause}"))
    assert "Показано: 2 из 4" in words(client.get(f"/models/{model_id}?region=59"))
    assert "Пермский край — 2, с отклонениями: 0" in words(client.get(f"/models/{model_id}?group=region"))
    assert "Ничего не нашлось" in words(client.get(f"/models/{model_id}?q=нет+такого"))
    said = words(client.get(f"/models/{model_id}/clauses/{clause}"))
    assert "редакций пункта: 3" in said
    assert client.get(f"/models/{model_id}/clauses/нет").status_code == 404


def test_the_sheets_say_what_the_board_says(app: APIFlask, company: Company) -> None:
    model_id, _clause = a_board(app, company)
    client = browser(app, company, LOGIN)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/models/{model_id}/board.xlsx").data)).active
    assert sheet.max_row == 5
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/models/{model_id}/deviations.xlsx").data)).active
    assert [row[2].value for row in list(sheet.rows)[1:]] == ["1.3", "1.3"]


def test_bulk_acts_are_told_row_by_row_and_documents_come_as_one_zip(app: APIFlask, company: Company) -> None:
    model_id, _clause = a_board(app, company)
    with app.app_context():
        rows = list(db.session.scalars(select(Sent).order_by(Sent.id)))
        sent = [row.id for row in rows]
        with transaction():
            db.session.get_one(Organisation, rows[3].organisation_id).ogrn = ""
    client = browser(app, company, LOGIN)
    answer = client.post(f"/models/{model_id}/acts", data={"kind": "submit", "sent": sent})
    with app.app_context():
        drain()
    shown = words(client.get(answer.headers["Location"]))
    assert "не заполнены реквизиты" in shown
    assert shown.count("сделано") == 4  # the tile, and three rows
    with client.post(f"/models/{model_id}/acts", data={"kind": "zip", "sent": sent}) as archive:
        assert archive.data[:2] == b"PK"
        assert "Не сформировано.txt".encode() in archive.data
    assert client.post(f"/models/{model_id}/acts", data={"kind": "submit"}).status_code == 422
    assert client.post(f"/models/{model_id}/acts", data={"kind": "нет", "sent": sent}).status_code == 422
    assert client.post(f"/models/{model_id}/acts", data={"kind": "submit", "sent": "9999"}).status_code == 404


def test_a_conflict_is_decided_on_its_page(app: APIFlask, company: Company) -> None:
    model_id, clause = a_board(app, company)
    with app.app_context():
        fanouts.new_revision(company, db.session.get_one(ModelForm, model_id), "1.3", "Новая редакция формы.")
        sent_id = db.session.scalars(select(Sent.id).order_by(Sent.id)).first()
    client = browser(app, company, LOGIN)
    assert "Есть соглашения по прежней редакции" in words(client.get(f"/models/{model_id}"))
    page = f"/models/counterparties/{sent_id}/renew"
    assert "пункт изложен иначе и здесь, и в новой редакции формы" in words(client.get(page))
    refused = client.post(page, data={"revision": "2", f"take.{clause}": "text", f"text.{clause}": " "})
    assert refused.status_code == 422
    done = client.post(page, data={"revision": "2", f"take.{clause}": "text", f"text.{clause}": "Третья редакция."})
    assert done.status_code == 302
    assert "Вносить нечего" in words(client.get(page))
    assert "Третья" in words(client.get(f"/models/{model_id}/counterparties/{sent_id}"))


def test_the_api_does_what_the_pages_do(app: APIFlask, company: Company) -> None:
    with app.app_context():
        token = issue_token(company.actor(LOGIN), "проверка")
        colleges = [college.id for college in some_colleges(2)]
    client, header = app.test_client(), {"Authorization": f"Bearer {token}"}

    def call(method: str, path: str, status: int = 200, **given: Any) -> Any:
        answer = client.open(f"/api/v1/models{path}", method=method, headers=header, **given)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json if answer.is_json else answer.data

    data = {"directions": scenes.DIRECTIONS, "coordinators": scenes.COORDINATORS[1:]}
    body = {"kind": "cooperation", "title": fanouts.TITLE, "city": "г. Москва", "data": data, "public_info": True}
    model = call("POST", "", 201, json={**body, "places": {"alias": "Колледж"}})
    text = call("GET", f"/{model['id']}/clauses")["clauses"]
    fresh = [{name: clause[name] for name in ("id", "level", "text")} for clause in text]
    fresh[3]["text"] = "Рамочное."
    call("PUT", f"/{model['id']}/clauses", json={"version": model["version"], "clauses": fresh})
    assert call("POST", f"/{model['id']}/revisions", 201, json={})["number"] == 1
    call("POST", f"/{model['id']}/revisions", 409, json={})
    own = [{"action": "restate", "clause_id": text[2]["id"], "text": "Иначе."}]
    rows = [{"organisation_id": colleges[0], "clauses": own}, {"organisation_id": colleges[1]}]
    made = call("POST", f"/{model['id']}/sendings", 201, json={"counterparties": rows})
    assert made["counts"] == {"ready": 2}
    call("POST", f"/sendings/{made['id']}/start", 202, json={})
    with app.app_context():
        drain()
    assert call("GET", f"/sendings/{made['id']}")["counts"] == {"done": 2}
    seen = call("GET", f"/{model['id']}/board?deviating=yes")
    assert [len(line["deviations"]) for line in seen["lines"]] == [1]
    said = call("GET", f"/{model['id']}/opinions/{text[2]['id']}")
    assert [wording["count"] for wording in said["wordings"]] == [1, 1]
    ids = [line["sent_id"] for line in call("GET", f"/{model['id']}/board")["lines"]]
    act = call("POST", f"/{model['id']}/acts", 202, json={"kind": "submit", "sent_ids": ids})
    with app.app_context():
        drain()
    assert call("GET", f"/acts/{act['id']}")["counts"] == {"done": 2}
    assert call("POST", f"/{model['id']}/documents.zip", json={"sent_ids": ids})[:2] == b"PK"
    call("GET", f"/counterparties/{ids[0]}/renewal", 409)


def test_the_senders_card_leads_to_the_board_and_the_counterpartys_does_not(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        row = fanouts.wanted([db.session.get_one(Organisation, company.organisations["perm_polytech"])])
        a_sending(company, model, row)
        agreement_id, model_id = db.session.scalars(select(Agreement.id)).one(), model.id
        assert db.session.scalars(select(Sending)).one().state == "done"
    assert f"/models/{model_id}" in browser(app, company, LOGIN).get(f"/agreements/{agreement_id}").get_data(True)
    theirs: FlaskClient = browser(app, company, "perm.polytech")
    assert f"/models/{model_id}" not in theirs.get(f"/agreements/{agreement_id}").get_data(True)


def test_an_older_revision_is_chosen_on_the_page_and_the_board_knows_it(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        fanouts.new_revision(company, model, "1.2", "Вторая редакция пункта.")
        model_id, ids = model.id, [college.id for college in some_colleges(2)]
    client = browser(app, company, LOGIN)
    plain = client.get(f"/models/{model_id}/send").get_data(as_text=True)
    assert "Какую редакцию разослать" in plain
    assert "Рассылается прежняя редакция" not in plain
    assert f"/models/{model_id}/send?revision=1" in client.get(f"/models/{model_id}/revisions/1").get_data(as_text=True)
    page = client.get(f"/models/{model_id}/send?revision=1&kind=college").get_data(as_text=True)
    assert "Рассылается прежняя редакция № 1" in page
    assert page.count('name="revision" value="1"') == 4
    answer = client.post(f"/models/{model_id}/send", data={"organisation": ids[0], "revision": "1"})
    client.post(f"{answer.headers['Location']}/start")
    answer = client.post(f"/models/{model_id}/send", data={"organisation": ids[1]})
    client.post(f"{answer.headers['Location']}/start")
    with app.app_context():
        drain()
        older, newest = (
            fanouts.agreement_of(row).clauses for row in fanouts.sent(db.session.get_one(ModelForm, model_id))
        )
    said = "Вторая редакция пункта."
    assert said not in [clause["text"] for clause in older]
    assert said in [clause["text"] for clause in newest]
    board = words(client.get(f"/models/{model_id}"))
    assert "форма № 1" in board
    assert "По прежней редакции 1" in board
    refused = client.post(f"/models/{model_id}/send", data={"pasted": "", "revision": "1"})
    assert refused.status_code == 422
    assert "Рассылается прежняя редакция № 1" in refused.get_data(as_text=True)
    assert client.get(f"/models/{model_id}/send?revision=9").status_code == 404


def test_regions_are_named_wherever_one_filters_by_them(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        a_sending(company, model, wanted(some_colleges(1)))
        model_id = model.id
    client = browser(app, company, LOGIN)
    for path in (f"/models/{model_id}/send?region=66", f"/models/{model_id}?region=66", "/organisations?region=66"):
        page = client.get(path).get_data(as_text=True)
        assert '<option value="66" selected>Свердловская область</option>' in page, path
        assert page.count("Свердловская область") >= 2, path
        assert ">66<" not in page, path
