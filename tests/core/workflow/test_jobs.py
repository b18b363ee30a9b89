"""The durable table: written in the transaction, done at least once, nothing lost by a failure or a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import update
from sqlalchemy.orm import scoped_session

from core.db import database_now, db, transaction
from core.workflow import enqueue, jobs
from core.workflow.models import Job
from tests.databases import Database

Session = scoped_session[Any]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Declares a handler of kind "test" for one test; gives the ids of the jobs it did."""
    monkeypatch.setattr(jobs, "_handlers", {})

    def declare(call: Callable[[Job], None] = lambda job: None) -> list[int]:
        done: list[int] = []

        @jobs.handler("test")
        def handle(job: Job) -> None:
            call(job)
            done.append(job.id)

        return done

    return declare


def a_job(**fields: Any) -> Job:
    with transaction():
        job = enqueue("test", {"id": 1}, **fields)
    assert job is not None
    return job


def state_of(job: Job) -> str:
    db.session.expire_all()
    return db.session.get_one(Job, job.id).state


def make_due(job: Job) -> None:
    """What the clock does by itself: waits are over, leases have run out."""
    past = database_now() - timedelta(seconds=1)
    with transaction():
        db.session.execute(update(Job).where(Job.id == job.id).values(run_after=past))
        db.session.execute(update(Job).where(Job.id == job.id, Job.state == "running").values(leased_until=past))


def test_a_job_is_done_once(db_session: Session, handled: Callable[..., list[int]]) -> None:
    done = handled()
    job = a_job()
    assert jobs.drain() == 1
    assert jobs.drain() == 0
    assert done == [job.id]
    assert state_of(job) == "done"


def test_a_job_of_an_undone_transaction_never_was(db_session: Session, handled: Callable[..., list[int]]) -> None:
    done = handled()
    with pytest.raises(ZeroDivisionError), transaction():
        enqueue("test", {})
        _undo = 1 / 0
    assert jobs.drain() == 0
    assert done == []


def test_two_enqueues_under_one_key_are_one_job(db_session: Session, handled: Callable[..., list[int]]) -> None:
    done = handled()
    a_job(key="tell:1")
    with transaction():
        assert enqueue("test", {}, key="tell:1") is None
    jobs.drain()
    with transaction():
        assert enqueue("test", {}, key="tell:1") is None  # done is done
    assert jobs.drain() == 0
    assert len(done) == 1


def test_a_job_for_later_waits(db_session: Session, handled: Callable[..., list[int]]) -> None:
    done = handled()
    job = a_job(after=timedelta(hours=1))
    assert jobs.drain() == 0
    make_due(job)
    assert jobs.drain() == 1
    assert done == [job.id]


def test_jobs_are_done_in_the_order_they_fall_due(db_session: Session, handled: Callable[..., list[int]]) -> None:
    done = handled()
    first, second, third = a_job(), a_job(), a_job()
    jobs.drain()
    assert done == [first.id, second.id, third.id]


def test_a_failure_is_kept_and_tried_again_later(db_session: Session, handled: Callable[..., list[int]]) -> None:
    tries: list[int] = []

    def fail_once(job: Job) -> None:
        tries.append(job.id)
        if len(tries) == 1:
            raise RuntimeError("принтер горит")

    done = handled(fail_once)
    job = a_job()
    assert jobs.drain() == 1
    assert state_of(job) == "waiting"
    assert "принтер горит" in db_session.get_one(Job, job.id).error
    assert jobs.drain() == 0  # not at once
    make_due(job)
    jobs.drain()
    assert done == [job.id]
    assert state_of(job) == "done"


def test_a_job_that_always_fails_stops_and_stays_for_a_person(
    db_session: Session, handled: Callable[..., list[int]]
) -> None:
    def fail(job: Job) -> None:
        raise RuntimeError("никогда")

    handled(fail)
    job = a_job()
    for _attempt in range(jobs.ATTEMPTS):
        make_due(job)
        jobs.drain()
    assert state_of(job) == "failed"
    make_due(job)
    assert jobs.drain() == 0


def test_a_job_nobody_handles_is_kept_with_the_reason(db_session: Session, handled: Callable[..., list[int]]) -> None:
    job = a_job()
    jobs.drain()
    assert state_of(job) == "waiting"
    assert "no handler" in db_session.get_one(Job, job.id).error


def test_what_a_failed_handler_wrote_is_undone(db_session: Session, handled: Callable[..., list[int]]) -> None:
    def write_and_fail(job: Job) -> None:
        with transaction():
            enqueue("other", {})
            raise RuntimeError("посреди записи")

    handled(write_and_fail)
    a_job()
    jobs.drain()
    assert db_session.scalars(db.select(Job.kind)).all() == ["test"]


def test_a_leased_job_is_nobody_elses_until_the_lease_runs_out(
    db_session: Session, handled: Callable[..., list[int]]
) -> None:
    done = handled()
    job = a_job()
    taken = jobs.claim("a worker that died")
    assert taken is not None
    assert jobs.claim("another") is None
    make_due(job)
    assert jobs.drain() == 1
    assert done == [job.id]
    assert db_session.get_one(Job, job.id).attempts == 2


def test_a_job_that_kills_its_workers_is_given_up_and_the_next_is_taken(db_session: Session) -> None:
    killer, next_one = a_job(), a_job()
    for _death in range(jobs.ATTEMPTS):
        taken = jobs.claim("one of many")
        assert taken is not None
        assert taken.id == killer.id
        make_due(killer)
    taken = jobs.claim("the last")
    assert taken is not None
    assert taken.id == next_one.id
    assert state_of(killer) == "failed"
    assert db.session.get_one(Job, killer.id).error


def test_a_heartbeat_prolongs_the_lease_and_tells_of_a_cancellation(db_session: Session) -> None:
    job = a_job(total=10)
    taken = jobs.claim("worker")
    assert taken is not None
    make_due(job)
    assert jobs.heartbeat(taken, done=3)
    assert jobs.claim("another") is None
    with transaction():
        db.session.execute(update(Job).values(cancel=True))
    assert not jobs.heartbeat(taken)
    db_session.expire_all()
    assert db_session.get_one(Job, job.id).done == 3


def test_workers_at_once_do_every_job_exactly_once(app: APIFlask, handled: Callable[..., list[int]]) -> None:
    done = handled()
    with app.app_context():
        made = [a_job().id for _number in range(30)]

    def work(_number: int) -> int:
        with app.app_context():
            return jobs.drain()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert sum(counts) == len(made)
    assert sorted(done) == made


KILLED = """
import sys
from app import create_app
from core.workflow import handler
from core.workflow.jobs import drain

app = create_app({"TESTING": True, "INSTANCE": sys.argv[1], "SQLALCHEMY_DATABASE_URI": sys.argv[2], "SECRET_KEY": "x"})

@handler("test")
def hang(job):
    print("began", flush=True)
    sys.stdin.read()

with app.app_context():
    drain()
"""


def test_a_job_survives_the_kill_of_its_worker(
    app: APIFlask, database: Database, handled: Callable[..., list[int]], tmp_path: Path
) -> None:
    done = handled()
    with app.app_context():
        job = a_job(key="issue:1")
    address = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), address],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "began\n"
        worker.send_signal(signal.SIGKILL)
    with app.app_context():
        assert state_of(job) == "running"
        assert jobs.drain() == 0  # the lease of the killed worker still holds
        make_due(job)
        assert jobs.drain() == 1
        assert state_of(job) == "done"
        assert done == [job.id]
        with transaction():
            assert enqueue("test", {}, key="issue:1") is None
