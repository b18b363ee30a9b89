"""Said of every word a person reads: it exists in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def extracted(folder: Path) -> Catalog:
    """Every message of the code and the pages, extracted anew."""
    target = folder / "messages.pot"
    keywords = [word for name in ("_l", "_", "lazy_gettext", "gettext") for word in ("-k", name)]
    keywords += ["-k", "_n:1,3"]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml", *keywords]
    subprocess.run([*command, "-o", str(target), "."], cwd=ROOT, check=True)
    with target.open("rb") as file:
        return read_po(file)


def english() -> Catalog:
    with (ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_label_has_its_english(tmp_path: Path) -> None:
    known = english()
    lacking = []
    for message in extracted(tmp_path):
        if message.id:
            found = known.get(message.id, message.context)
            if found is None or not found.string or found.fuzzy:
                lacking.append(message.id)
    assert not lacking, f"{len(lacking)} without English: {lacking[:20]}"


def test_every_placeholder_survives_translation() -> None:
    known = english()
    faults = [error for message in known if message.id for error in message.check(known)]
    assert not faults


def test_no_english_label_still_has_russian_letters() -> None:
    """Proper names stay; a sentence that was never translated does not."""
    kept = ("«", "Профессионалитет", "Билет")
    left = [
        message.string
        for message in english()
        if isinstance(message.string, str)
        and sum("а" <= letter.lower() <= "я" for letter in message.string) > len(message.string) / 2
        and not any(word in message.string for word in kept)
    ]
    assert not left, left[:20]
