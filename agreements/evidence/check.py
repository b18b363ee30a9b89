"""Checking a pack: needs the file alone. Every fault is named with the place it was found in."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agreements.evidence import archive
from core.audit.chain import START, canonical

FORMAT = "soglasovano-evidence/1"
MANIFEST = "manifest.json"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Fault:
    """What does not hold, and where: a file of the pack, or a record of a journal."""

    place: str
    what: str

    def __str__(self) -> str:
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


def check(path: Path) -> Checked:
    """Check the pack in `path`. Reads nothing else: no database, no network."""
    checked = Checked()
    try:
        with path.open("rb") as source, zipfile.ZipFile(source) as opened:
            contents = dict(_readable(opened, checked))
            _check_manifest(contents, opened.namelist(), checked)
            if checked.holds:
                _check_journals(contents, checked)
                _check_ties(contents, checked)
            if checked.holds and archive.rewritten(opened) != archive.digest_of(source):
                checked.faults.append(Fault("архив", "изменены служебные байты архива, содержимое файлов цело"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        checked.faults.append(Fault("архив", f"не читается: {error}"))
    return checked


def _readable(opened: zipfile.ZipFile, checked: Checked) -> Iterator[tuple[str, bytes]]:
    for info in opened.infolist():
        try:
            yield info.filename, opened.read(info)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
            checked.faults.append(Fault(info.filename, "файл изменён: не читается или не сходится сумма"))


def _check_manifest(contents: Mapping[str, bytes], names: list[str], checked: Checked) -> None:
    """Every file is there once, whole, and nothing else is."""
    raw = contents.get(MANIFEST)
    manifest = _parsed(raw) if raw is not None else None
    if raw is None or not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        checked.faults.append(Fault(MANIFEST, "опись удалена или изменена"))
        return
    checked.manifest, checked.manifest_sha256 = manifest, hashlib.sha256(raw).hexdigest()
    listed = {str(row["path"]): row for row in manifest["files"]}
    broken = {fault.place for fault in checked.faults}
    for path, row in listed.items():
        if path not in contents:
            if path not in broken:
                checked.faults.append(Fault(path, "файл удалён"))
        elif hashlib.sha256(contents[path]).hexdigest() != row["sha256"] or len(contents[path]) != row["size"]:
            checked.faults.append(Fault(path, "файл изменён"))
    for name in sorted(set(names)):
        if name not in listed and name != MANIFEST:
            checked.faults.append(Fault(name, "файл добавлен: в описи его нет"))
        if names.count(name) > 1:
            checked.faults.append(Fault(name, "файл записан в архив дважды"))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _journals(contents: Mapping[str, bytes]) -> Iterator[tuple[str, Rows]]:
    for path, raw in contents.items():
        if path.startswith("audit/") and path != "audit/anchors.json":
            yield path, _parsed(raw) or []


def _check_journals(contents: Mapping[str, bytes], checked: Checked) -> None:
    """The chains hold, and the heads the service anchored are in them."""
    ends: dict[tuple[str, int], list[str]] = {}
    broken: set[tuple[str, int]] = set()
    for path, rows in _journals(contents):
        hashes: list[str] = []
        for number, row in enumerate(rows, start=1):
            if fault := record_fault(row, hashes):
                checked.faults.append(Fault(f"{path}, запись {number}", fault))
                break
            hashes.append(row["hash"])
        if rows:
            subject = rows[0]["subject_kind"], rows[0]["subject_id"]
            ends[subject] = hashes
            if len(hashes) < len(rows):
                broken.add(subject)
        checked.heads[path] = hashes[-1] if hashes else ""
    for anchor in _parsed(contents["audit/anchors.json"]) or []:
        for kind, subject_id, seq, head in anchor["heads"]:
            hashes = ends.get((kind, subject_id), [])
            if (kind, subject_id) not in broken and (seq > len(hashes) or hashes[seq - 1] != head):
                place = f"audit/{kind}-{subject_id}.json, запись {seq}"
                checked.faults.append(Fault(place, "не совпадает с общей цепочкой"))


def record_fault(row: Mapping[str, Any], hashes: list[str]) -> str:
    """What is wrong with a record that follows `hashes`, or ""."""
    content = {name: value for name, value in row.items() if name != "hash"}
    if row.get("seq") != len(hashes) + 1:
        return "пропущена или переставлена запись"
    if row.get("previous_hash") != (hashes[-1] if hashes else START):
        return "хэш предыдущей записи не совпадает"
    if hashlib.sha256(canonical(content)).hexdigest() != row.get("hash"):
        return "содержание записи изменено"
    return ""


def _check_ties(contents: Mapping[str, bytes], checked: Checked) -> None:
    """Documents are those the journal says were issued; files those it says were packed; signatures bind to them."""
    journals = dict(_journals(contents))
    issued = {
        int(row["subject_id"]): str(row["document_hash"])
        for rows in journals.values()
        for row in rows
        if row["subject_kind"] == "issued_document" and row["step"] == "issue"
    }
    known: set[str] = set()
    for row in checked.manifest["files"]:
        if "document_hash" in row:
            known.add(row["sha256"])
            if issued.get(row["document_id"], row["sha256"]) != row["sha256"]:
                checked.faults.append(Fault(row["path"], "не тот файл, что выдан по журналу"))
    for path, sha256 in _packed(journals.values()).items():
        if hashlib.sha256(contents.get(path, b"")).hexdigest() != sha256:
            checked.faults.append(Fault(path, "не тот файл, что внесён в пакет по журналу"))
    for row in _parsed(contents.get("data/signatures.json", b"[]")) or []:
        if row["document_hash"] not in known:
            checked.faults.append(Fault("data/signatures.json", f"подпись {row['id']} дана на текст, которого нет"))


def _packed(journals: Iterable[Rows]) -> Mapping[str, str]:
    """What the newest packing wrote into the journal."""
    packings = [row for rows in journals for row in rows if row["step"] == "evidence_pack"]
    return packings[-1]["data"]["files"] if packings else {}
