"""kill -9 between the commit of a registration and its reaction: the document is issued exactly once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import func, select

from agreements.demo import scenes
from agreements.demo.load import gather
from agreements.models import Agreement
from core import clock
from core.db import db
from core.documents.models import IssuedDocument
from core.workflow.models import Job

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(question: Callable[[], bool], seconds: float = 40) -> None:
    """Ask until the answer is yes; fails when it never comes."""
    deadline = time.monotonic() + seconds
    ready = False
    while not ready and time.monotonic() < deadline:
        ready = question()
    assert ready


class Server:
    """`python app.py` in a process group of its own."""

    def __init__(self, app: APIFlask, workers: int) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "INSTANCE": app.instance_path,
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
            "PORT": str(self.port),
            "JOB_WORKERS": str(workers),
            "WEB_WORKERS": "1",
            "DEMO": "0",
            "MIGRATE": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
        )
        until(self.answers)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def registered(agreement_id: int) -> int:
    db.session.rollback()
    return (
        db.session.scalar(
            select(func.count())
            .select_from(IssuedDocument)
            .where(IssuedDocument.subject_id == agreement_id, IssuedDocument.rendition == "registered")
        )
        or 0
    )


def test_a_killed_server_issues_the_document_once_after_restart(app: APIFlask) -> None:
    server = Server(app, workers=0)
    with app.app_context():
        company = gather()
        agreement_id = signed_agreement(company)
        register_over_http(server.port, company, agreement_id)
        assert db.session.get_one(Agreement, agreement_id).state == "registered"
        server.kill()
        assert registered(agreement_id) == 0
        again = Server(app, workers=2)
        try:
            until(lambda: registered(agreement_id) == 1)
            until(lambda: not unfinished())
        finally:
            again.kill()
        assert registered(agreement_id) == 1


def unfinished() -> int:
    db.session.rollback()
    mine = Job.kind == "agreements.issue_registered"
    waiting = select(func.count()).select_from(Job).where(Job.state.in_(("waiting", "running")), mine)
    return db.session.scalar(waiting) or 0


def signed_agreement(company: scenes.Company) -> int:
    from agreements import service

    stage = scenes.Stage(company, scenes.add_back(clock.today(), 5))
    with clock.at(stage.next()):
        agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
    stage.step(agreement, "submit", "m.coord")
    stage.decide_all(agreement)
    stage.step(agreement, "to_sign", "m.coord", scenes.Ask(data={"method": "electronic"}))
    stage.decide_all(agreement)
    return agreement.id


def register_over_http(port: int, company: scenes.Company, agreement_id: int) -> None:
    """The registrar's own request, with a bearer token."""
    from core.accounts.signin import issue_token

    token = issue_token(company.actor("m.control"), "проверка")
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/agreements/{agreement_id}/steps/register",
        data=b"{}",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
