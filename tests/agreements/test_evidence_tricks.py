"""Packs put together by somebody else: tricks of the ZIP format and members of another shape, each named."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from agreements.evidence import archive
from agreements.evidence.against import strange_heads
from agreements.evidence.check import Checked
from agreements.evidence.manifest import as_json, made_of
from core import audit
from core.accounts.actor import SYSTEM
from core.audit.chain import canonical
from core.db import transaction
from core.store import digest
from tests.agreements.test_evidence import changed, faults, packed
from tests.databases import Database

__all__ = ["packed"]


def written(path: Path, members: list[tuple[str, bytes, int]]) -> Path:
    """A ZIP of (name, content, way of packing), whatever the service would have written."""
    target = path.with_name("written.zip")
    with zipfile.ZipFile(target, "w") as opened:
        for name, content, packing in members:
            opened.writestr(zipfile.ZipInfo(name, archive.EPOCH), content, packing)
    return target


def of_pack(path: Path) -> list[tuple[str, bytes, int]]:
    with zipfile.ZipFile(path) as opened:
        return [(name, content, zipfile.ZIP_STORED) for name, content in archive.members(opened)]


def test_files_in_another_order_are_noticed(packed: Path) -> None:
    members = of_pack(packed)
    assert faults(written(packed, [members[0], *reversed(members[1:])])) == [
        "архив: файлы стоят не в том порядке, что в описи"
    ]


def test_a_bomb_is_named_and_never_unpacked(packed: Path) -> None:
    """A few kilobytes may unpack into gigabytes: here into more than the test could hold many times over."""
    members = of_pack(packed)
    bomb = written(packed, [*members, ("files/bomb.bin", b"\0" * 20_000_000, zipfile.ZIP_DEFLATED)])
    assert faults(bomb) == [
        "files/bomb.bin: файл изменён: сжат так, как не сжимается ни текст, ни скан",
        "files/bomb.bin: файл добавлен: в описи его нет",
    ]


def test_files_that_overlap_are_told_so(packed: Path) -> None:
    """Many entries of the directory lead to one piece: read one by one they would be many times the file."""
    name, content, _packing = max(of_pack(packed), key=lambda member: len(member[1]))
    target = written(packed, [(name, content, zipfile.ZIP_STORED)])
    raw = target.read_bytes()
    begins, ends = raw.rindex(b"PK\x01\x02"), raw.rindex(b"PK\x05\x06")
    count = 5
    directory = raw[begins:ends] * count
    end = raw[ends : ends + 8] + struct.pack("<HHLL", count, count, len(directory), begins) + b"\0\0"
    target.write_bytes(raw[:begins] + directory + end)
    [fault] = faults(target)
    assert "накладываются" in fault


@pytest.mark.parametrize("name", ["/etc/passwd", "../../outside.txt", "C:\\x.txt", "a\nПакет цел.txt", "\x1b[2Jx.txt"])
def test_a_name_that_leads_outside_is_named_and_prints_harmlessly(packed: Path, name: str) -> None:
    [fault] = faults(written(packed, [*of_pack(packed), (name, b"x", zipfile.ZIP_STORED)]))
    assert "файл добавлен" in fault
    assert fault.isprintable()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("audit/anchors.json", {"id": 1}),
        ("audit/anchors.json", [{"heads": [1]}]),
        ("data/signatures.json", [{"id": 1}]),
        ("data/signatures.json", [[1]]),
    ],
)
def test_what_was_written_by_hand_in_another_shape_is_told_and_breaks_nothing(
    packed: Path, path: str, content: Any
) -> None:
    """Somebody who knows how packs are made: the file, its row in the journal, the chain and the manifest all agree."""

    def change(members: dict[str, bytes]) -> None:
        members[path] = json.dumps(content).encode()
        own = next(name for name in members if name.startswith("audit/agreement-"))
        rows = json.loads(members[own])
        for row in rows[-1]["data"]["files"]:
            row["sha256"], row["size"] = digest(members[row["path"]]), len(members[row["path"]])
        last = {name: value for name, value in rows[-1].items() if name != "hash"}
        rows[-1] = {**last, "hash": digest(canonical(last))}
        members[own] = as_json(rows)
        members["manifest.json"] = as_json(made_of(rows[-1], members[own]))

    [fault] = faults(changed(packed, change))
    assert "не того вида" in fault


def test_a_journal_rewritten_whole_is_found_by_the_service_that_kept_it(app: APIFlask) -> None:
    """Whoever writes every record anew makes a pack that agrees with itself; its last records stand nowhere else."""
    with app.app_context():
        with transaction():
            record = audit.append(SYSTEM.who(), audit.Act("agreement", 7, "create"))
        own, strange = "audit/agreement-7.json", "audit/../x.json"
        assert list(strange_heads(Checked(heads={own: record.hash}))) == []
        found = strange_heads(
            Checked(heads={own: "0" * 64, "audit/agreement-8.json": record.hash, strange: record.hash})
        )
        assert [fault.place for fault in found] == [own, "audit/agreement-8.json", strange]


def test_the_command_holds_a_pack_against_the_journal_when_asked(
    app: APIFlask, database: Database, packed: Path
) -> None:
    """Over emptied tables, which know nothing of the pack."""
    database.clean()
    run = app.test_cli_runner().invoke
    assert run(args=["evidence", "verify", str(packed)]).exit_code == 0
    told = run(args=["evidence", "verify", "--here", str(packed)])
    assert told.exit_code == 1
    assert "нет в журнале службы" in told.output
