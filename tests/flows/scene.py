"""What the demo does not hold, so that every page has something to show: a draft plan, a request, an import …"""

from __future__ import annotations

import io
from datetime import date

from sqlalchemy import select
from xlsxwriter import Workbook

from agreements import service as agreements
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.fanout import acts, sending, wanted
from agreements.importing import service as importing
from agreements.models import Agreement, Sent, Webhook
from agreements.searching import saved
from agreements.service import AgreementInput, PartyInput
from core import clock
from core.db import db, transaction
from core.documents.attachments import Upload
from core.signoffs import texts
from core.signoffs.service import protocol
from core.signoffs.service.protocol import Clause
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap import service as plans
from roadmap.declaring import service as declaring
from roadmap.importing import service as bringing
from roadmap.models import Edition, Indicator, Item, Roadmap
from roadmap.service import NewChange, NewItem, NewPlan
from roadmap.service.reports import open_report
from tests.agreements import cluster
from tests.roadmap.sheets import a_sheet, good


def add(company: Company) -> None:
    """All of it, through the services people use."""
    a_draft_plan(company)
    a_change(company)
    open_report(db.session.scalar(select(Roadmap.id).order_by(Roadmap.id)) or 0, "2026-Q3", company.actor("m.coord"))
    an_import(company)
    a_plan_import(company)
    a_value_import(company)
    a_webhook(company)
    saved.save(company.actor("m.coord"), "Партнёрства в проекте", {"state": "draft", "kind": "partnership"})
    an_amendment(company)
    a_board_act(company)
    a_dispute(company)
    drain()


def a_draft_plan(company: Company) -> None:
    actor = company.actor("m.coord")
    parties = [company.organisations[key] for key in ("ministry", "corporation")]
    title = "по развитию профориентации школьников (проект)"
    plan = plans.create_plan(NewPlan(title, date(2027, 1, 1), date(2027, 12, 31), parties), actor)
    edition = db.session.scalars(select(Edition).where(Edition.roadmap_id == plan.id)).one()
    plans.add_section(edition.id, 1, "Экскурсии и профессиональные пробы", actor)
    for month in (3, 6, 9):
        terms = {
            "title": f"Дни открытых дверей предприятий, {month} месяц",
            "term_text": f"до 15.{month:02d}.2027",
            "due_on": date(2027, month, 15),
            "responsible_side": "corporation",
            "unit": "Управление кадров",
            "result": "Проведены экскурсии",
            "document_kind": "справка",
        }
        plans.add_item(edition.id, NewItem(1, terms), actor)


def a_change(company: Company) -> None:
    item = db.session.scalars(select(Item).where(Item.code == "6.3")).one()
    values = {"due_on": date(2027, 3, 31), "term_text": "I квартал 2027 г."}
    new = NewChange("term", values, "Ожидается заключение Минфина России", item_id=item.id)
    plans.draft_change(item.roadmap_id, new, company.actor("c.coord"))


def an_import(company: Company) -> None:
    """A file with a fault, tried."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Реестр")
        sheet.write_row(0, 0, ("Предмет", "Рег. №", "Дата заключения", "ИНН контрагента"))
        sheet.write_row(1, 0, ("Договор о практике", "15", "31.02.2024", "7700000000"))
    actor = company.actor("m.coord")
    run = importing.upload(Upload("реестр.xlsx", buffer.getvalue()), actor)
    importing.check(run.id, run.mapping, actor)


def a_plan_import(company: Company) -> None:
    """A sheet with faults into the draft plan, tried."""
    actor = company.actor("m.coord")
    plan_id = db.session.scalar(select(Roadmap.id).order_by(Roadmap.id.desc())) or 0
    rows = good()
    rows[2][2], rows[7][6] = "31.02.2027", "2.3"
    run = bringing.upload(a_sheet(rows), actor, roadmap_id=plan_id)
    bringing.check(run.id, run.mapping, actor)


def a_value_import(company: Company) -> None:
    """A sheet of values with a fault, tried."""
    actor = company.actor("m.coord")
    plan_id = db.session.scalar(select(Roadmap.id).order_by(Roadmap.id)) or 0
    codes = db.session.scalars(select(Indicator.code).where(Indicator.roadmap_id == plan_id).order_by(Indicator.code))
    rows = [[code, "2026-Q3", "", 10 * number, "", "", "59"] for number, code in enumerate(codes, start=1)]
    heads = ["Код", "Период", "Вид значения", "Значение", "Сведения не предоставлены", "Организация", "Код региона"]
    run = declaring.upload(a_sheet([heads, *rows, ["Х-1", "2026", "", 1]], "Значения.xlsx"), plan_id, actor)
    declaring.check(run.id, run.mapping, actor)


def a_board_act(company: Company) -> None:
    """The holders of what the demo's model sent out are reminded, and one more list is checked."""
    actor = company.actor("c.coord")
    sent = db.session.execute(select(Sent.id, Sent.model_id)).all()
    acts.begin(sent[0].model_id, "remind", [row.id for row in sent], actor)
    sending.prepare(sent[0].model_id, wanted.of_lines("АО «Пермские двигатели» (образец)\nНет такого"), actor)


def a_webhook(company: Company) -> None:
    with transaction():
        db.session.add(
            Webhook(
                organisation_id=company.organisations["ministry"],
                url="https://hooks.example/soglasovano",
                secret="образец",
                created_name="Координатор",
                created_at=clock.now(),
            )
        )


def an_amendment(company: Company) -> None:
    parent = db.session.scalars(select(Agreement).order_by(Agreement.id)).first()
    assert parent is not None
    entered = scenes.amendment_entered(company, parent, clock.today())
    agreements.create(entered, company.actor("m.coord"))


def a_dispute(company: Company) -> None:
    """A cluster agreement of seven in an open protocol of disagreements: one clause proposed anew, one given up."""
    parties = [PartyInput(company.organisations[key], role=role) for key, role in cluster.PARTIES]
    title = f"{cluster.TITLE} (образец)"
    entered = AgreementInput(
        "partnership", title, parties, city="г. Пермь", data=scenes.cluster_data(), public_info=True
    )
    employer, other = company.actor("perm.motors.law"), company.actor("perm.instruments.law")
    agreement = agreements.create(entered, company.actor("c.coord"))
    agreements.take_step(agreement.id, "submit", company.actor("c.coord"))
    agreements.take_step(agreement.id, "cp_protocol", employer, Ask("Расходимся по пунктам 4.3 и 8.3"))
    opened = protocol.open_protocol_of("agreement", agreement.id)
    assert opened is not None
    clauses = {clause["number"]: clause for clause in texts.clauses(opened.document_hash)}
    for number, wording, party in (
        (cluster.DISPUTED[0], "Решения управляющего совета принимаются двумя третями голосов.", employer),
        (cluster.DISPUTED[1], "Споры передаются на рассмотрение арбитражного суда по месту работодателя.", other),
    ):
        clause = clauses[number]
        row = protocol.add_row(opened.id, Clause(clause["id"], number, clause["text"]), wording, party)
        if party is employer:
            protocol.propose(row.id, cluster.AGREED, "Согласовано на совещании сторон", company.actor("c.coord"))
    protocol.withdraw(row.id, other)
