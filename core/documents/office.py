"""Documents room: LibreOffice as a process that lives for one batch: its own profile, a time limit, an end by force."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

BATCH = 40
"""Documents a process converts before it is replaced: it grows, and a hang costs no more than these."""
STARTING = 60.0
EACH = 15.0
"""Seconds a batch may take: to start, and for every document."""
PDF_A_2B = {
    "SelectPdfVersion": {"type": "long", "value": "2"},
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
    "ExportBookmarks": {"type": "boolean", "value": "true"},
}
_OPTIONS = (
    "--headless",
    "--invisible",
    "--norestore",
    "--nologo",
    "--nodefault",
    "--nolockcheck",
    "--nofirststartwizard",
)
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


class Unavailable(Exception):
    """There is no LibreOffice on this machine."""


@dataclass
class Converted:
    """PDFs by the key they were asked under, and the reasons in words for those that could not be made."""

    made: dict[str, bytes] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def program() -> str | None:
    """The path of LibreOffice, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def engine() -> str:
    """The version that made a PDF, «LibreOffice 7.4.7.2, PDF/A-2b». Raises Unavailable."""
    found = program()
    if found is None:
        raise Unavailable
    with tempfile.TemporaryDirectory(prefix="office-") as home:
        told = subprocess.run(  # noqa: S603 (our own program with our own arguments)
            [found, f"-env:UserInstallation=file://{home}/profile", "--version"],
            capture_output=True, text=True, timeout=STARTING, check=False, env=_environment(home),
        )  # fmt: skip
    words = told.stdout.split()
    return f"{' '.join(words[:2]) or 'LibreOffice'}, PDF/A-2b"


def to_pdf(documents: Mapping[str, bytes], starting: float = STARTING, each: float = EACH) -> Converted:
    """DOCX files as PDF/A-2b, a process for BATCH of them. What a batch leaves unmade is tried once more, alone.

    Raises Unavailable.
    """
    found = program()
    if found is None:
        raise Unavailable
    result = Converted()
    keys = list(documents)
    for at in range(0, len(keys), BATCH):
        batch = {key: documents[key] for key in keys[at : at + BATCH]}
        result.made |= _batch(found, batch, starting + each * len(batch))
    for key in keys:
        if key not in result.made:
            alone = {} if len(documents) == 1 else _batch(found, {key: documents[key]}, starting + each)
            result.made |= alone
            if not alone:
                result.failed[key] = "LibreOffice не преобразовал документ"
    return result


def _batch(found: str, batch: Mapping[str, bytes], seconds: float) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as home:
        folder = Path(home)
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        names = {f"{number:04d}": key for number, key in enumerate(batch)}
        for name, key in names.items():
            (folder / f"{name}.docx").write_bytes(batch[key])
        _run([*_command(found, folder), *(str(folder / f"{name}.docx") for name in names)], home, seconds)
        made = {key: folder / "out" / f"{name}.pdf" for name, key in names.items()}
        return {key: data for key, path in made.items() if path.exists() and _is_whole(data := path.read_bytes())}


def _command(found: str, folder: Path) -> list[str]:
    return [
        found, f"-env:UserInstallation=file://{folder}/profile", *_OPTIONS,
        "--convert-to", f"pdf:writer_pdf_Export:{json.dumps(PDF_A_2B)}", "--outdir", str(folder / "out"),
    ]  # fmt: skip


def _environment(home: str) -> dict[str, str]:
    """Nothing of ours: no addresses, no keys; a home that goes with the process."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {**kept, "HOME": home, "TMPDIR": home, "SAL_USE_VCLPLUGIN": "svp"}


def _run(command: list[str], home: str, seconds: float) -> None:
    """The whole family of the process ends with it: at its own end, at the limit, or when we are stopped."""
    guard = shutil.which("timeout")  # ends it a little later even where we were killed meanwhile
    guarded = [guard, "-s", "KILL", str(seconds + 30), *command] if guard else command
    process = subprocess.Popen(  # noqa: S603 (our own program with our own arguments)
        guarded, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=home, env=_environment(home), start_new_session=True,
    )  # fmt: skip
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_whole(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-64:]


def pictures(pdf: bytes, dots: int = 72, most: int = 60) -> list[bytes]:
    """The pages of a PDF as PNG, `dots` to the inch, no more than `most`. Raises Unavailable without pdftoppm."""
    found = shutil.which("pdftoppm")
    if found is None:
        raise Unavailable
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as home:
        source = Path(home) / "document.pdf"
        source.write_bytes(pdf)
        command = [found, "-png", "-r", str(dots), "-l", str(most), str(source), str(Path(home) / "page")]
        _run(command, home, STARTING)
        return [path.read_bytes() for path in sorted(Path(home).glob("page-*.png"))]
