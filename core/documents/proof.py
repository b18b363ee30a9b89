"""What a file really is, by its bytes: a name proves nothing, and what could run or be shown as a page is refused."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from flask_babel import gettext as _

_RUNS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
"""How programs of Windows, Linux, macOS and Java begin, and scripts."""
_PAGE = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|link|img|style)[\s/>]", re.IGNORECASE
)
_NAMESPACES = (b"www.w3.org/1999/xhtml", b"www.w3.org/2000/svg", b"www.w3.org/1999/XSL/Transform")
_ALIVE = re.compile(
    r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|activex/|macrosheets/|dialogsheets/)"
    r"|\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|js|jse|wsf|hta|msi|jar|lnk|pif|cpl|vbe|wsh|reg|chm|url|iso|img|s?html?|xhtml?|mht(?:ml)?|svgz?|docm|xlsm|pptm|xlam|dotm)"
    r"(?:[\s.]|:.*)*$",
    re.IGNORECASE,
)
_PARTS = {".docx": "word/", ".xlsx": "xl/"}
HEAD = 64 * 1024
"""How far into a text a page is looked for."""
MOST_NAMES = 10_000


def fault_of(ending: str, content: bytes) -> str:
    """Why the bytes are not a harmless file of this ending; "" where they are. Nothing is unpacked or executed."""
    if content.startswith(_RUNS):
        return str(_("это программа или сценарий"))
    if ending in (".docx", ".xlsx", ".zip"):
        return _of_package(ending, content)
    if ending in (".txt", ".csv", ".xml"):
        return _of_text(ending, content)
    if ending in (".sig", ".p7s"):
        known = content.startswith((b"\x30", b"-----BEGIN", b"MI", b"\xef\xbb\xbf-----BEGIN"))
        return "" if known else str(_("это не подпись в виде DER, PEM или Base64"))
    return ""


def _of_package(ending: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
            kinds = _start_of(package, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error):
        return str(_("архив повреждён или закрыт паролем"))
    part = _PARTS.get(ending)
    if part and not any(name.startswith(part) for name in names):
        return str(_("внутри нет документа Word или книги Excel"))
    if len(names) > MOST_NAMES:
        return str(_("в архиве слишком много файлов"))
    alive = next((name for name in names if _ALIVE.search(name)), "")
    if alive or b"macroEnabled" in kinds:
        return str(_("внутри макросы или исполняемый файл: %(name)s", name=alive or "macroEnabled"))
    return ""


def _start_of(package: zipfile.ZipFile, name: str) -> bytes:
    """No more than is needed: a part may say it is small and unpack to gigabytes."""
    with package.open(name) as part:
        return part.read(HEAD)


def _of_text(ending: str, content: bytes) -> str:
    head = content[:HEAD]
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return str(_("это не текст"))
    plain = head.replace(b"\x00", b"")
    if ending == ".xml" and (b"<!ENTITY" in plain or any(name in plain for name in _NAMESPACES)):
        return str(_("внутри страница, рисунок SVG или преобразование"))
    if _PAGE.search(plain):
        return str(_("внутри страница HTML или рисунок SVG"))
    return ""
