"""Serving: gunicorn's sync workers over one loaded application, and the worker of jobs beside them."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from core.db import db

PR_SET_PDEATHSIG = 1


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn over an application that is loaded already: a warm start costs no second import."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def serve(app: Flask, work: Callable[[], None]) -> None:
    """Serve `app` on HOST:PORT until stopped; `work` runs in a process of its own and dies with this one.

    WEB_WORKERS (3) and JOB_WORKERS (1; 0 where `flask worker` runs elsewhere) set how many.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    refuse_taken(host, port)
    forget_connections(app)
    for _number in range(int(os.environ.get("JOB_WORKERS", "1"))):
        _fork(app, work)
    Server(
        app,
        {
            "bind": f"{host}:{port}",
            "workers": int(os.environ.get("WEB_WORKERS", "3")),
            "worker_class": "sync",
            "timeout": 60,
            "graceful_timeout": 10,
            "post_fork": lambda _server, _worker: _begin(app),
            "accesslog": None,
            "loglevel": "warning",
        },
    ).run()


def refuse_taken(host: str, port: str) -> None:
    """Say in words, and end, where the address cannot be served: before a worker of jobs is started for nothing."""
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    if not (port.isdigit() and int(port) < 65536):
        sys.exit(f"Адрес {host}:{port} не открыть: порт – число от 0 до 65535")
    try:
        socket.create_server((bare, int(port)), family=family).close()
    except OSError as error:
        why = "порт занят другой программой" if error.errno == errno.EADDRINUSE else error.strerror
        sys.exit(f"Адрес {host}:{port} не открыть: {why}. Другой порт: PORT=8001 make run")


def _begin(app: Flask) -> None:
    die_with_parent()
    forget_connections(app)


def _fork(app: Flask, work: Callable[[], None]) -> None:
    """A process for the jobs that gunicorn knows nothing of: it ends with this one, and nobody waits for it."""
    if os.fork() == 0:
        try:
            _begin(app)
            work()
        finally:
            os._exit(0)


def forget_connections(app: Flask) -> None:
    """A forked process must not speak on its parent's connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose(close=False)


def die_with_parent() -> None:
    """Where the kernel can, end this process when its parent ends: a killed server leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
