"""Documents room: the gate for files from outside: what may be dangerous in a DOCX is refused before it is opened."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _l
from lxml import etree

from core.errors import NotValid

LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 100 * 2**20
LARGEST_XML = 30 * 2**20
MOST_MEMBERS = 1_000
DEEPEST_PACKING = 200  # a repetitive text packs 1:50, a bomb 1:1000
SMALL = 2**20  # a small file may be packed as deep as it likes
_CHUNK = 2**16
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE = re.compile(
    r"https?://(schemas\.openxmlformats\.org|purl\.oclc\.org/ooxml)/officeDocument/(2006/)?relationships/"
)
_ALLOWED_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_MACRO_NAMES = re.compile(r"vbaProject|vbaData|\.bin$|macrosheets|/activeX/", re.IGNORECASE)
_PROGRAM_NAMES = re.compile(r"\.(exe|dll|js|vbs|bat|cmd|scr|ps1|hta|lnk|jar|docm|dotm|ole)$", re.IGNORECASE)
_MACRO_TYPES = (b"macroEnabled", b"vbaProject", b"vbaData", b"activeX")
_FIELDS = re.compile(
    r"\s*(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|DDEAUTO|DDE|IMPORT|LINK|DATABASE|MACROBUTTON|AUTOTEXTLIST|RD)\b"
)
_XML_TYPE = re.compile(
    r"""<(?:Override|Default)\b(?=[^>]*ContentType=["'][^"']*xml["'])[^>]*(?:PartName|Extension)=["']([^"']*)"""
)
_FORBIDDEN_TAGS = {
    "altChunk": _l("вставка чужого файла (altChunk)"), "object": _l("внедрённый объект OLE"),
    "OLEObject": _l("внедрённый объект OLE"), "control": _l("элемент управления ActiveX"),
    "subDoc": _l("вложенный документ по ссылке"), "attachedTemplate": _l("присоединённый шаблон"),
    "mailMerge": _l("источник данных слияния"),
}  # fmt: skip
_FORBIDDEN_RELATIONS = {
    "aFChunk": _l("вставка чужого файла (altChunk)"), "oleObject": _l("внедрённый объект OLE"),
    "package": _l("внедрённый файл"), "control": _l("элемент управления ActiveX"),
    "vbaProject": _l("макросы"), "attachedTemplate": _l("присоединённый шаблон"),
    "subDocument": _l("вложенный документ по ссылке"), "frame": _l("внешняя рамка"),
    "mailMergeSource": _l("источник данных слияния"), "mailMergeHeaderSource": _l("источник данных слияния"),
}  # fmt: skip


def check(data: bytes, name: str = "") -> None:
    """Passes a plain DOCX and nothing else. `name` is the file's name as uploaded.

    Memory is bounded by LARGEST_XML: archives are unpacked in pieces and the unpacking stops at the limits.
    Raises NotValid with the reason.
    """
    if name and not name.lower().endswith(".docx"):
        raise _no(_l("нужен файл .docx (не .doc, .docm, .dotx и не другой)"))
    if len(data) > LARGEST_FILE:
        raise _no(_l("файл больше %(n)s МБ", n=LARGEST_FILE // 2**20))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _no(_l("это файл старого Word (.doc) или зашифрованный паролем документ"))
    archive = _opened(data)
    with archive:
        infos = archive.infolist()
        _directory(data, infos)
        for info in infos:
            _name(info)
        _Contents(archive).check(infos)


def body(data: bytes, name: str = "") -> Any:
    """The root of a Word file's own text, to read its words and nothing else: no other part of it is opened.

    So what would be dangerous in a template (links, objects, macros) does not matter here. Raises NotValid.
    """
    if name and not name.lower().endswith((".docx", ".docm")):
        raise _no(_l("нужен файл .docx (не .doc и не другой)"))
    if len(data) > LARGEST_FILE:
        raise _no(_l("файл больше %(n)s МБ", n=LARGEST_FILE // 2**20))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _no(_l("это файл старого Word (.doc) или зашифрованный паролем документ"))
    with _opened(data) as archive:
        infos = archive.infolist()
        _directory(data, infos)
        text = next((info for info in infos if info.filename == "word/document.xml"), None)
        if text is None:
            raise _no(_l("это не документ Word (.docx)"))
        if text.flag_bits & 0x1:
            raise _no(_l("архив зашифрован"))
        if text.file_size > LARGEST_XML or (
            text.file_size > SMALL and text.file_size > DEEPEST_PACKING * max(text.compress_size, 1)
        ):
            raise _no(_l("сжатие слишком глубокое (похоже на архивную бомбу): %(name)s", name=text.filename))
        return _tree(_Contents(archive)._read(text, keep=True))


def _tree(markup: bytes) -> Any:
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup or b"\0" in markup[:64]:
        raise _no(_l("описание сущностей XML (DTD) в %(name)s", name="word/document.xml"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(markup, parser)
    except etree.XMLSyntaxError as error:
        raise _no(_l("XML не читается: %(name)s", name="word/document.xml")) from error


def _no(reason: Any) -> NotValid:
    return NotValid(_l("Файл не принят: %(reason)s", reason=reason), field="file")


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise _no(_l("это не документ Word (.docx)")) from error


def _directory(data: bytes, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise _no(_l("в архиве больше %(n)s файлов", n=MOST_MEMBERS))
    names = [info.filename.casefold() for info in infos]
    if len(names) != len(set(names)):
        raise _no(_l("в архиве два файла с одним именем"))
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise _no(_l("распакованный документ больше %(n)s МБ", n=LARGEST_UNPACKED // 2**20))
    ends = sorted((info.header_offset, info.header_offset + info.compress_size) for info in infos)
    if any(start < end for (_, end), (start, _) in pairwise(ends)):
        raise _no(_l("части архива накладываются одна на другую"))
    if any(end > len(data) for _, end in ends):
        raise _no(_l("архив оборван"))


def _name(info: zipfile.ZipInfo) -> None:
    name, raw = info.filename, info.orig_filename
    parts = re.split(r"[/\\]", raw)
    if raw.startswith(("/", "\\")) or ".." in parts or "\\" in raw or "\0" in raw or re.match(r"[A-Za-z]:", raw):
        raise _no(_l("имя в архиве ведёт за его пределы: %(name)s", name=raw[:80]))
    if info.flag_bits & 0x1:
        raise _no(_l("архив зашифрован"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _no(_l("неизвестный способ сжатия: %(name)s", name=name[:80]))
    if info.external_attr >> 28 == 0xA:
        raise _no(_l("в архиве символическая ссылка: %(name)s", name=name[:80]))
    if info.file_size > SMALL and info.file_size > DEEPEST_PACKING * max(info.compress_size, 1):
        raise _no(_l("сжатие слишком глубокое (похоже на архивную бомбу): %(name)s", name=name[:80]))
    if _MACRO_NAMES.search(name):
        raise _no(_l("макросы или двоичные вложения: %(name)s", name=name[:80]))
    if _PROGRAM_NAMES.search(name) or "/embeddings/" in name:
        raise _no(_l("внедрённый файл: %(name)s", name=name[:80]))


class _Contents:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.total = 0

    def check(self, infos: list[zipfile.ZipInfo]) -> None:
        names = {info.filename for info in infos}
        if "[Content_Types].xml" not in names:
            raise _no(_l("это не документ Word (.docx)"))
        for info in infos:
            if info.filename.lower().endswith((".xml", ".rels", ".vml")) or info.filename == "[Content_Types].xml":
                self._xml(info)
            else:
                self._read(info, keep=False)

    def _read(self, info: zipfile.ZipInfo, keep: bool) -> bytes:
        """Unpacks piece by piece and stops at the limits, whatever the archive says of its sizes."""
        kept: list[bytes] = []
        size = 0
        limit = LARGEST_XML if keep else LARGEST_UNPACKED
        try:
            with self.archive.open(info) as source:
                while piece := source.read(_CHUNK):
                    size += len(piece)
                    self.total += len(piece)
                    if size > limit or self.total > LARGEST_UNPACKED:
                        raise _no(_l("распакованный документ слишком велик: %(name)s", name=info.filename[:80]))
                    if keep:
                        kept.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise _no(_l("архив повреждён: %(name)s", name=info.filename[:80])) from error
        return b"".join(kept)

    def _xml(self, info: zipfile.ZipInfo) -> None:
        data = self._read(info, keep=True)
        name = info.filename
        if b"\0" in data[:64]:
            raise _no(_l("кодировка не UTF-8: %(name)s", name=name))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise _no(_l("описание сущностей XML (DTD) в %(name)s", name=name))
        if name == "[Content_Types].xml":
            _content_types(data)
        try:
            _parsed(data, _relation if name.endswith(".rels") else _element)
        except etree.XMLSyntaxError as error:
            raise _no(_l("XML не читается: %(name)s", name=name)) from error


def _content_types(data: bytes) -> None:
    if any(kind in data for kind in _MACRO_TYPES):
        raise _no(_l("документ с макросами (.docm)"))
    if _WORD.encode() not in data:
        raise _no(_l("это не документ Word (.docx)"))
    for found in _XML_TYPE.finditer(data.decode("utf-8", "replace")):
        if not found.group(1).lower().endswith(("xml", "rels", "vml")):
            raise _no(_l("XML под чужим именем: %(name)s", name=found.group(1)[:80]))


def _parsed(data: bytes, look: Callable[[Any], None]) -> None:
    """Goes through the elements as they are read and lets go of them: the tree is never in memory whole."""
    source = etree.iterparse(
        io.BytesIO(data), events=("end", "comment", "pi"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, recover=False,
    )  # fmt: skip
    fields = _Fields()
    for _event, node in source:
        if isinstance(node.tag, str):
            look(node)
            fields.see(node)
            node.clear(keep_tail=False)
        while node.getprevious() is not None and node.getparent() is not None:
            del node.getparent()[0]
    info = source.root.getroottree().docinfo
    if info.doctype:
        raise _no(_l("описание сущностей XML (DTD)"))
    if (info.encoding or "UTF-8").upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
        raise _no(_l("кодировка не UTF-8: %(name)s", name=info.encoding))


class _Fields:
    """Instructions of fields come in pieces, one run each: put together before they are looked at."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.opened = False

    def see(self, node: Any) -> None:
        name = etree.QName(node).localname
        if name == "instrText":
            self.pieces.append(node.text or "")
        elif name == "fldChar":
            self._end(begins=_value(node, "fldCharType") == "begin")
        elif name == "fldSimple":
            _instruction(_value(node, "instr"))

    def _end(self, begins: bool) -> None:
        text = "".join(self.pieces)
        if begins and self.opened and not text.strip():
            raise _no(_l("имя поля собрано из других полей"))
        _instruction(text)
        self.pieces.clear()
        self.opened = begins


def _value(node: Any, attribute: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if etree.QName(key).localname == attribute), "")


def _instruction(text: str) -> None:
    if found := _FIELDS.match(text.upper()):
        raise _no(_l("поле %(name)s подтягивает содержимое извне", name=found.group().strip()))


def _element(node: Any) -> None:
    name = etree.QName(node).localname
    if name in _FORBIDDEN_TAGS:
        raise _no(_FORBIDDEN_TAGS[name])


def _relation(node: Any) -> None:
    if node.tag != f"{_RELATIONSHIPS}Relationship":
        return
    kind = _OFFICE.sub("", node.get("Type", "")).rsplit("/", 1)[-1]
    target = node.get("Target", "")
    if kind in _FORBIDDEN_RELATIONS:
        raise _no(_FORBIDDEN_RELATIONS[kind])
    if node.get("TargetMode", "Internal") == "Internal":
        if ".." in target.replace("../", "", 3).split("/") or re.match(r"(?:\w+:|//|\\\\)", target):
            raise _no(_l("внутренняя ссылка ведёт наружу: %(target)s", target=target[:80]))
        return
    if kind != "hyperlink":
        raise _no(_l("внешняя связь (%(kind)s): %(target)s", kind=kind, target=target[:80]))
    if not _ALLOWED_LINK.match(target):
        raise _no(_l("гиперссылка с недопустимым адресом: %(target)s", target=target[:80]))
