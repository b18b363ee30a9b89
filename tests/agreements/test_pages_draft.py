"""Drafting: a form for every kind, an incomplete draft, the paper beside, the text by clauses, changes of a parent."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import select

from agreements import amending, catalogue, service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.forms import entered
from agreements.models import Agreement
from agreements.preview import preview
from agreements.service import AgreementInput
from agreements.terms import latest
from core.accounts.models import Organisation
from core.db import db
from core.documents import kinds
from core.errors import NotNow
from tests.agreements.pages import a_draft, browser, version, words

KINDS = (*catalogue.KINDS, "supplementary")


def the_draft(app: APIFlask, agreement_id: int) -> Agreement:
    with app.app_context():
        return db.session.get_one(Agreement, agreement_id)


def party(app: APIFlask, company: Company, key: str) -> str:
    """How the list of organisations shows one."""
    with app.app_context():
        row = db.session.get_one(Organisation, company.organisations[key])
        return f"{row.short_name}, ИНН {row.inn}"


def sample(kind: str) -> dict[str, Any]:
    """The kind's shipped sample less what the service fills in itself."""
    names = {field.name.split(".")[0] for field in catalogue.fields_of(kind)}
    return {name: value for name, value in kinds.kind(kind).sample().items() if name in names}


def as_form(kind: str, data: dict[str, Any]) -> dict[str, str]:
    """Data of a kind as a browser sends it."""
    sent: dict[str, str] = {}
    for name, value in entered.stored(catalogue.fields_of(kind), data).items():
        for key, one in _inputs(f"data.{name}", value):
            if one is True:
                sent[key] = "1"
            elif one is not False:
                sent[key] = one
    return sent


def _inputs(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, list):
        return [(name, value)]
    return [(f"{name}.{number}.{key}", one) for number, row in enumerate(value) for key, one in row.items()]


def a_form(app: APIFlask, company: Company, kind: str, **changed: str) -> dict[str, str]:
    """A form with two parties."""
    common = {"title": "Документ", "city": "г. Москва", "term_type": "until", "valid_until": "2028-12-31"}
    parties = {
        "party.0.org": party(app, company, "ministry"),
        "party.1.org": party(app, company, "corporation"),
    }
    return {**common, **parties, **as_form(kind, sample(kind)), "public_info": "1", **changed}


def new(client: FlaskClient, kind: str, sent: dict[str, str]) -> int:
    answer = client.post(f"/agreements/new?kind={kind}", data=sent)
    assert answer.status_code == 302, words(answer)
    return int(answer.headers["Location"].split("/")[-2])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kinds_sample_is_complete(kind: str, app: APIFlask) -> None:
    data = dict(kinds.kind(kind).sample())
    agreement = Agreement(kind=kind, data=data, city="г. Москва", term_type="open")
    lacking = set(catalogue.lacking(agreement)) - {"valid_until"}
    assert lacking == set()


@pytest.mark.parametrize("kind", catalogue.KINDS)
def test_the_form_of_a_kind_makes_a_draft_that_renders(app: APIFlask, company: Company, kind: str) -> None:
    client = browser(app, company, "m.coord")
    page = client.get(f"/agreements/new?kind={kind}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for field in catalogue.fields_of(kind):
        assert field.label in text.replace("&#34;", '"').replace("&amp;", "&").replace("&#39;", "'")
    agreement_id = new(client, kind, a_form(app, company, kind))
    kept = the_draft(app, agreement_id)
    expected = json.loads(json.dumps(sample(kind)))
    assert {n: v for n, v in kept.data.items() if n in expected and v is not None} == {
        n: _typed(v) for n, v in expected.items() if v is not None
    }
    with app.app_context():
        row = db.session.get_one(Agreement, agreement_id)
        assert preview(row).lacking == []
        text = "\n".join(p.text for p in Document(io.BytesIO(preview(row).content)).paragraphs)
    assert "[" not in text


def _typed(value: Any) -> Any:
    """What the form makes of a sample's value: its short names are no field, absent flags are no."""
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, dict):
        made = {name: _typed(item) for name, item in value.items() if name != "short"}
        return {**made, "anchor": made.get("anchor", False)} if set(made) <= {"name", "anchor"} else made
    return value


@pytest.mark.parametrize("kind", catalogue.KINDS)
def test_an_empty_draft_is_saved_and_its_paper_says_what_is_missing(app: APIFlask, company: Company, kind: str) -> None:
    client = browser(app, company, "m.coord")
    sent = {
        "title": "Пусто",
        "term_type": "until",
        "party.0.org": party(app, company, "ministry"),
        "party.1.org": party(app, company, "corporation"),
    }
    agreement_id = new(client, kind, sent)
    page = client.get(f"/agreements/{agreement_id}/edit")
    assert page.status_code == 200
    assert "До направления на согласование нужно: " in words(page)
    assert "В скобках — что ещё не заполнено" in words(page)
    assert "Показать нельзя" not in words(page)
    docx = client.get(f"/agreements/{agreement_id}/preview.docx")
    assert docx.headers["Content-Disposition"].startswith("attachment;")
    assert Document(io.BytesIO(docx.data)).paragraphs


def test_a_wrong_value_is_told_in_words_at_its_input_and_nothing_typed_is_lost(app: APIFlask, company: Company) -> None:
    client = browser(app, company, "m.coord")
    sent = a_form(
        app, company, "network",
        **{"data.students": "много", "data.period.start": "32.01.2026", "data.funding": "за счёт сторон"},
    )  # fmt: skip
    answer = client.post("/agreements/new?kind=network", data=sent)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Число обучающихся: нужно целое число, цифрами" in text
    assert "дата не распознана, нужна в виде 31.12.2026" in text
    assert 'id="data-students-err"' in text
    assert 'value="много"' in text
    assert "за счёт сторон" in text
    with app.app_context():
        assert db.session.scalars(select(Agreement)).all() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": ""}, "Назовите документ"),
        ({"party.1.org": ""}, "Сторон должно быть от 2 до 15"),
        ({"party.1.org": "Никакая организация"}, "нет в справочнике"),
        ({"party.0.org": "", "party.2.org": "5999001370"}, "Ваша организация должна быть стороной"),
        ({"valid_until": "когда-нибудь"}, "дата не распознана"),
        ({"prolong_years": "-1"}, "нужно целое число"),
    ],
)
def test_common_faults_are_told_in_words(
    app: APIFlask, company: Company, changed: dict[str, str], message: str
) -> None:
    answer = browser(app, company, "m.coord").post(
        "/agreements/new?kind=cooperation", data=a_form(app, company, "cooperation", **changed)
    )
    assert answer.status_code == 422
    assert message in words(answer)


def test_only_a_coordinator_drafts(app: APIFlask, company: Company) -> None:
    for login in ("m.legal", "admin", "m.signer"):
        client = browser(app, company, login)
        assert client.get("/agreements/new").status_code == 403
        sent = a_form(app, company, "cooperation")
        assert client.post("/agreements/new?kind=cooperation", data=sent).status_code == 403


def test_an_order_is_not_drafted_as_an_agreement(app: APIFlask, company: Company) -> None:
    assert browser(app, company, "m.coord").get("/agreements/new?kind=mentoring_order").status_code == 404


def test_editing_keeps_rows_of_tables_in_their_order(app: APIFlask, company: Company) -> None:
    client = browser(app, company, "m.coord")
    agreement_id = new(client, "cooperation", a_form(app, company, "cooperation"))
    rows = [{"fio": f"Образцов Пётр {n}", "party": "Министерство"} for n in range(12)]
    sent = a_form(app, company, "cooperation", version=str(version(app, agreement_id)))
    sent = {name: value for name, value in sent.items() if not name.startswith("data.coordinators")}
    for number, row in enumerate(rows):
        sent |= {f"data.coordinators.{number}.{name}": value for name, value in row.items()}
    assert client.post(f"/agreements/{agreement_id}/edit", data=sent).status_code == 302
    kept = the_draft(app, agreement_id).data["coordinators"]
    assert [row["fio"] for row in kept] == [row["fio"] for row in rows]


def test_a_stale_edit_is_refused_with_everything_typed(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    with app.app_context():
        service.edit(agreement_id, scenes.cooperation(company, "Другое"), company.actor("m.coord"))
    sent = a_form(app, company, "cooperation", version="1", title="Моё название")
    answer = client.post(f"/agreements/{agreement_id}/edit", data=sent)
    assert answer.status_code == 409
    assert 'value="Моё название"' in answer.get_data(as_text=True)
    assert the_draft(app, agreement_id).title == "Другое"


def test_another_party_does_not_edit_and_a_frozen_text_stays(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    for path in ("edit", "text"):
        assert browser(app, company, "c.coord").get(f"/agreements/{agreement_id}/{path}").status_code == 403
    with app.app_context():
        service.take_step(agreement_id, "submit", company.actor("m.coord"))
    for path in ("edit", "text"):
        assert browser(app, company, "m.coord").get(f"/agreements/{agreement_id}/{path}").status_code == 409


def test_a_draft_saves_itself_and_says_when(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    sent = a_form(app, company, "cooperation", version=str(version(app, agreement_id)), title="Само")
    told = client.post(f"/agreements/{agreement_id}/autosave", data=sent).get_json()
    assert told["saved"]
    assert told["message"].startswith("Сохранено в ")
    assert told["version"] == version(app, agreement_id)
    assert the_draft(app, agreement_id).title == "Само"
    again = client.post(f"/agreements/{agreement_id}/autosave", data={**sent, "version": "1"})
    assert (again.status_code, again.get_json()["saved"]) == (409, False)
    wrong = client.post(f"/agreements/{agreement_id}/autosave", data={**sent, "valid_until": "x"})
    assert (wrong.status_code, list(wrong.get_json()["fields"])) == (422, ["valid_until"])


def test_the_live_view_follows_what_is_typed_and_keeps_nothing(app: APIFlask, company: Company) -> None:
    client = browser(app, company, "m.coord")
    sent = a_form(app, company, "cooperation", **{"data.directions": "обмен опытом & <b>знаниями</b>"})
    answer = client.post("/agreements/preview?kind=cooperation", data=sent)
    assert answer.status_code == 200
    assert "именуемое в дальнейшем «Министерство», в лице Министра просвещения" in words(answer)
    assert "обмен опытом &amp; &lt;b&gt;знаниями&lt;/b&gt;" in answer.get_data(as_text=True)
    agreement_id = a_draft(app, company)
    before = version(app, agreement_id)
    shown = client.post(f"/agreements/preview?of={agreement_id}", data={**sent, "city": "г. Тула"})
    assert "г. Тула" in words(shown)
    assert version(app, agreement_id) == before
    with app.app_context():
        assert len(db.session.scalars(select(Agreement)).all()) == 1


def clauses_form(app: APIFlask, client: FlaskClient, agreement_id: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The text's form as the page gives it."""
    from agreements.views.text import template_text

    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        clauses = agreement.clauses or template_text(agreement)
        db.session.rollback()
    sent = {"version": str(version(app, agreement_id)), "clauses": str(len(clauses))}
    for number, clause in enumerate(clauses):
        sent |= {f"clause.{number}.{name}": str(clause[name]) for name in ("id", "level", "text")}
    return sent, clauses


def test_the_text_is_edited_clause_by_clause(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    assert client.get(f"/agreements/{agreement_id}/text").status_code == 200
    sent, clauses = clauses_form(app, client, agreement_id)
    sent |= {"clause.1.text": "Новый предмет.", "clause.2.out": "1", "clause.3.add": "Добавленный пункт."}
    assert client.post(f"/agreements/{agreement_id}/text", data=sent).status_code == 302
    kept = the_draft(app, agreement_id).clauses
    assert kept[1] == {"id": clauses[1]["id"], "level": clauses[1]["level"], "text": "Новый предмет."}
    assert clauses[2]["id"] not in {clause["id"] for clause in kept}
    assert kept[3]["text"] == "Добавленный пункт."
    page = words(client.get(f"/agreements/{agreement_id}/text"))
    assert "Текст правлен вручную" in page
    assert "Отличия от шаблона" in page
    docx = client.get(f"/agreements/{agreement_id}/preview.docx")
    text = "\n".join(p.text for p in Document(io.BytesIO(docx.data)).paragraphs)
    assert "Новый предмет." in text
    assert "Добавленный пункт." in text


def test_an_untouched_text_stays_the_templates_own(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    sent, _clauses = clauses_form(app, client, agreement_id)
    client.post(f"/agreements/{agreement_id}/text", data=sent)
    assert the_draft(app, agreement_id).clauses == []
    client.post(
        f"/agreements/{agreement_id}/text",
        data={**sent, "version": str(version(app, agreement_id)), "clause.1.text": "Иное."},
    )
    assert the_draft(app, agreement_id).clauses != []
    client.post(f"/agreements/{agreement_id}/text", data={"version": str(version(app, agreement_id)), "reset": "1"})
    assert the_draft(app, agreement_id).clauses == []


def test_an_emptied_clause_is_refused_in_words(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    sent, _clauses = clauses_form(app, client, agreement_id)
    answer = client.post(
        f"/agreements/{agreement_id}/text", data={**sent, "clause.1.text": " ", "clause.2.text": "Иной"}
    )
    assert answer.status_code == 422
    assert "Пункт без текста" in words(answer)
    assert "Иной" in answer.get_data(as_text=True)


def an_amendment(app: APIFlask, company: Company) -> tuple[int, int]:
    """A framework in force and a draft supplementary agreement without changes, made through the pages."""
    with app.app_context():
        framework = scenes.cooperation_of_2023(company).id
    client = browser(app, company, "m.coord")
    assert "Составить дополнительное соглашение" in words(client.get(f"/agreements/{framework}"))
    page = words(client.get(f"/agreements/new?parent={framework}"))
    assert "Вступает в силу с" in page
    sent = a_form(app, company, "supplementary", **{"data.effective_from": "2027-01-01", "term_type": "open"})
    answer = client.post(f"/agreements/new?parent={framework}", data=sent)
    assert answer.status_code == 302, words(answer)
    return framework, int(answer.headers["Location"].split("/")[-2])


def parent_clauses(app: APIFlask, framework: int) -> dict[str, dict[str, Any]]:
    with app.app_context():
        edition = latest(framework)
        assert edition is not None
        return {clause["number"]: clause for clause in edition.clauses}


def test_changes_are_chosen_clause_by_clause_and_shown_as_was_and_now(app: APIFlask, company: Company) -> None:
    framework, amendment = an_amendment(app, company)
    client = browser(app, company, "m.coord")
    by_number = parent_clauses(app, framework)
    restated, excluded, after = by_number["1.2"], by_number["1.3"], by_number["4.4"]
    sent = {
        "version": str(version(app, amendment)),
        "edition": "1",
        f"change.{restated['id']}.action": "restate",
        f"change.{restated['id']}.text": "Сотрудничество осуществляется по новым правилам",
        f"change.{excluded['id']}.action": "exclude",
        f"change.{after['id']}.add": "Стороны ежегодно отчитываются",
        f"change.{after['id']}.add_number": "4.5",
    }
    assert client.get(f"/agreements/{amendment}/text").status_code == 302
    assert client.post(f"/agreements/{amendment}/changes", data=sent).status_code == 302
    changes = the_draft(app, amendment).data["changes"]
    assert [(c["action"], c["number"]) for c in changes] == [("restate", "1.2"), ("exclude", "1.3"), ("add", "4.5")]
    page = words(client.get(f"/agreements/{amendment}/changes"))
    assert "Пункт 1.2 изложить в новой редакции" in page
    assert "[исключено]" in page
    docx = client.get(f"/agreements/{amendment}/preview.docx")
    text = "\n".join(p.text for p in Document(io.BytesIO(docx.data)).paragraphs).replace("\u00a0", " ")
    assert "Пункт 1.3 исключить" in text
    assert "Стороны ежегодно отчитываются" in text
    edited = a_form(app, company, "supplementary", version=str(version(app, amendment)), term_type="open")
    assert client.post(f"/agreements/{amendment}/edit", data=edited).status_code == 302
    assert the_draft(app, amendment).data["changes"] == changes


def test_saving_the_changes_keeps_how_deep_an_added_clause_stands(app: APIFlask, company: Company) -> None:
    framework, amendment = an_amendment(app, company)
    clause = parent_clauses(app, framework)["1.2"]["id"]
    added = {"action": "add", "clause_id": clause, "number": "1.2.1", "text": "Подпункт.", "new_id": "n1", "level": 3}
    with app.app_context():
        amending.put_changes(amendment, [added], company.actor("m.coord"))
    client = browser(app, company, "m.coord")
    page = client.get(f"/agreements/{amendment}/changes").get_data(as_text=True)
    assert f'name="change.{clause}.add_level" value="3"' in page
    typed = {"add": "Подпункт иначе.", "add_number": "1.2.1", "new_id": "n1", "add_level": "3"}
    sent = {f"change.{clause}.{name}": value for name, value in typed.items()}
    client.post(f"/agreements/{amendment}/changes", data=sent)
    assert the_draft(app, amendment).data["changes"] == [{**added, "text": "Подпункт иначе."}]


def test_a_change_without_text_is_refused_in_words(app: APIFlask, company: Company) -> None:
    framework, amendment = an_amendment(app, company)
    clause = parent_clauses(app, framework)["1.2"]
    sent = {f"change.{clause['id']}.action": "restate", f"change.{clause['id']}.text": ""}
    answer = browser(app, company, "m.coord").post(f"/agreements/{amendment}/changes", data=sent)
    assert answer.status_code == 422
    assert "Пункт 1.2: напишите новый текст" in words(answer)


def test_a_parent_that_moved_on_is_told_and_the_changes_are_merged_by_saving(app: APIFlask, company: Company) -> None:
    framework, second = an_amendment(app, company)
    clause = parent_clauses(app, framework)["1.2"]
    mine = {"action": "restate", "clause_id": clause["id"], "number": "1.2", "text": "Вторая редакция"}
    with app.app_context():
        amending.put_changes(second, [mine], company.actor("m.coord"))
        first = service.create(
            AgreementInput(
                "supplementary", "Первое", scenes.sides(company),
                city="г. Москва", parent_id=framework, public_info=True,
                data={"effective_from": "2026-01-01", "changes": [{**mine, "text": "Первая редакция"}]},
            ),
            company.actor("m.coord"),
        )  # fmt: skip
        scenes.to_registration(
            scenes.Stage(company, scenes.add_back(scenes.clock.today(), 15)), first, ("m.control", "c.control")
        )
        assert db.session.get_one(Agreement, framework).edition == 2
    client = browser(app, company, "m.coord")
    card = words(client.get(f"/agreements/{second}"))
    assert "Основной документ изменён после начала работы" in card
    page = words(client.get(f"/agreements/{second}/changes"))
    assert "Основной документ изменился, пока готовили проект" in page
    assert "и Вы его меняете" in page
    sent = {f"change.{clause['id']}.action": "restate", f"change.{clause['id']}.text": "Объединённая редакция"}
    stale = client.post(f"/agreements/{second}/changes", data={**sent, "edition": "1"})
    assert stale.status_code == 409
    assert "Объединённая редакция" in stale.get_data(as_text=True)
    assert client.post(f"/agreements/{second}/changes", data={**sent, "edition": "2"}).status_code == 302
    kept = the_draft(app, second)
    assert (kept.parent_edition, kept.data["changes"][0]["text"]) == (2, "Объединённая редакция")


def test_changes_of_a_parent_without_terms_are_refused(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        with pytest.raises(NotNow, match="Текста основного документа в системе нет"):
            amending.base(agreement)
    assert browser(app, company, "m.coord").get(f"/agreements/{agreement_id}/changes").status_code == 409


def test_the_text_on_a_day_before_and_after_an_amendment(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = scenes.cooperation_of_2023(company)
        made = scenes.amendment_entered(company, framework, scenes.date(2025, 5, 5))
        amendment = service.create(made, company.actor("m.coord"))
        scenes.to_registration(scenes.Stage(company, scenes.date(2025, 5, 6)), amendment, ("m.control", "c.control"))
        framework_id = framework.id
    client = browser(app, company, "c.coord")
    before = words(client.get(f"/agreements/{framework_id}/consolidated?day=2025-12-31"))
    after = words(client.get(f"/agreements/{framework_id}/consolidated?day=2026-01-01"))
    assert "На 31.12.2025 действует редакция 1" in before
    assert "253-ФЗ" not in before
    assert "На 01.01.2026 действует редакция 2" in after
    assert "253-ФЗ" in after
    assert "[добавлено]" in after
    early = words(client.get(f"/agreements/{framework_id}/consolidated?day=2020-01-01"))
    assert "На эту дату документ ещё не действовал" in early
    wrong = client.get(f"/agreements/{framework_id}/consolidated?day=завтра")
    assert wrong.status_code == 422
    sent = client.post(f"/agreements/{framework_id}/consolidated", data={"day": "2026-02-01"})
    assert sent.status_code == 302
    docx = client.get(sent.headers["Location"])
    text = "\n".join(p.text for p in Document(io.BytesIO(docx.data)).paragraphs)
    assert "253-ФЗ" in text
    assert client.post(f"/agreements/{framework_id}/consolidated", data={"day": "2020-01-01"}).status_code == 404


def test_a_revision_is_shown_beside_the_one_before(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    with app.app_context():
        stage = scenes.Stage(company, scenes.date(2026, 3, 2))
        agreement = db.session.get_one(Agreement, agreement_id)
        stage.step(agreement, "submit", "m.coord")
        stage.decide(agreement, "m.profile", "rejected", comment="Уточнить")
        from core.signoffs.models import Remark

        for remark in db.session.scalars(select(Remark)):
            remark.answer, remark.justification = "accepted", "учтено"
        db.session.commit()
        entered_again = scenes.cooperation(company, "Соглашение")
        data = {**entered_again.data, "directions": ["обмен опытом мастеров"]}
        service.edit(agreement_id, replace(entered_again, data=data), company.actor("m.coord"))
        stage.step(agreement, "resubmit", "m.coord", scenes.Ask(data={"mode": "all"}))
    client = browser(app, company, "c.coord")
    page = words(client.get(f"/agreements/{agreement_id}/revisions/2"))
    assert "[добавлено] обмен опытом мастеров" in page
    assert "[исключено]" in page
    answer = client.get(f"/agreements/{agreement_id}/revisions/2/redline.docx")
    assert answer.status_code == 200
    assert b"word/document.xml" in answer.data
    assert client.get(f"/agreements/{agreement_id}/revisions/1/redline.docx").status_code == 404
    assert client.get(f"/agreements/{agreement_id}/revisions/9").status_code == 404
    assert "Первая редакция" in words(client.get(f"/agreements/{agreement_id}/revisions/1"))
