"""Enqueue in a transaction; claim with a lease; do at least once. Handlers stand in one table by kind."""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.db import database_now, db, transaction
from core.workflow.models import Job

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
ATTEMPTS = 6
POLL_SECONDS = 0.3

Handler = Callable[[Job], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declare what does jobs of `kind`. It opens its own transactions and must bear being run twice."""

    def register(call: Handler) -> Handler:
        _handlers[kind] = call
        return call

    return register


def enqueue(
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    after: timedelta = timedelta(0),
    person_id: int | None = None,
    total: int = 0,
) -> Job | None:
    """Write a job into the open transaction. With a `key` that is already there, writes nothing and returns None."""
    now = database_now()
    insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    statement = insert(Job).values(
        kind=kind,
        payload=dict(payload),
        key=key,
        run_after=now + after,
        created_at=now,
        person_id=person_id,
        total=total,
    )
    # Two that write one key at the same moment meet on its constraint: asking first would let both through.
    return db.session.scalars(statement.on_conflict_do_nothing(index_elements=["key"]).returning(Job)).one_or_none()


def claim(worker: str) -> Job | None:
    """Take the next job that is due, or one whose worker let its lease run out.

    A job whose workers died over it as often as a failing one is tried is given up: it must not kill them for ever.
    """
    with transaction():
        now = database_now()
        due = (
            select(Job.id, Job.attempts)
            .where(
                or_(
                    (Job.state == "waiting") & (Job.run_after <= now),
                    (Job.state == "running") & (Job.leased_until < now),
                )
            )
            .order_by(Job.run_after, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = db.session.execute(due).first()
        if found is None:
            return None
        given_up = found.attempts >= ATTEMPTS
        if given_up:
            values = {"state": "failed", "finished_at": now, "error": "its workers died over it", "leased_until": None}
        else:
            values = {"state": "running", "attempts": found.attempts + 1, "leased_until": now + LEASE, "worker": worker}
        db.session.execute(update(Job).where(Job.id == found.id).values(**values))
        if not given_up:
            return db.session.get(Job, found.id)
    log.error("job given up", job=found.id, attempts=found.attempts)
    return claim(worker)


def heartbeat(job: Job, done: int | None = None) -> bool:
    """Prolong the lease and tell the progress; False when somebody asked to cancel. Opens its own transaction."""
    with transaction():
        values: dict[str, Any] = {"leased_until": database_now() + LEASE}
        if done is not None:
            values["done"] = done
        db.session.execute(update(Job).where(Job.id == job.id).values(**values))
        cancelled = db.session.scalar(select(Job.cancel).where(Job.id == job.id))
    return not cancelled


def run(job: Job) -> None:
    """Do one claimed job and write down how it ended. A failure is kept, counted and tried again later."""
    job_id, kind = job.id, job.kind
    call = _handlers.get(kind)
    try:
        if call is None:
            raise LookupError(f"no handler for {kind}")
        call(job)
    except Exception as error:  # the one place that catches broadly: it logs, counts and keeps
        db.session.rollback()
        log.error("job failed", job=job_id, kind=kind, error=repr(error))
        _fail(job_id, traceback.format_exc(limit=8))
        return
    with transaction():
        db.session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == "running")
            .values(state="done", finished_at=database_now(), leased_until=None, error="")
        )


def _fail(job_id: int, error: str) -> None:
    with transaction():
        job = db.session.get_one(Job, job_id)
        job.error = error[-4000:]
        if job.attempts >= ATTEMPTS:
            job.state, job.finished_at = "failed", database_now()
        else:
            job.state = "waiting"
            job.run_after = database_now() + timedelta(seconds=5 * 4 ** (job.attempts - 1))
        job.leased_until = None


def drain(limit: int = 1000) -> int:
    """Do everything that is due, here and now; returns how many. For tests, commands and the demo."""
    name = worker_name()
    for count in range(limit):
        job = claim(name)
        if job is None:
            return count
        run(job)
    return limit


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def work(stop: Callable[[], bool], tick: Callable[[], None]) -> None:
    """The worker's loop: jobs as they come, `tick` (the schedule) every half minute, until `stop()`."""
    name, ticked = worker_name(), 0.0
    while not stop():
        if time.monotonic() - ticked > 30 or not ticked:
            tick()
            ticked = time.monotonic()
        job = claim(name)
        if job is None:
            db.session.remove()
            time.sleep(POLL_SECONDS)
        else:
            run(job)
