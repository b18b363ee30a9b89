"""`flask audit …`: prove the journal."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from core.audit.chain import anchor_heads, verify
from core.audit.models import AuditHead, AuditRecord
from core.db import db, transaction

audit = AppGroup("audit", help="Журнал действий: проверка цепочек.")


@audit.command("verify")
def verify_command() -> None:
    """Проверить цепочки хэшей; при нарушении назвать первую повреждённую запись (код возврата 1)."""
    broken = verify()
    if broken:
        click.echo(f"Цепочка нарушена: {broken}", err=True)
        raise SystemExit(1)
    records = db.session.scalar(select(func.count()).select_from(AuditRecord))
    chains = db.session.scalar(select(func.count()).select_from(AuditHead))
    click.echo(f"Журнал цел: записей {records}, цепочек {chains}.")


@audit.command("anchor")
def anchor_command() -> None:
    """Закрепить последние записи в общей цепочке."""
    with transaction():
        count = anchor_heads()
    click.echo(f"Закреплено цепочек: {count}.")
