"""Commands: flask roadmap …"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from roadmap import routes
from roadmap.states import roadmap as plan_machine
from roadmap.states import roadmap_item

roadmap = AppGroup("roadmap", help="Планы мероприятий.")


@roadmap.command("routes")
def install_routes() -> None:
    """Завести поставляемые маршруты результатов и отчётов, которых ещё нет."""
    click.echo(f"Добавлено маршрутов: {routes.install()}")


@roadmap.command("diagrams")
def diagrams() -> None:
    """Схемы состояний плана и мероприятия (Mermaid)."""
    for machine in (plan_machine, roadmap_item):
        click.echo(f"## {machine.label}\n\n```mermaid\n{machine.mermaid()}\n```\n")
