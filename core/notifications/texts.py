"""The texts of letters: the first line is the subject, the rest the body; in the language of the person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext, ngettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "letters"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Plain text: nothing is escaped, and a name the caller forgot is an error, not a blank."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - letters are plain text, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    return environment


def text_of(name: str, context: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """(subject, body) of the text `name` ("signoffs/assigned") for a person who reads `locale`."""
    with force_locale(locale):
        rendered = _environment().get_template(f"{name}.txt").render(**context)
    subject, _newline, body = rendered.strip().partition("\n")
    return " ".join(subject.split()), body.strip()


def footer(address: str, locale: str) -> str:
    """What stands under every letter: where to go, and why it came."""
    with force_locale(locale):
        why = gettext("Письмо отправлено сервисом «Согласовано» автоматически: отвечать на него не нужно.")
        return f"{address}\n\n-- \n{why}"
