"""Taking a step through a real server with 1 and 8 writers, beside a bare commit through the same server."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flask import Response

from bench.world import World, build
from core.accounts import signin
from core.accounts.actors import by_id
from core.db import db

SECONDS = 4.0
DEPUTY = 4
TARGET = 0.33


def serve(world: World, port: int) -> None:
    """gunicorn over the world, with one more route: a commit and nothing else."""
    from core.web.serving import Server, die_with_parent, forget_connections

    die_with_parent()
    app = world.app

    def bare(number: int) -> Response:
        with db.engine.connect().execution_options(write=True) as connection:
            connection.exec_driver_sql(f"UPDATE organisation SET phone = '{number}' WHERE id = 2")
            connection.commit()
        return Response("ok")

    from core.web.security import csrf, public

    app.add_url_rule("/bare/<int:number>", "bare", public(csrf.exempt(bare)), methods=["POST"])
    forget_connections(app)
    options = {
        "bind": f"127.0.0.1:{port}",
        "workers": 3,
        "worker_class": "sync",
        "timeout": 120,
        "loglevel": "error",
        "post_fork": lambda _server, _worker: forget_connections(app),
    }
    Server(app, options).run()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Load:
    """Writers for a fixed time; counts what was done and what failed."""

    def __init__(self, port: int, request: Callable[[int, int], tuple[str, bytes]], token: str, first: int) -> None:
        self.port, self.request, self.token = port, request, token
        self.first = first
        """Number of the first writer: a run that ends between two steps leaves its agreements to nobody else."""
        self.done, self.errors = 0, 0
        self.lock = threading.Lock()

    def writer(self, number: int, until: float) -> None:
        count = 0
        while time.monotonic() < until:
            path, body = self.request(self.first + number, count)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
            with self.lock:
                if answer.status == 200:
                    self.done += 1
                else:
                    self.errors += 1
                    print(answer.status, text[:200])
            count += 1

    def run(self, writers: int) -> float:
        """Steps a second."""
        start = time.monotonic()
        threads = [threading.Thread(target=self.writer, args=(number, start + SECONDS)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.done / (time.monotonic() - start)


def step(number: int, count: int) -> tuple[str, bytes]:
    """Suspend and resume, each writer its own agreement: a step with permissions, audit and a job."""
    agreement_id = 5 + 7 * number
    if count % 2 == 0:
        body = {"comment": "проверка", "notice": "№ 1 от 01.01.2026"}
        return f"/api/v1/agreements/{agreement_id}/steps/suspend", json.dumps(body).encode()
    return f"/api/v1/agreements/{agreement_id}/steps/resume", b"{}"


def bare(number: int, _count: int) -> tuple[str, bytes]:
    return f"/bare/{number}", b"{}"


def wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            continue


def run() -> list[tuple[int, float, float, int]]:
    """(writers, steps a second, bare commits a second, errors), interleaved in one run on SQLite."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), 1000)
        with world.app.app_context():
            token = signin.issue_token(by_id(DEPUTY), "bench")
        port = free_port()
        server = multiprocessing.get_context("fork").Process(target=serve, args=(world, port))
        server.start()
        try:
            wait(port)
            print(f"{'писателей':>10}{'шагов/с':>10}{'коммитов/с':>12}{'доля':>8}{'ошибок':>8}")
            for writers in (1, 8):
                first = 10 * writers
                steps, commits = Load(port, step, token, first), Load(port, bare, token, first)
                floor = commits.run(writers)
                rate = steps.run(writers)
                errors = steps.errors + commits.errors
                found.append((writers, rate, floor, errors))
                print(f"{writers:>10}{rate:>10.0f}{floor:>12.0f}{rate / floor:>8.2f}{errors:>8}", flush=True)
        finally:
            assert server.pid
            os.kill(server.pid, signal.SIGTERM)
            server.join(15)
    for writers, rate, floor, errors in found:
        met = rate / floor >= TARGET and errors == 0
        print(f"{'выполнено' if met else 'НЕ ДОСТИГНУТО':<14} шаг, писателей {writers}: {rate / floor:.2f} от коммита "
              f"(цель ≥ {TARGET}), ошибок {errors}")  # fmt: skip
    return found
