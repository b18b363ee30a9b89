"""`flask documents …`: install what ships, prove what was issued, say what a file is, erase personal data."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from core.accounts.actor import SYSTEM
from core.clock import in_moscow
from core.documents import issuing, personal, verification
from core.errors import Refusal

documents = AppGroup("documents", help="Документы и шаблоны.")


@documents.command("install")
def install() -> None:
    """Зарегистрировать шаблоны, которые поставляются с сервисом."""
    click.echo(f"Добавлено версий: {issuing.install_shipped()}")


@documents.command("reproduce")
@click.argument("document_id", type=int)
def reproduce(document_id: int) -> None:
    """Собрать выпущенный документ заново и сравнить с хранимым. Код возврата 1, если содержимое не то же."""
    try:
        document, content, stored = issuing.reproduce(document_id)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{document.title}, редакция {document.revision}, код {document.code}")
    click.echo(f"содержимое: {'совпадает' if content else 'НЕ СОВПАДАЕТ'} ({document.content_sha256})")
    click.echo(f"байты: {'совпадают' if stored else 'не совпадают'} ({document.sha256}; {document.engine})")
    if not content:
        raise SystemExit(1)


@documents.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Сказать, какой это документ. Код возврата 1, если файл изменён или не выпускался здесь."""
    with file.open("rb") as stream:
        answer = verification.by_file(stream)
    facts = answer.facts
    if facts is not None:
        when = f"{in_moscow(facts.issued_at):%d.%m.%Y %H:%M}"
        click.echo(f"{facts.kind_label}, редакция {facts.revision}, {facts.rendition_label}, {when}, код {facts.code}")
        click.echo(f"сейчас: {facts.standing.label} {facts.standing.note}".rstrip())
    if not answer.genuine:
        click.echo("Файл изменён или не выпускался здесь")
        raise SystemExit(1)


@documents.command("erase")
@click.argument("document_id", type=int)
@click.option("--reason", prompt="Основание", help="На каком основании уничтожаются персональные данные.")
def erase(document_id: int, reason: str) -> None:
    """Уничтожить ключ документа с персональными данными: файл и данные больше не откроются."""
    try:
        personal.erase(document_id, SYSTEM, reason)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo("Ключ уничтожен.")
