"""`flask evidence …`: take a pack out, check one."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
from flask.cli import AppGroup

from agreements.evidence.against import strange_heads
from agreements.evidence.check import check
from agreements.evidence.pack import pack
from core.accounts.actor import SYSTEM

group = AppGroup("evidence", help="Пакеты доказательств по соглашениям.")


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--here", is_flag=True, help="Ещё и сверить концы журналов с журналом этой службы.")
def verify(file: Path, here: bool) -> None:
    """Проверить пакет FILE. Ни база данных, ни сеть не нужны; при нарушениях код возврата 1."""
    checked = check(file)
    if here:
        checked.faults.extend(strange_heads(checked))
    for fault in checked.faults:
        click.echo(f"Нарушение. {fault}", err=True)
    if not checked.holds:
        raise SystemExit(1)
    about = checked.manifest["agreement"]
    click.echo(f"Пакет цел: {about['title']}" + (f" № {about['number']}" if about["number"] else ""))
    click.echo(f"Файлов: {len(checked.manifest['files'])}. SHA-256 описи: {checked.manifest_sha256}")
    for path, head in checked.heads.items():
        if path.startswith("audit/agreement-"):
            click.echo(f"Последняя запись журнала: {head}")


@group.command("pack")
@click.argument("agreement_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def take_out(agreement_id: int, target: Path) -> None:
    """Выгрузить пакет по соглашению AGREEMENT_ID в файл TARGET."""
    source, _name = pack(agreement_id, SYSTEM)
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    click.echo(str(target))
