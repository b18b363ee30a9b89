"""Checking a pack: needs the file alone. Every fault is named with the place it was found in."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agreements.evidence import archive, manifest
from agreements.evidence.journals import Journal, check_anchors, check_chain, last_packing

ANCHORS = "audit/anchors.json"
CLOSEST = 50
"""How many times smaller an archiver may make a text of the service; a member packed closer is a bomb."""
UNSHAPED = (AttributeError, IndexError, KeyError, RecursionError, TypeError)
"""What a member raises whose JSON is not of the shape the service writes: somebody wrote it by hand."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)


@dataclass(frozen=True)
class Fault:
    """What does not hold, and where: a file of the pack, or a record of a journal."""

    place: str
    what: str

    def __str__(self) -> str:
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in self._text)

    @property
    def _text(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass
class Checked:
    """What a check found. `heads` are the last hashes of the journals: to be compared with the service's own."""

    faults: list[Fault] = field(default_factory=list)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    manifest_sha256: str = ""
    heads: dict[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.faults

    @property
    def places(self) -> set[str]:
        return {fault.place for fault in self.faults}

    def fault(self, place: str, what: str) -> None:
        self.faults.append(Fault(place, what))


def check(path: Path) -> Checked:
    """Check the pack in `path`. Reads nothing else: no database, no network."""
    checked = Checked()
    try:
        with path.open("rb") as source, zipfile.ZipFile(source) as opened:
            if manifest.NAME not in opened.namelist() and _begins_a_pack(path):
                # What was found is the directory of a Word file inside, near the place where the pack ends too soon.
                raise zipfile.BadZipFile
            if _overlaps(opened, path):
                checked.fault("архив", "файлы внутри накладываются один на другой: так сервис не пишет")
                return checked
            contents = dict(_readable(opened, checked))
            _check_contents(contents, opened.namelist(), checked)
            if checked.holds and archive.rewritten(opened) != archive.digest_of(source):
                checked.fault("архив", "упакован заново или изменены его служебные байты; содержимое файлов цело")
    except UNSHAPED:
        checked.fault("архив", "содержание файлов не того вида, что пишет сервис: они составлены не им")
    except UNREADABLE:
        checked.fault("архив", _why_unreadable(path))
    return checked


def _overlaps(opened: zipfile.ZipFile, path: Path) -> bool:
    """Members together are larger than the file they lie in: one piece is told several times over."""
    return sum(info.compress_size for info in opened.infolist()) > path.stat().st_size


def _begins_a_pack(path: Path) -> bool:
    """Whether the file begins as the service begins a pack: with the manifest."""
    with path.open("rb") as source:
        return source.read(30 + len(manifest.NAME)).endswith(manifest.NAME.encode())


def _why_unreadable(path: Path) -> str:
    """In words, by what the file begins with."""
    if not path.stat().st_size:
        return "не читается: файл пуст"
    if _begins_a_pack(path):
        return "не читается: файл обрезан или повреждено оглавление в его конце"
    return "не читается: это не пакет доказательств в архиве ZIP или изменено его начало"


def _readable(opened: zipfile.ZipFile, checked: Checked) -> Iterator[tuple[str, bytes]]:
    for info in opened.infolist():
        if info.file_size > CLOSEST * max(info.compress_size, 1):
            # Not opened at all: a few bytes may unpack into gigabytes.
            checked.fault(info.filename, "файл изменён: сжат так, как не сжимается ни текст, ни скан")
            continue
        try:
            yield info.filename, opened.read(info)
        except UNREADABLE:
            checked.fault(info.filename, "файл изменён: не читается или не сходится сумма")


def _check_contents(contents: Mapping[str, bytes], names: list[str], checked: Checked) -> None:
    """The journals hold; the manifest is the one they tell of; the files are those of the manifest."""
    journals = {path: Journal(path, _parsed(raw)) for path, raw in contents.items() if path.startswith("audit/")}
    journals.pop(ANCHORS, None)
    broken = [found for journal in journals.values() for found in check_chain(journal)]
    checked.heads = {path: journal.head for path, journal in journals.items()}
    if _read_manifest(contents, journals, checked):
        _check_files(contents, names, checked)
    for place, what in broken:
        checked.fault(place, what)
    if checked.holds:
        for place, what in check_anchors(_parsed(contents[ANCHORS]), journals):
            checked.fault(place, what)
        _check_documents(journals, checked)
        _check_signatures(contents, checked)


def _read_manifest(contents: Mapping[str, bytes], journals: Mapping[str, Journal], checked: Checked) -> bool:
    """The manifest as the journal tells it, held against the file; the file's own where no journal tells of one."""
    raw = contents.get(manifest.NAME)
    told = _told(contents, journals)
    if raw is None and manifest.NAME not in checked.places:
        checked.fault(manifest.NAME, "опись удалена")
    elif raw is not None and told is not None and raw != manifest.as_json(told):
        checked.fault(manifest.NAME, "опись изменена: она не та, что внесена в журнал")
    own: Any = _parsed(raw) if raw is not None else None
    if told is not None and not manifest.is_manifest(told):
        checked.fault(manifest.NAME, "опись, внесённая в журнал, – не опись пакета")
        told = None
    if told is None and raw is not None and not manifest.is_manifest(own):
        checked.fault(manifest.NAME, "опись изменена: это не опись пакета")
    checked.manifest = told or (own if manifest.is_manifest(own) else {})
    checked.manifest_sha256 = hashlib.sha256(raw or b"").hexdigest()
    if told is None and checked.manifest:
        _no_packing(manifest.own_journal(checked.manifest["agreement"]["id"]), contents, journals, checked)
    return bool(checked.manifest)


def _told(contents: Mapping[str, bytes], journals: Mapping[str, Journal]) -> dict[str, Any] | None:
    for path, journal in journals.items():
        record = last_packing(journal)
        if record is not None and path == manifest.own_journal(record["data"]["agreement"].get("id")):
            return manifest.made_of(record, contents[path])
    return None


def _no_packing(path: str, contents: Mapping[str, bytes], journals: Mapping[str, Journal], checked: Checked) -> None:
    if path in contents and journals[path].whole:
        checked.fault(path, "журнал обрезан: в конце нет записи о составлении пакета")


def _check_files(contents: Mapping[str, bytes], names: list[str], checked: Checked) -> None:
    """Every file is there once, whole, and nothing else is."""
    listed = {row["path"]: row for row in checked.manifest["files"]}
    strange = {name for name in names if name not in listed and name != manifest.NAME}
    renamed = _renamed(listed, contents, strange)
    broken = checked.places
    for path, row in listed.items():
        if path in renamed:
            checked.fault(path, f"файл переименован: в архиве он назван «{renamed[path]}»")
        elif path not in contents:
            if path not in broken:
                checked.fault(path, "файл удалён")
        elif not _same(row, contents[path]):
            checked.fault(path, "файл изменён")
    for name in sorted(set(names)):
        if name in strange - set(renamed.values()):
            checked.fault(name, "файл добавлен: в описи его нет")
        if names.count(name) > 1:
            checked.fault(name, "файл записан в архив дважды")
    if checked.holds and names != [manifest.NAME, *listed]:
        checked.fault("архив", "файлы стоят не в том порядке, что в описи")


def _same(row: Mapping[str, Any], content: bytes) -> bool:
    return (hashlib.sha256(content).hexdigest(), len(content)) == (row["sha256"], row["size"])


def _renamed(
    listed: Mapping[str, Mapping[str, Any]], contents: Mapping[str, bytes], strange: set[str]
) -> dict[str, str]:
    """Files that are there whole under another name: the listed name → the present one."""
    found: dict[str, str] = {}
    for path, row in listed.items():
        for name in sorted(strange - set(found.values())):
            if path not in contents and name in contents and _same(row, contents[name]):
                found[path] = name
                break
    return found


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _check_documents(journals: Mapping[str, Journal], checked: Checked) -> None:
    """Documents are those their journals say were issued."""
    for row in checked.manifest["files"]:
        if "document_hash" not in row:
            continue
        journal = journals.get(f"audit/issued_document-{row['document_id']}.json")
        issued = [each["document_hash"] for each in journal.rows if each["step"] == "issue"] if journal else []
        if row["sha256"] not in issued:
            checked.fault(row["path"], "не тот файл, что выдан по журналу")


def _check_signatures(contents: Mapping[str, bytes], checked: Checked) -> None:
    """Every signature is given on a text that the pack has."""
    known = {row["sha256"] for row in checked.manifest["files"] if "document_hash" in row}
    for row in _parsed(contents.get("data/signatures.json", b"[]")) or []:
        if row["document_hash"] not in known:
            checked.fault("data/signatures.json", f"подпись {row['id']} дана на текст, которого нет")
