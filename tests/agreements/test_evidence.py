"""The evidence pack: whole it verifies; whatever is changed, removed, added or edited is named."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.evidence import archive
from agreements.evidence.check import check
from agreements.evidence.pack import pack
from core import clock
from core.audit.chain import anchor_heads
from core.db import transaction
from core.errors import NotFound
from core.workflow.jobs import drain

_made: dict[str, bytes] = {}


@pytest.fixture
def packed(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The pack of a registered agreement with paper copies and two numbers, taken out of each database once."""
    if dialect not in _made:
        _made[dialect] = taken_out(request.getfixturevalue("app"), request.getfixturevalue("company"))
    path = tmp_path / "pack.zip"
    path.write_bytes(_made[dialect])
    return path


def taken_out(app: APIFlask, company: Company) -> bytes:
    with app.app_context():
        framework = scenes.cooperation_of_2023(company)
        drain()
        with transaction():
            anchor_heads()
        with clock.at(scenes.Stage(company, date(2026, 3, 2)).next()):
            source, _name = pack(framework.id, company.actor("m.coord"))
    with source:
        return source.read()


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The pack with other members, written as the service writes it."""
    with zipfile.ZipFile(path) as opened:
        contents = dict(archive.members(opened))
    change(contents)
    target = path.with_name("changed.zip")
    with target.open("wb") as file:
        archive.write(file, contents.items())
    return target


def faults(path: Path) -> list[str]:
    return [str(fault) for fault in check(path).faults]


def test_a_whole_pack_verifies_and_holds_everything(packed: Path) -> None:
    checked = check(packed)
    assert checked.faults == []
    folders = {row["path"].split("/")[0] for row in checked.manifest["files"]}
    assert folders == {"signed", "documents", "files", "data", "audit"}
    renditions = {row.get("rendition") for row in checked.manifest["files"]}
    assert {"submitted", "registered", "sheet", "remarks"} <= renditions
    rounds = json.loads(zipfile.ZipFile(packed).read("data/rounds.json"))
    assert {slot["decision"]["verdict"] for slot in rounds[0]["slots"] if slot["decision"]} >= {"approved", "signed"}
    assert "session" not in rounds[0]["slots"][0]["decision"]


def test_every_flipped_byte_is_noticed_and_in_a_file_the_file_is_named(packed: Path, tmp_path: Path) -> None:
    whole = packed.read_bytes()
    with zipfile.ZipFile(packed) as opened:
        begins = {
            info.filename: (info.header_offset + 30 + len(info.filename.encode()), info.file_size)
            for info in opened.infolist()
        }
    chosen = random.Random(7)
    places = [chosen.randrange(len(whole)) for _n in range(60)]
    places += [chosen.randrange(len(whole) - 3000, len(whole)) for _n in range(40)]
    places += [begin + chosen.randrange(size) for begin, size in begins.values() if size]
    target = tmp_path / "flipped.zip"
    for place in places:
        target.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chosen.randrange(8))]) + whole[place + 1 :])
        found = check(target).faults
        assert found, f"byte {place} may be changed without a word"
        inside = next((name for name, (begin, size) in begins.items() if begin <= place < begin + size), None)
        if inside is not None:
            assert inside in {fault.place for fault in found}


def test_a_removed_and_an_added_file_are_named(packed: Path) -> None:
    names = [row["path"] for row in check(packed).manifest["files"]]
    for name in names:
        assert faults(changed(packed, lambda members, name=name: members.pop(name) and None)) == [  # type: ignore[misc]
            f"{name}: файл удалён"
        ]
    added = changed(packed, lambda members: members.update({"files/new.pdf": b"%PDF-"}))
    assert faults(added) == ["files/new.pdf: файл добавлен: в описи его нет"]


def relisted(members: dict[str, bytes], path: str, content: bytes) -> None:
    """Change a file and the manifest with it, as somebody would who knows how it works."""
    import hashlib

    members[path] = content
    manifest = json.loads(members["manifest.json"])
    for row in manifest["files"]:
        if row["path"] == path:
            row["sha256"], row["size"] = hashlib.sha256(content).hexdigest(), len(content)
    members["manifest.json"] = json.dumps(manifest).encode()


def test_a_file_changed_together_with_the_manifest_is_betrayed_by_the_journal(packed: Path) -> None:
    for row in check(packed).manifest["files"]:
        if row["what"] in ("document", "file", "data"):
            path = row["path"]
            found = faults(changed(packed, lambda members, path=path: relisted(members, path, b"[ ]")))  # type: ignore[misc]
            assert any(fault.startswith(path) for fault in found), path


def edited(number: int, **values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        path = next(name for name in members if name.startswith("audit/agreement-"))
        rows = json.loads(members[path])
        rows[number - 1].update(values)
        relisted(members, path, json.dumps(rows).encode())

    return change


@pytest.mark.parametrize(
    "values",
    [{"comment": "другое"}, {"actor_name": "Другой"}, {"at": "2020-01-01T00:00:00.000000+00:00"}, {"data": {}}],
)
def test_an_edited_audit_record_is_named(packed: Path, values: dict[str, Any]) -> None:
    [fault] = faults(changed(packed, edited(5, **values)))
    assert "запись 5: содержание записи изменено" in fault


def test_a_removed_audit_record_is_named(packed: Path) -> None:
    def last_gone(members: dict[str, bytes]) -> None:
        path = next(name for name in members if name.startswith("audit/agreement-"))
        rows = json.loads(members[path])
        del rows[3]
        relisted(members, path, json.dumps(rows).encode())

    [fault, *_rest] = faults(changed(packed, last_gone))
    assert "запись 4: пропущена или переставлена запись" in fault


def test_what_is_no_pack_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"not a zip")
    assert faults(tmp_path / "no.zip")[0].startswith("архив: не читается")
    buffer = io.BytesIO()
    archive.write(buffer, [("a.txt", b"a")])
    (tmp_path / "other.zip").write_bytes(buffer.getvalue())
    assert faults(tmp_path / "other.zip") == ["manifest.json: опись удалена или изменена"]


def test_the_command_verifies_without_touching_the_database(app: APIFlask, packed: Path) -> None:
    from sqlalchemy import event

    from core.db import db

    with app.app_context():
        asked: list[str] = []
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))
    whole = app.test_cli_runner().invoke(args=["evidence", "verify", str(packed)])
    assert whole.exit_code == 0, whole.output
    assert "Пакет цел" in whole.output
    broken = app.test_cli_runner().invoke(args=["evidence", "verify", str(changed(packed, edited(2, comment="x")))])
    assert broken.exit_code == 1
    assert "запись 2" in broken.output + broken.stderr
    assert asked == []


def test_strangers_take_no_pack(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = scenes.cooperation_of_2023(company)
        with pytest.raises(NotFound):
            pack(framework.id, company.actor("samara"))
