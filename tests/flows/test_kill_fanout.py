"""kill -9 in the middle of a fan-out of forty agreements: after the restart none is there twice and none is missing."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import distinct, func, select, update

from agreements.demo.load import Company, gather
from agreements.fanout import board, sending
from agreements.models import Agreement, AgreementParty, Deviations, ModelForm, Sending, SendingRow, Sent
from core import audit
from core.accounts.models import Reader
from core.audit import AuditRecord
from core.db import database_now, db, transaction
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.agreements import fanouts
from tests.flows.test_kill import Server, until

MANY = 40
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def company(app: APIFlask) -> Company:
    with app.app_context():
        return gather()


def a_started_sending(company: Company) -> tuple[ModelForm, Sending]:
    """To forty colleges, one of them with its own wording of a clause; nothing is created yet."""
    model = fanouts.a_model(company)
    clause = next(one for one in fanouts.drawing.revision_of(model).clauses if one["number"] == "1.2")
    change = {"action": "restate", "clause_id": str(clause["id"]), "text": "Пункт в редакции колледжа."}
    rows = fanouts.wanted(fanouts.some_colleges(MANY), {3: [change]})
    return model, fanouts.a_sending(company, model, rows, run=False)


def done(sending_id: int) -> int:
    db.session.rollback()
    return sending.counts(sending_id).get("done", 0)


def let_the_lease_run_out() -> None:
    """What a minute of waiting does: another worker may take the job of the dead one."""
    with transaction():
        db.session.execute(update(Job).where(Job.state == "running").values(leased_until=database_now() - timedelta(1)))


def job_of(made_id: int) -> Job:
    db.session.rollback()
    made = db.session.get_one(Sending, made_id, populate_existing=True)
    return db.session.get_one(Job, made.job_id, populate_existing=True)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def assert_whole(company: Company, model: ModelForm, made_id: int) -> None:
    """Forty agreements, one a college, each with all that belongs to it, and nothing beside."""
    made = db.session.get_one(Sending, made_id, populate_existing=True)
    assert (made.state, sending.counts(made_id)) == ("done", {"done": MANY})
    assert [count(each) for each in (Agreement, Sent, Deviations, AgreementParty)] == [MANY, MANY, MANY, 2 * MANY]
    rows = db.session.scalars(select(SendingRow).where(SendingRow.sending_id == made_id)).all()
    assert Counter(row.agreement_id for row in rows) == Counter(db.session.scalars(select(Agreement.id)))
    assert Counter(db.session.scalars(select(Sent.organisation_id))) == Counter(row.organisation_id for row in rows)
    assert db.session.scalar(select(func.count(distinct(Reader.subject_id))).where(Reader.why == "party")) == MANY
    for step in ("create", "fan_out"):
        told = select(AuditRecord.subject_id).where(AuditRecord.subject_kind == "agreement", AuditRecord.step == step)
        assert sorted(db.session.scalars(told)) == sorted(db.session.scalars(select(Agreement.id)))
    shown = board.board(model.id, company.actor(fanouts.LOGIN))
    assert (len(shown.all), sum(1 for line in shown.all if line.count)) == (MANY, 1)
    assert audit.verify() is None


@pytest.mark.timeout(400)
def test_a_server_killed_twice_in_the_middle_goes_on_where_it_was(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model, made = a_started_sending(company)
        model_id, made_id = model.id, made.id
        assert done(made_id) == 0
        for least in (8, 20):
            server = Server(app, workers=1)
            try:
                until(lambda least=least: done(made_id) >= least, seconds=90)  # type: ignore[misc]
            finally:
                server.kill()
            assert least <= done(made_id) < MANY, "the kill came in the middle"
            assert job_of(made_id).state == "running"
            assert db.session.get_one(Sending, made_id).state == "running"
            assert count(Agreement) == count(Sent) == done(made_id)
            let_the_lease_run_out()
        again = Server(app, workers=2)
        try:
            until(lambda: job_of(made_id).state == "done", seconds=90)
        finally:
            again.kill()
        assert job_of(made_id).attempts == 3
        assert_whole(company, db.session.get_one(ModelForm, model_id), made_id)


KILLED = """
import os, signal, sys
from agreements.fanout import making
from app import create_app
from core.workflow.jobs import drain
app = create_app({"INSTANCE": sys.argv[1], "SQLALCHEMY_DATABASE_URI": sys.argv[2], "SECRET_KEY": "tests"})
created, beat = making._created, making.heartbeat
def killed_before_the_commit(sending, row, actor):
    made = created(sending, row, actor)
    if row.number == 17:
        os.kill(os.getpid(), signal.SIGKILL)
    return made
def killed_after_the_commit(job, done=None):
    if done == 17:
        os.kill(os.getpid(), signal.SIGKILL)
    return beat(job, done)
if sys.argv[3] == "before":
    making._created = killed_before_the_commit
else:
    making.heartbeat = killed_after_the_commit
with app.app_context():
    drain()
"""


@pytest.mark.parametrize(("when", "stay"), [("before", 16), ("after", 17)])
def test_a_worker_killed_beside_the_commit_of_a_row_loses_and_doubles_nothing(
    app: APIFlask, company: Company, when: str, stay: int
) -> None:
    with app.app_context():
        model, made = a_started_sending(company)
        made_id = made.id
        db.session.remove()
        command = [sys.executable, "-c", KILLED, app.instance_path, app.config["SQLALCHEMY_DATABASE_URI"], when]
        assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == -9
        assert (count(Agreement), done(made_id)) == (stay, stay)
        assert drain() == 0, "the lease of the dead worker still holds"
        let_the_lease_run_out()
        while drain():
            pass
        assert_whole(company, db.session.get_one(ModelForm, model.id), made_id)
