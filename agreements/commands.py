"""`flask demo …`: load, reset and play the demo cooperation."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from agreements import demo

group = AppGroup("demo", help="Демонстрационное сотрудничество (образец).")


@group.command("load")
@click.option("--if-empty", is_flag=True, help="Ничего не делать, если в базе уже есть данные.")
def load(if_empty: bool) -> None:
    """Загрузить образец в пустую базу."""
    if not demo.is_empty():
        if if_empty:
            return
        raise click.ClickException("В базе уже есть данные. Очистить и загрузить заново: flask demo reset")
    demo.load()
    click.echo("Образец загружен.")


@group.command("reset")
@click.option("--yes", is_flag=True, help="Не спрашивать подтверждения.")
def reset(yes: bool) -> None:
    """Очистить базу и загрузить образец заново."""
    if not yes:
        click.confirm("Все данные будут удалены. Продолжить?", abort=True)
    demo.reset()
    click.echo("Образец загружен заново.")


@group.command("play")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Куда положить документы.")
def play(folder: Path) -> None:
    """Провести дополнительное соглашение от проекта до регистрации в отдельной базе и сохранить документы."""
    for path in demo.play(demo.reset(), folder):
        click.echo(str(path))


@group.command("sign-ins")
def sign_ins() -> None:
    """Кем можно войти."""
    for address, who in demo.sign_ins():
        click.echo(f"  {address:<34} {who}")
    click.echo(f"  Пароль у всех один: {demo.PASSWORD}")
