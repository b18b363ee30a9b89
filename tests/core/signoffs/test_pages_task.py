"""The page of one task: the verdict and its reasons, the text and its changes, the act on paper, the route changed."""

from __future__ import annotations

import html
import io
import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core import clock
from core.accounts.models import Person
from core.db import db
from core.signoffs import service
from core.signoffs.models import Decision, PaperAct, Remark, RouteChange, Slot, SlotHolder, Substitution
from core.store import digest
from tests.builders import a_person, an_organisation
from tests.core.signoffs.desk import CLAUSES, a_round, browser_of, queries
from tests.core.signoffs.scene import Scene, a_slot, a_stage, slot_of

VISAS = [a_stage(a_slot("m_legal"), a_slot("m_finance")), a_stage(a_slot("m_deputy"))]


def start(app: APIFlask, office: Scene, label: str = "m_legal", **fields: object) -> int:
    with app.app_context():
        return slot_of(a_round(office, VISAS, **fields), label).id  # type: ignore[arg-type]


def state_of(app: APIFlask, slot_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Slot, slot_id).state


def decided(app: APIFlask, slot_id: int) -> Decision:
    with app.app_context():
        return db.session.query(Decision).filter_by(slot_id=slot_id).one()


def seen(browser: FlaskClient, slot_id: int) -> str:
    """The hash of the text the page shows, as its form sends it back."""
    found = re.search(r'name="seen_hash" value="(\w+)"', browser.get(f"/tasks/{slot_id}").text)
    return found.group(1) if found else ""


def give(browser: FlaskClient, slot_id: int, verdict: str, **fields: object) -> str:
    data = {"verdict": verdict, "seen_hash": seen(browser, slot_id), **fields}
    return html.unescape(browser.post(f"/tasks/{slot_id}/verdict", data=data, follow_redirects=True).text)


def test_the_holder_sees_the_text_the_route_and_three_verdicts_in_few_queries(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["m_legal"])
    with queries(app) as count:
        page = browser.get(f"/tasks/{slot_id}").text
        assert count() <= 6
    for words in ("и открыть следующее", "Согласовать с замечаниями", "Не согласовать", "Ждёт Вашего решения"):
        assert words in page
    assert page.count('class="slot ') == 3
    assert re.search(r'name="seen_hash" value="\w{64}"', page)


def test_a_substitute_is_told_for_whom_and_the_queries_stay_few(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        deputy = office.add("m_profile", name="deputy")
        principal, day = office.actor("m_legal"), clock.today()
        away = service.Away(principal.id or 0, deputy.id, day, day, "512-к", day)
        service.substitute(away, principal)
    slot_id = start(app, office)
    browser = browser_of(app, deputy)
    assert "за:" in browser.get("/").text
    with queries(app) as count:
        page = browser.get(f"/tasks/{slot_id}").text
        assert count() <= 7
    assert "Вы действуете за" in page
    give(browser, slot_id, "approved")
    assert decided(app, slot_id).mark == "за"


def test_a_stranger_is_told_whose_task_it_is_and_others_find_nothing(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    page = browser_of(app, office.people["m_profile"]).get(f"/tasks/{slot_id}").text
    assert "Почему решаете не Вы" in page
    assert "Задание на столе у другого лица" in page
    assert "Ваше решение</h2>" not in page
    with app.app_context():
        stranger = a_person(an_organisation("college"), ["college"])
    for address in ("", "/text", "/document", "/route"):
        assert browser_of(app, stranger).get(f"/tasks/{slot_id}{address}").status_code == 404


def test_a_drafter_sees_the_verdict_greyed_with_the_reason(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office, drafters=[office.people["m_legal"].id])
    page = browser_of(app, office.people["m_legal"]).get(f"/tasks/{slot_id}").text
    assert "Сейчас нельзя, и почему" in page
    assert "Вы готовили этот проект" in page
    assert 'value="approved"' not in page


def test_approving_opens_the_next_task(app: APIFlask, office: Scene) -> None:
    first = start(app, office)
    with app.app_context():
        second = slot_of(a_round(office, VISAS, subject_id=2), "m_legal").id
    browser = browser_of(app, office.people["m_legal"])
    data = {"verdict": "approved+next", "seen_hash": seen(browser, first)}
    answer = browser.post(f"/tasks/{first}/verdict", data=data)
    assert answer.location == f"/tasks/{second}"
    assert state_of(app, first) == "approved"


def test_remarks_go_into_the_register_bound_to_their_clauses(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    give(
        browser_of(app, office.people["m_legal"]),
        slot_id,
        "approved_with_remarks",
        remark_clause=["1.2", ""],
        remark_text=["Указать сроки утверждения", "Исправить опечатку"],
        remark_editorial=["2"],
    )
    with app.app_context():
        rows = db.session.query(Remark).order_by(Remark.id).all()
    assert [(r.clause_number, bool(r.clause_id), r.editorial, r.blocking) for r in rows] == [
        ("1.2", True, False, False),
        ("", False, True, False),
    ]


def test_a_refusal_needs_a_reason_and_nothing_typed_is_lost(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["m_legal"])
    assert "Напишите причину" in give(browser, slot_id, "rejected")
    page = give(browser, slot_id, "approved", remark_clause=["1.1"], remark_text=["Набранное замечание"])
    assert "Вы записали замечания" in page
    assert "Набранное замечание</textarea>" in page
    assert state_of(app, slot_id) == "assigned"
    give(browser, slot_id, "rejected", comment="Нет обоснования")
    assert state_of(app, slot_id) == "rejected"


def test_a_verdict_on_a_text_that_is_not_current_is_refused_and_kept(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["m_legal"])
    data = {"verdict": "approved", "seen_hash": "0" * 64, "comment": "Мой комментарий"}
    answer = browser.post(f"/tasks/{slot_id}/verdict", data=data)
    assert answer.status_code == 409
    assert "Текст документа изменился" in answer.text
    assert "Мой комментарий" in answer.text
    assert state_of(app, slot_id) == "assigned"


def test_what_changed_since_the_last_revision_is_shown_by_clause(app: APIFlask, office: Scene) -> None:
    start(app, office)
    changed = (*CLAUSES[:2], "1.2. План утверждают заместители руководителей Сторон.")
    slot_id = start(app, office, revision=2, clauses=changed)
    page = browser_of(app, office.people["m_legal"]).get(f"/tasks/{slot_id}").text
    assert "Что изменилось против предыдущей редакции" in page
    assert "пункт 1.2" in page
    assert re.search(r"<ins>.*?заместители", page)
    assert "пункт 1.1" not in page


def test_the_text_is_read_on_the_page_and_downloaded_as_it_was_hashed(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["m_legal"])
    assert "План утверждают руководители Сторон" in browser.get(f"/tasks/{slot_id}/text").text
    answer = browser.get(f"/tasks/{slot_id}/document")
    assert digest(answer.data) in browser.get(f"/tasks/{slot_id}").text
    assert answer.headers["Content-Disposition"].startswith("attachment")


def paper(signer: Person, **fields: object) -> dict[str, object]:
    return {
        "signer_id": signer.id,
        "paper_verdict": "approved",
        "signed_on": "2026-03-02",
        "scan": (io.BytesIO(b"%PDF-1.7 scan"), "скан.pdf"),
        **fields,
    }


def test_an_act_on_paper_is_recorded_by_one_and_confirmed_by_another(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    recorder = browser_of(app, office.people["registrar"])
    assert "Внести решение, данное на бумаге" in recorder.get(f"/tasks/{slot_id}").text
    recorder.post(f"/tasks/{slot_id}/paper", data=paper(office.people["m_legal"]))
    with app.app_context():
        act = db.session.query(PaperAct).one()
    assert "Подтверждает второй сотрудник" in recorder.get(f"/tasks/{slot_id}").text
    assert "Решение на бумаге уже внесено" in browser_of(app, office.people["m_legal"]).get(f"/tasks/{slot_id}").text
    assert recorder.post(f"/tasks/{slot_id}/paper/{act.id}/confirm").status_code == 403
    second = browser_of(app, office.people["m_control"])
    assert "Решения на бумаге ждут подтверждения" in second.get("/").text
    assert second.get(f"/tasks/{slot_id}/paper/{act.id}/scan").data == b"%PDF-1.7 scan"
    page = second.post(f"/tasks/{slot_id}/paper/{act.id}/confirm", follow_redirects=True).text
    assert "на бумаге, скан приложен" in page
    assert (decided(app, slot_id).method, decided(app, slot_id).person_id) == ("paper", office.people["m_legal"].id)


def test_an_entry_that_does_not_match_its_scan_is_sent_back(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser_of(app, office.people["registrar"]).post(f"/tasks/{slot_id}/paper", data=paper(office.people["m_legal"]))
    with app.app_context():
        act = db.session.query(PaperAct).one()
    second = browser_of(app, office.people["m_control"])
    second.post(f"/tasks/{slot_id}/paper/{act.id}/refuse", data={"reason": "Другая дата"})
    with app.app_context():
        assert db.session.get_one(PaperAct, act.id).state == "refused"
    assert state_of(app, slot_id) == "assigned"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"scan": (io.BytesIO(b"MZ"), "вирус.exe")}, "не принимаются"),
        ({"scan": (io.BytesIO(b"not a pdf"), "скан.pdf")}, "не соответствует"),
        ({"signed_on": "2026-03-05"}, "ещё не наступила"),
        ({"paper_verdict": "rejected"}, "Перенесите с бумаги"),
    ],
)
def test_a_wrong_entry_is_told_at_its_field(app: APIFlask, office: Scene, fields: dict[str, object], told: str) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["registrar"])
    if "scan" in fields:  # a file is read once, a test runs on two databases
        kept, name = fields["scan"]  # type: ignore[misc]
        fields = {"scan": (io.BytesIO(kept.getvalue()), name)}
    answer = browser.post(f"/tasks/{slot_id}/paper", data=paper(office.people["m_legal"], **fields))
    assert answer.status_code == 422
    assert told in answer.text


def test_the_holder_hands_one_task_over(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    browser = browser_of(app, office.people["m_legal"])
    assert "Передать замещающему" in browser.get(f"/tasks/{slot_id}/route").text
    to = office.people["m_profile"].id
    basis = {"basis_number": "7", "basis_date": "2026-03-02"}
    data = {"substitute_id": to, **basis, "comment": "Командировка", "mark": "за"}
    browser.post(f"/tasks/{slot_id}/delegate", data=data)
    with app.app_context():
        assert db.session.query(Substitution).one().substitute_id == to
    assert "Вы действуете за" in browser_of(app, office.people["m_profile"]).get(f"/tasks/{slot_id}").text


def test_a_coordinator_reassigns_with_a_reason_and_only_of_the_own_side(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    to = office.people["m_profile"].id
    mine = browser_of(app, office.people["m_coord"])
    refused = mine.post(f"/tasks/{slot_id}/reassign", data={"person_id": to})
    assert refused.status_code == 422
    assert "Напишите причину изменения маршрута" in refused.text
    mine.post(f"/tasks/{slot_id}/reassign", data={"person_id": to, "reason": "Отпуск"})
    with app.app_context():
        assert db.session.query(SlotHolder).filter_by(slot_id=slot_id).one().person_id == to
        assert db.session.query(RouteChange).one().reason == "Отпуск"
    theirs = browser_of(app, office.people["c_coord"])
    assert "Здесь Вам менять нечего" in theirs.get(f"/tasks/{slot_id}/route").text
    assert theirs.post(f"/tasks/{slot_id}/reassign", data={"person_id": to, "reason": "x"}).status_code == 403


def test_a_coordinator_adds_a_place_and_takes_it_out(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    mine = browser_of(app, office.people["m_coord"])
    data = {
        "place": "own:1",
        "label": "Пресс-служба",
        "new_person_id": office.people["m_profile"].id,
        "kind": "acknowledgement",
        "days": "2",
        "add_reason": "Публикация",
    }
    mine.post(f"/tasks/{slot_id}/add", data=data)
    with app.app_context():
        added = db.session.query(Slot).filter_by(label="Пресс-служба").one()
    assert added.state == "assigned"
    assert "Ознакомлен</button>" in browser_of(app, office.people["m_profile"]).get(f"/tasks/{added.id}").text
    mine.post(f"/tasks/{added.id}/drop", data={"drop_reason": "Не нужно"})
    assert state_of(app, added.id) == "recalled"
