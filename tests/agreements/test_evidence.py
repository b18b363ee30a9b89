"""The evidence pack: whole it verifies; whatever is changed, removed, added or edited is named."""

from __future__ import annotations

import html
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.evidence import archive
from agreements.evidence.check import check
from agreements.evidence.manifest import FORMAT
from agreements.evidence.pack import pack
from agreements.models import Agreement
from agreements.states import agreement_machine
from core import clock
from core.audit.chain import anchor_heads
from core.db import db, transaction
from core.errors import NotFound
from core.signoffs.models import Protocol
from core.signoffs.service import protocol
from core.store import digest
from core.workflow import Ask
from core.workflow.jobs import drain
from tests.agreements.test_life import answer_remarks, edit_one_clause

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
    assert folders == {"index.html", "signed", "documents", "files", "data", "audit"}
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
        path = row["path"]
        if not path.startswith("audit/agreement-"):
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
    assert faults(tmp_path / "other.zip") == ["manifest.json: опись удалена"]
    (tmp_path / "empty.zip").write_bytes(b"")
    assert faults(tmp_path / "empty.zip") == ["архив: не читается: файл пуст"]


@pytest.mark.parametrize("left", [0.999, 0.5, 0.01])
def test_a_pack_cut_short_is_told_so(packed: Path, left: float) -> None:
    whole = packed.read_bytes()
    packed.write_bytes(whole[: int(len(whole) * left)])
    [fault] = faults(packed)
    assert "обрезан" in fault


def test_a_renamed_file_is_named_by_both_names(packed: Path) -> None:
    [name] = [row["path"] for row in check(packed).manifest["files"] if row["path"].startswith("signed/")]
    moved = changed(packed, lambda members: members.update({"signed/другое.docx": members.pop(name)}))
    assert faults(moved) == [f"{name}: файл переименован: в архиве он назван «signed/другое.docx»"]


def test_a_pack_zipped_anew_is_told_apart_from_a_changed_one(packed: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        contents = dict(archive.members(opened))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as again:
        for name, content in contents.items():
            again.writestr(name, content)
    assert faults(packed) == [
        "архив: упакован заново или изменены его служебные байты; содержимое файлов цело"
    ]  # fmt: skip


def own_journal(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("audit/agreement-"))


def dropped(members: dict[str, bytes], path: str) -> None:
    """Remove a file and its row of the manifest."""
    del members[path]
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = [row for row in manifest["files"] if row["path"] != path]
    members["manifest.json"] = json.dumps(manifest).encode()


def test_a_file_removed_together_with_its_row_is_betrayed_by_the_journal(packed: Path) -> None:
    for row in check(packed).manifest["files"]:
        path = row["path"]
        found = faults(changed(packed, lambda members, path=path: dropped(members, path)))  # type: ignore[misc]
        assert any(fault.startswith(path) for fault in found), path


def test_a_file_added_together_with_a_row_is_betrayed_by_the_journal(packed: Path) -> None:
    def added(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["files"].append({"path": "files/new.pdf", "what": "file"})
        members["manifest.json"] = json.dumps(manifest).encode()
        relisted(members, "files/new.pdf", b"%PDF-")

    assert faults(changed(packed, added)) == [
        "manifest.json: опись изменена: она не та, что внесена в журнал",
        "files/new.pdf: файл добавлен: в описи его нет",
    ]


def test_what_the_manifest_says_of_the_agreement_is_held_against_the_journal(packed: Path) -> None:
    def retitled(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["agreement"]["number"] = "С/1"
        members["manifest.json"] = json.dumps(manifest).encode()

    assert faults(changed(packed, retitled)) == ["manifest.json: опись изменена: она не та, что внесена в журнал"]


@pytest.mark.parametrize("change", ["swapped", "cut", "other", "emptied", "nonsense"])
def test_a_journal_reordered_cut_or_replaced_is_named(packed: Path, change: str) -> None:
    def journal(members: dict[str, bytes]) -> None:
        path = own_journal(members)
        rows = json.loads(members[path])
        if change == "swapped":
            rows[3], rows[4] = rows[4], rows[3]
        elif change == "cut":
            rows = rows[:-1]
        elif change == "other":
            rows = json.loads(members[next(name for name in members if name.startswith("audit/issued_document-"))])
        else:
            rows = {"emptied": [], "nonsense": {"rows": 1}}[change]
        relisted(members, path, json.dumps(rows).encode())

    [fault, *_rest] = faults(changed(packed, journal))
    assert fault.startswith("audit/agreement-")
    expected = {
        "swapped": "запись 4: пропущена или переставлена запись",
        "cut": "обрезан: в конце нет записи о составлении пакета",
        "other": "запись другого журнала",
        "emptied": "это не журнал: записей нет",
        "nonsense": "это не журнал: записей нет",
    }
    assert expected[change] in fault


def test_a_document_of_another_pack_is_named(packed: Path, app: APIFlask, company: Company) -> None:
    with app.app_context():
        other = scenes.cooperation_of_2023(company)
        source, _name = pack(other.id, company.actor("m.coord"))
    with source, zipfile.ZipFile(source) as opened:
        foreign = next(content for name, content in archive.members(opened) if name.startswith("signed/"))
    [name] = [row["path"] for row in check(packed).manifest["files"] if row["path"].startswith("signed/")]
    assert faults(changed(packed, lambda members: members.update({name: foreign}))) == [f"{name}: файл изменён"]
    relisting = faults(changed(packed, lambda members: relisted(members, name, foreign)))
    assert relisting == ["manifest.json: опись изменена: она не та, что внесена в журнал", f"{name}: файл изменён"]


flips = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(member=st.integers(0, 10**6), flip=flips, relist=st.booleans(), cut=st.booleans())
def test_no_member_can_be_changed_without_a_word_in_russian(
    packed: Path, member: int, flip: tuple[float, int], relist: bool, cut: bool
) -> None:
    """A bit of any member, or its end; with the manifest made to fit or not."""
    with zipfile.ZipFile(packed) as opened:
        contents = dict(archive.members(opened))
    names = sorted(contents)
    name = names[member % len(names)]
    content = bytearray(contents[name])
    place = int(flip[0] * len(content))
    if cut:
        del content[place:]
    else:
        content[place] ^= 1 << flip[1]

    def change(members: dict[str, bytes]) -> None:
        if relist and name != "manifest.json":
            relisted(members, name, bytes(content))
        else:
            members[name] = bytes(content)

    found = faults(changed(packed, change))
    assert found
    assert any(fault.startswith(name) for fault in found), (name, found)
    assert not any(re.search(r"Error|Traceback|[a-z]{4,} [a-z]{3,}", fault.partition(": ")[2]) for fault in found)


def a_rich_agreement(company: Company) -> Agreement:
    """Refused with a remark, then disputed in a protocol, reworded, signed electronically by both, registered twice."""
    stage = scenes.Stage(company, date(2026, 3, 2))
    with clock.at(stage.next()):
        agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
    stage.step(agreement, "submit", "m.coord")
    stage.decide(agreement, "m.profile")
    stage.decide(agreement, "m.legal", "rejected", comment="Пункт 9.4 противоречит пункту 9.5")
    answer_remarks(company, agreement, stage)
    with clock.at(stage.next()):
        edit_one_clause(company, agreement)
    stage.step(agreement, "resubmit", "m.coord", Ask(data={"mode": "all"}))
    stage.decide_all(agreement, only=tuple(login for login in company.people if login.startswith("m.")))
    disputed(company, agreement, stage)
    stage.step(agreement, "protocol_rework", "m.coord")
    stage.step(agreement, "resubmit", "m.coord", Ask(data={"mode": "all"}))
    stage.decide_all(agreement)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
    stage.decide_all(agreement)
    stage.step(agreement, "register", "m.control")
    stage.step(agreement, "register_next", "c.control")
    drain()
    return agreement


def disputed(company: Company, agreement: Agreement, stage: scenes.Stage) -> None:
    """A protocol over one clause, agreed by both."""
    with clock.at(stage.next()), transaction():
        agreement_machine.take(agreement, "cp_protocol", company.actor("c.legal"), Ask(comment="спор о пункте"))
    with clock.at(stage.next()):
        [found] = db.session.scalars(select(Protocol).where(Protocol.subject_id == agreement.id)).all()
        assert agreement.current is not None
        clause = next(each for each in agreement.current.clauses if each["level"] == 2)
        place = protocol.Clause(clause["id"], clause["number"], clause["text"])
        row = protocol.add_row(found.id, place, "Редакция Корпорации", company.actor("c.legal"))
        protocol.propose(row.id, "Согласованная редакция пункта", "компромисс", company.actor("c.coord"))
        seen = protocol.wording_hash("Согласованная редакция пункта")
        protocol.consent(row.id, seen, company.actor("m.coord"))
        protocol.close_protocol(found.id, company.actor("m.coord"))


def test_the_pack_of_a_rich_agreement_is_complete_and_tells_it_in_words(
    app: APIFlask, company: Company, tmp_path: Path
) -> None:
    with app.app_context():
        agreement = a_rich_agreement(company)
        source, _name = pack(agreement.id, company.actor("m.coord"))
    path = tmp_path / "rich.zip"
    with source:
        path.write_bytes(source.read())
    checked = check(path)
    assert checked.faults == []
    rows = checked.manifest["files"]
    has = [(row["path"].partition("/")[0], row.get("rendition"), row.get("revision")) for row in rows]
    assert ("signed", "submitted", 3) in has
    assert [("revisions", "submitted", n) in has for n in (1, 2)] == [True, True]
    assert {"registered", "sheet", "remarks", "protocol"} <= {rendition for _folder, rendition, _n in has}
    with zipfile.ZipFile(path) as opened:
        data = {name: opened.read(name) for name in opened.namelist()}
    electronic = json.loads(data["data/signatures_electronic.json"])
    detached = {digest(content) for name, content in data.items() if name.endswith(".sig")}
    assert len([name for name in data if name.endswith(".sig")]) == len(electronic) == 2
    assert {each["file_sha256"] for each in electronic} == detached
    signed = next(row for row in rows if row["path"].startswith("signed/"))
    given = json.loads(data["data/signatures.json"])
    assert {each["document_hash"] for each in [*electronic, *given]} == {signed["sha256"]}
    assert [each["text"] for each in json.loads(data["data/remarks.json"])] == ["Пункт 9.4 противоречит пункту 9.5"]
    [dispute] = json.loads(data["data/protocols.json"])
    assert dispute["rows"][0]["agreed"] == "Согласованная редакция пункта"
    assert len(json.loads(data["data/rounds.json"])) == 3
    assert len(json.loads(data["data/registration.json"])) == 2
    page = html.unescape(data["index.html"].decode())
    for words in (
        agreement.title, agreement.number, "сертификат образец", "Кравцов Сергей Сергеевич",
        "протокол разногласий", "лист согласования", "таблица замечаний", "Пункт 9.4 противоречит",
    ):  # fmt: skip
        assert words.lower() in page.lower(), words
    linked = {unquote(link) for link in re.findall(r'href="([^"]+)"', page)}
    assert linked == set(data) - {"manifest.json", "index.html"}
    assert "http" not in page.replace("http-equiv", "")


def test_damaged_shapes_never_break_the_check(packed: Path) -> None:
    """Whatever stands in the manifest and the journals, the answer is a fault in words."""
    shapes: list[Any] = [None, 1, "x", [], {}, [1], [{}], {"format": FORMAT}, {"format": FORMAT, "files": {}}]
    shapes += [{"format": FORMAT, "agreement": {"id": 1, "title": "x"}, "files": [{"path": 1}]}]
    names = ["manifest.json", "audit/anchors.json", "data/signatures.json", "data/rounds.json"]
    for shape in shapes:
        for name in names:
            content = json.dumps(shape).encode()
            plain = changed(packed, lambda members, n=name, c=content: members.update({n: c}))  # type: ignore[misc]
            assert faults(plain), (name, shape)
            if name != "manifest.json":
                fitted = changed(packed, lambda members, n=name, c=content: relisted(members, n, c))  # type: ignore[misc]
                assert any(fault.startswith(name) for fault in faults(fitted)), (name, shape)


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
