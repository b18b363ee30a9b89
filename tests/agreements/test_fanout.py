"""Fan-out: sending a model, deviations on the board, killing and replaying the job, new revisions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from agreements import effects, service, terms
from agreements.demo.load import Company
from agreements.demo.scenes import Stage
from agreements.fanout import board, drawing, making, renewing, sending, wording
from agreements.fanout.board import Asked
from agreements.fanout.opinions import opinions
from agreements.fanout.places import Places
from agreements.fanout.texts import applied, bare, of_plain
from agreements.fanout.wanted import Wanted, of_lines
from agreements.models import Agreement, ModelRevision, Revision, Sending, Sent
from agreements.states import agreement_machine
from core import clock
from core.accounts.models import Organisation
from core.db import db, transaction
from core.errors import NotFound, NotNow, NotValid
from core.signoffs.models import Protocol
from core.signoffs.service import protocol as protocols
from core.workflow import Ask
from core.workflow.jobs import claim, drain, run, worker_name
from core.workflow.models import Job
from tests.agreements import fanouts
from tests.agreements.fanouts import LOGIN, a_model, a_sending, agreement_of, found, sent, some_colleges, wanted
from tests.agreements.pages import counting


def clause_of(model: Any, number: str) -> dict[str, Any]:
    revision = drawing.revision_of(model)
    return next(clause for clause in revision.clauses if clause["number"] == number)


def test_each_counterparty_gets_its_own_agreement_of_the_same_revision(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, colleges = a_model(company), some_colleges(3)
        made = a_sending(company, model, wanted(colleges))
        rows = sent(model)
        assert [row.organisation_id for row in rows] == [college.id for college in colleges]
        assert {row.state for row in fanouts.rows_of(made)} == {"done"}
        assert db.session.get_one(Sending, made.id).state == "done"
        for row in rows:
            agreement = agreement_of(row)
            assert agreement.state == "draft"
            parties = [party.organisation_id for party in agreement.parties]
            assert parties == [company.organisations["corporation"], row.organisation_id]
            assert agreement.parties[1].alias == "Колледж"
            assert found(row) == []
            assert agreement.clauses == []


def test_own_clauses_are_deviations_and_applied_to_the_model_give_the_text(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, colleges = a_model(company), some_colleges(2)
        first, second, third = (clause_of(model, number)["id"] for number in ("1.2", "1.3", "1.4"))
        own = [
            {"action": "restate", "clause_id": first, "text": "Сотрудничество ведётся по закону."},
            {"action": "exclude", "clause_id": second, "text": ""},
            {"action": "add", "clause_id": third, "text": "Стороны встречаются раз в квартал."},
        ]
        a_sending(company, model, wanted(colleges, {1: own}))
        row = sent(model)[1]
        deviating = found(row)
        assert sorted(each["kind"] for each in deviating) == ["added", "changed", "removed"]
        written = applied(row.base, [of_plain(each) for each in deviating])
        assert written == bare(agreement_of(row).clauses)
        fanouts.submit(company, row)
        frozen = db.session.scalars(select(Revision.clauses).where(Revision.agreement_id == row.agreement_id)).one()
        assert applied(row.base, [of_plain(each) for each in found(row)]) == bare(frozen)
        added = next(each for each in found(row) if each["kind"] == "added")
        assert (added["anchor"], added["revision"]) == (third, 1)


def test_a_models_own_wording_stands_in_every_agreement(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company, release=False)
        actor = company.actor(LOGIN)
        drawing.edit_clauses(model.id, fanouts.reworded(drawing.text_of(model), "1.3", "Рамочное."), actor)
        drawing.release(model.id, actor)
        a_sending(company, model, wanted(some_colleges(1)))
        row = sent(model)[0]
        assert found(row) == []
        assert "Рамочное." in [clause["text"] for clause in agreement_of(row).clauses]
        fanouts.submit(company, row)
        assert found(row) == []


def test_a_killed_job_goes_on_and_makes_no_doubles(
    app: APIFlask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        model = a_model(company)
        made = a_sending(company, model, wanted(some_colleges(4)), run=False)
        created = service.create
        calls = []

        def dying(*args: Any, **given: Any) -> Agreement:
            calls.append(args)
            agreement = created(*args, **given)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return agreement

        monkeypatch.setattr(making.service, "create", dying)
        job = db.session.scalars(select(Job).where(Job.kind == sending.JOB)).one()
        taken = claim(worker_name())
        while taken is not None and taken.id != job.id:
            run(taken)
            taken = claim(worker_name())
        with pytest.raises(KeyboardInterrupt):
            making.make(job)
        assert count(model.id) == 2
        assert db.session.scalar(select(func.count()).select_from(Agreement).where(Agreement.model_id == model.id)) == 2
        making.make(job)
        making.make(job)
        assert count(model.id) == 4
        assert {row.state for row in fanouts.rows_of(made)} == {"done"}
        assert len({row.agreement_id for row in fanouts.rows_of(made)}) == 4


def count(model_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(Sent).where(Sent.model_id == model_id)) or 0


def test_two_sendings_of_one_counterparty_make_one_agreement(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, colleges = a_model(company), some_colleges(1)
        first = a_sending(company, model, wanted(colleges), run=False)
        second = a_sending(company, model, wanted(colleges), run=False)
        drain()
        assert count(model.id) == 1
        states = [row.state for made in (first, second) for row in fanouts.rows_of(made)]
        assert states == ["done", "failed"]
        assert "уже создано" in fanouts.rows_of(second)[0].reason
        again = sending.prepare(model.id, wanted(colleges), company.actor(LOGIN))
        assert fanouts.rows_of(again)[0].state == "faulty"


def test_what_is_not_created_yet_can_be_called_off_and_taken_up_again(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, actor = a_model(company), company.actor(LOGIN)
        made = a_sending(company, model, wanted(some_colleges(3)), run=False)
        sending.cancel(made.id, actor)
        drain()
        assert count(model.id) == 0
        assert {row.state for row in fanouts.rows_of(made)} == {"cancelled"}
        with pytest.raises(NotNow):
            sending.cancel(made.id, actor)
        sending.start(made.id, actor)
        drain()
        assert count(model.id) == 3


def test_the_check_names_what_is_wrong_and_what_is_missing(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, actor = a_model(company), company.actor(LOGIN)
        college, bare_one = some_colleges(2)
        with transaction():
            row = db.session.get_one(Organisation, bare_one.id)
            row.inn = ""
            for signatory in list(row.signatories):
                db.session.delete(signatory)
        text = f"{college.short_name}\nКолледж, которого нет\n\n{bare_one.short_name}\n{college.inn}"
        made = sending.prepare(model.id, of_lines(text), actor)
        rows = {each.number: each for each in fanouts.rows_of(made)}
        assert [rows[n].state for n in (1, 2, 4, 5)] == ["ready", "faulty", "ready", "faulty"]
        assert "нет в справочнике" in rows[2].faults[0]["message"]
        assert any("ИНН" in text for text in rows[4].warnings)
        assert any("не указан подписант" in text for text in rows[4].warnings)
        assert "названа дважды" in rows[5].faults[0]["message"]
        with pytest.raises(NotNow, match="Строк с ошибками: 2"):
            sending.start(made.id, actor)
        sending.leave_out(made.id, [4], actor, faulty=True)
        sending.start(made.id, actor)
        drain()
        assert count(model.id) == 1


def test_extra_parties_and_the_regions_authority_join_one_agreement(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company, places=Places(alias="Колледж", with_region=True))
        college, motors = company.organisations["perm_aviation"], company.organisations["perm_motors"]
        a_sending(company, model, [Wanted(1, "", college, extra=[motors])])
        parties = [party.organisation_id for party in agreement_of(sent(model)[0]).parties]
        assert parties == [
            company.organisations["corporation"],
            college,
            company.organisations["perm_authority"],
            motors,
        ]


def test_data_edited_in_a_draft_are_no_deviation(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company, release=False)
        actor = company.actor(LOGIN)
        drawing.edit_clauses(model.id, fanouts.reworded(drawing.text_of(model), "1.3", "Рамочное."), actor)
        drawing.release(model.id, actor)
        a_sending(company, model, wanted(some_colleges(1)))
        row, agreement = sent(model)[0], agreement_of(sent(model)[0])
        data = {**agreement.data, "directions": [*agreement.data["directions"], "обмен опытом наставников"]}
        parties = [service.PartyInput(p.organisation_id, p.role, p.alias, p.signatory_id) for p in agreement.parties]
        entered = service.AgreementInput("cooperation", agreement.title, parties, "г. Пермь", data, public_info=True)
        service.edit(agreement.id, entered, actor)
        texts = [clause["text"] for clause in agreement_of(row).clauses]
        assert any("обмен опытом наставников" in text for text in texts)
        assert "Рамочное." in texts
        assert found(row) == []


def test_the_board_costs_the_same_for_two_and_for_twelve(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        clause = clause_of(model, "1.2")["id"]
        own = {n: [{"action": "restate", "clause_id": clause, "text": "Иначе."}] for n in range(0, 10, 2)}
        colleges = some_colleges(12)
        costs = []
        for part in (colleges[:2], colleges[2:]):
            a_sending(company, model, wanted(part, own))
            actor = company.actor(LOGIN)
            db.session.expire_all()
            with counting(app) as statements:
                seen = board.board(model.id, actor)
            costs.append(len(statements))
        assert len(seen.lines) == 12
        assert costs[0] == costs[1]
        assert [(heat.number, heat.count) for heat in seen.heat] == [("1.2", 6)]
        assert len(board.board(model.id, actor, Asked(clause=clause)).lines) == 6
        assert len(board.board(model.id, actor, Asked(deviating="no")).lines) == 6


def test_opinions_of_a_clause_are_its_distinct_wordings_with_counts(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        clause = clause_of(model, "1.3")["id"]
        say = lambda text: [{"action": "restate", "clause_id": clause, "text": text}]  # noqa: E731
        a_sending(company, model, wanted(some_colleges(5), {0: say("Одно."), 1: say("Два."), 2: say("Одно.")}))
        seen = board.board(model.id, company.actor(LOGIN))
        said = opinions(seen, drawing.revision_of(model), clause)
        assert [(each.kind, each.text, each.count) for each in said.wordings] == [
            ("same", clause_of(model, "1.3")["text"], 2),
            ("changed", "Одно.", 2),
            ("changed", "Два.", 1),
        ]
        with pytest.raises(NotFound):
            opinions(seen, drawing.revision_of(model), "нет")


def test_a_new_revision_goes_to_drafts_and_keeps_their_deviations(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        clause = clause_of(model, "1.2")["id"]
        own = {0: [{"action": "restate", "clause_id": clause, "text": "Своя редакция."}]}
        a_sending(company, model, wanted(some_colleges(3), own))
        first, second, third = sent(model)
        fanouts.submit(company, third)
        before = agreement_of(third).document_hash
        fanouts.new_revision(company, model, "1.3", "Новая редакция 1.3.")
        assert renewing.behind(model) == {"editable": [first.id, second.id], "moving": [third.id]}
        made = fanouts.act(company, model, "renew", [first, second, third])
        outcome = {row.sent_id: row for row in fanouts.acts.rows(made.id)}
        assert [outcome[row.id].state for row in (first, second, third)] == ["done", "done", "refused"]
        assert "заморожен" in outcome[third.id].text
        db.session.expire_all()
        assert [each["after"] for each in found(first)] == ["Своя редакция."]
        texts = [each["text"] for each in agreement_of(first).clauses]
        assert "Новая редакция 1.3." in texts
        assert "Своя редакция." in texts
        assert found(second) == []
        assert agreement_of(third).document_hash == before
        assert [row.revision_id == first.revision_id for row in (first, second, third)] == [True, True, False]


def test_a_clause_changed_on_both_sides_waits_for_a_person(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, actor = a_model(company), company.actor(LOGIN)
        clause = clause_of(model, "1.3")["id"]
        own = {0: [{"action": "restate", "clause_id": clause, "text": "Своя редакция."}]}
        a_sending(company, model, wanted(some_colleges(1), own))
        (row,) = sent(model)
        fanouts.new_revision(company, model, "1.3", "Новая редакция формы.")
        made = fanouts.act(company, model, "renew", [row])
        assert [each.state for each in fanouts.acts.rows(made.id)] == ["refused"]
        with pytest.raises(NotValid) as refusal:
            renewing.renew(row.id, actor)
        assert list(refusal.value.fields) == [f"said.{clause}"]
        renewing.renew(row.id, actor, {clause: {"take": "model"}}, revision=2)
        assert found(row) == []
        with pytest.raises(NotNow):
            renewing.renew(row.id, actor)


def test_an_agreement_in_force_is_offered_an_amendment_and_moves_when_it_is_registered(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        model = a_model(company)
        a_sending(company, model, wanted(some_colleges(2)))
        first, second = sent(model)
        in_force(first)
        fanouts.new_revision(company, model, "1.3", "Новая редакция 1.3.")
        made = fanouts.act(company, model, "amend", [first, second])
        rows = {row.sent_id: row for row in fanouts.acts.rows(made.id)}
        assert (rows[first.id].state, rows[second.id].state) == ("done", "refused")
        amendment = db.session.get_one(Agreement, rows[first.id].amendment_id)
        assert [(c["action"], c["number"], c["text"]) for c in amendment.data["changes"]] == [
            ("restate", "1.3", "Новая редакция 1.3.")
        ]
        again = fanouts.act(company, model, "amend", [first])
        assert [row.state for row in fanouts.acts.rows(again.id)] == ["refused"]
        with transaction():
            parent = agreement_of(first)
            amendment.effective_from = parent.effective_from
            wording.amended(parent, amendment, terms.next_edition(parent, amendment))
        revision = db.session.get_one(ModelRevision, db.session.get_one(Sent, first.id).revision_id)
        assert revision.number == 2
        assert found(db.session.get_one(Sent, first.id)) == []


def in_force(row: Sent) -> None:
    """Registered without anybody signing: what follows is asked of its terms alone."""
    with transaction():
        agreement = agreement_of(row)
        agreement.state, agreement.effective_from = "registered", clock.today()
        revision = Revision(clauses=[dict(clause) for clause in row.base])
        terms.first_edition(agreement, revision)


def test_submitting_in_bulk_tells_every_refusal(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        colleges = some_colleges(2)
        a_sending(company, model, wanted(colleges))
        first, second = sent(model)
        with transaction():
            db.session.get_one(Organisation, colleges[1].id).inn = ""
        made = fanouts.act(company, model, "submit", [first, second])
        rows = {row.sent_id: row for row in fanouts.acts.rows(made.id)}
        assert rows[first.id].state == "done"
        assert rows[second.id].state == "refused"
        assert "не заполнены реквизиты" in rows[second.id].text
        assert agreement_of(first).state == "own_approval"
        assert agreement_of(second).state == "draft"
        reminded = fanouts.act(company, model, "remind", [first, second])
        assert sorted(row.state for row in fanouts.acts.rows(reminded.id)) == ["done", "refused"]


def test_a_wording_agreed_in_a_protocol_names_its_party_and_the_protocol(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, theirs = a_model(company), company.actor("perm.polytech")
        a_sending(company, model, [Wanted(1, "", company.organisations["perm_polytech"])])
        (row,) = sent(model)
        fanouts.submit(company, row)
        ours = ("c.coord", "c.hr", "c.legal", "c.finance", "c.security", "c.deputy")
        Stage(company, date(2026, 3, 2)).decide_all(agreement_of(row), only=ours)
        with transaction():
            agreement_machine.take(agreement_of(row), "cp_protocol", theirs, Ask("не согласны с пунктом 1.3"))
        opened = db.session.scalars(select(Protocol).where(Protocol.subject_id == row.agreement_id)).one()
        clause = clause_of(model, "1.3")
        disputed = protocols.Clause(clause["id"], "1.3", clause["text"])
        line = protocols.add_row(opened.id, disputed, "Редакция колледжа.", theirs)
        protocols.propose(line.id, "Редакция колледжа.", "", company.actor("c.legal"))
        protocols.consent(line.id, protocols.wording_hash("Редакция колледжа."), theirs)
        with pytest.raises(NotNow):
            service.take_step(row.agreement_id, "protocol_rework", company.actor(LOGIN), Ask())
        protocols.close_protocol(opened.id, company.actor("c.legal"))
        service.take_step(row.agreement_id, "protocol_rework", company.actor(LOGIN), Ask())
        (each,) = found(db.session.get_one(Sent, row.id, populate_existing=True))
        assert each["after"] == "Редакция колледжа."
        assert (each["organisation_id"], each["protocol"]) == (company.organisations["perm_polytech"], 1)


def test_a_text_given_back_is_the_models_not_the_templates(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        text = [{**clause, "text": "Своя редакция формы."} if clause["number"] == "1.3" else clause
                for clause in drawing.text_of(model)]  # fmt: skip
        drawing.edit_clauses(model.id, text, company.actor(LOGIN))
        drawing.release(model.id, company.actor(LOGIN))
        a_sending(company, model, wanted(some_colleges(1)))
        (row,) = sent(model)
        agreement = agreement_of(row)
        mine = [{**clause, "text": "Иначе."} if clause["text"] == "Своя редакция формы." else clause
                for clause in agreement.clauses]  # fmt: skip
        service.edit_clauses(agreement.id, mine, company.actor(LOGIN))
        assert [each["after"] for each in found(db.session.get_one(Sent, row.id))] == ["Иначе."]
        service.edit_clauses(agreement.id, [], company.actor(LOGIN))
        assert "Своя редакция формы." in [clause["text"] for clause in agreement_of(row).clauses]
        assert found(db.session.get_one(Sent, row.id)) == []


def test_an_own_wording_that_a_protocol_left_standing_names_the_protocol(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, theirs = a_model(company), company.actor("perm.polytech")
        clause = clause_of(model, "1.3")["id"]
        own = [{"action": "restate", "clause_id": clause, "text": "Своя редакция."}]
        a_sending(company, model, [Wanted(1, "", company.organisations["perm_polytech"], clauses=own)])
        (row,) = sent(model)
        fanouts.submit(company, row)
        ours = ("c.coord", "c.hr", "c.legal", "c.finance", "c.security", "c.deputy")
        Stage(company, date(2026, 3, 2)).decide_all(agreement_of(row), only=ours)
        assert found(row)[0]["protocol"] == 0
        with transaction():
            agreement_machine.take(agreement_of(row), "cp_protocol", theirs, Ask("не согласны с пунктом 1.3"))
        opened = db.session.scalars(select(Protocol).where(Protocol.subject_id == row.agreement_id)).one()
        line = protocols.add_row(opened.id, protocols.Clause(clause, "1.3", "Своя редакция."), "Иначе.", theirs)
        protocols.propose(line.id, "Своя редакция.", "", company.actor("c.legal"))
        protocols.consent(line.id, protocols.wording_hash("Своя редакция."), theirs)
        with transaction():
            effects.agree_as_it_stands(agreement_of(row), theirs, Ask())
        assert found(db.session.get_one(Sent, row.id, populate_existing=True))[0]["protocol"] == 1


def test_nobody_else_learns_of_a_model(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = a_model(company)
        a_sending(company, model, wanted(some_colleges(1)))
        for login in ("m.coord", "perm.motors", "c.legal"):
            with pytest.raises(NotFound):
                board.board(model.id, company.actor(login))
        assert board.model_of(sent(model)[0].agreement_id, company.actor("m.coord")) is None
