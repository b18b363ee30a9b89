"""`flask worker`: one more worker of jobs."""

from __future__ import annotations

import os
import signal
from types import FrameType

import click

from core.workflow import jobs, schedule


def work_until_stopped() -> None:
    """Do jobs until SIGTERM, SIGINT, or the end of the process that started us."""
    stopped = False
    parent = os.getppid()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    jobs.work(lambda: stopped or os.getppid() != parent, schedule.tick)


@click.command("worker")
def worker() -> None:
    """Выполнять отложенные задания (письма, документы, расписание) до остановки."""
    click.echo("Исполнитель заданий запущен.")
    work_until_stopped()
