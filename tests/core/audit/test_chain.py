"""The journal proves itself: what was altered is named, and even a rewritten chain is betrayed by the anchors."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy.orm import scoped_session

from core import audit
from core.audit import AuditAnchor, AuditHead, AuditRecord, anchor_heads, chain, verify
from core.db import db, transaction

Session = scoped_session[Any]
WHO = audit.Who(7, "Иванова Мария Петровна", 1, "Минпросвещения России", "127.0.0.1", "42")


def write(kind: str = "agreement", subject: int = 1, step: str = "submit", **act: Any) -> AuditRecord:
    with transaction():
        return audit.append(WHO, audit.Act(kind, subject, step, **act))


def a_journal() -> None:
    """Two chains of three records, anchored."""
    for step in ("submit", "approve", "sign"):
        write("agreement", 1, step, data={"номер": 1, "версия": None, "список": [1, "два"]})
        write("roadmap", 1, step, comment="«Согласовано» <&>")
    with transaction():
        anchor_heads()


def alter(statement: str, **values: Any) -> None:
    """What somebody with the database's password does, past the application."""
    with db.engine.begin() as connection:
        connection.execute(db.text(statement), values)
    db.session.rollback()
    db.session.expire_all()


def test_an_untouched_journal_holds(db_session: Session) -> None:
    a_journal()
    assert verify() is None


def test_each_record_carries_the_hash_of_the_one_before(db_session: Session) -> None:
    a_journal()
    records = db_session.scalars(
        db.select(AuditRecord).where(AuditRecord.subject_kind == "roadmap").order_by(AuditRecord.seq)
    ).all()
    assert [record.seq for record in records] == [1, 2, 3]
    assert records[0].previous_hash == chain.START
    assert [record.previous_hash for record in records[1:]] == [record.hash for record in records[:-1]]


def test_a_chain_of_one_subject_is_proved_from_its_extract_alone(db_session: Session) -> None:
    a_journal()
    records = db_session.scalars(
        db.select(AuditRecord).where(AuditRecord.subject_kind == "agreement").order_by(AuditRecord.seq)
    ).all()
    extract = [(chain.content_of(record), record.hash) for record in records]
    for content, expected in extract:
        assert hashlib.sha256(chain.canonical(content)).hexdigest() == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("comment", "другое"),
        ("actor_name", "Петров Пётр"),
        ("actor_id", 8),
        ("step", "reject"),
        ("to_state", "signed"),
        ("document_hash", "0" * 64),
        ("address", "10.0.0.1"),
    ],
)
def test_an_altered_record_is_named(db_session: Session, column: str, value: Any) -> None:
    a_journal()
    alter(f"UPDATE audit_record SET {column} = :value WHERE subject_kind = 'roadmap' AND seq = 2", value=value)
    broken = verify()
    assert broken is not None
    assert (broken.subject_kind, broken.subject_id, broken.seq) == ("roadmap", 1, 2)


def test_an_altered_time_is_named(db_session: Session) -> None:
    a_journal()
    alter("UPDATE audit_record SET at = '2020-01-01 00:00:00+00:00' WHERE subject_kind = 'agreement' AND seq = 3")
    broken = verify()
    assert broken is not None
    assert (broken.subject_kind, broken.seq) == ("agreement", 3)


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_deleted_record_is_named(db_session: Session, seq: int) -> None:
    a_journal()
    alter("DELETE FROM audit_record WHERE subject_kind = 'agreement' AND seq = :seq", seq=seq)
    broken = verify()
    assert broken is not None
    assert (broken.subject_kind, broken.subject_id) == ("agreement", 1)
    assert broken.seq in (seq, seq + 1)


def test_a_whole_chain_deleted_is_betrayed_by_its_anchor(db_session: Session) -> None:
    a_journal()
    alter("DELETE FROM audit_record WHERE subject_kind = 'agreement'")
    alter("DELETE FROM audit_head WHERE subject_kind = 'agreement'")
    broken = verify()
    assert broken is not None
    assert broken.subject_kind == "agreement"


def test_a_chain_rewritten_with_right_hashes_is_betrayed_by_its_anchor(db_session: Session) -> None:
    a_journal()
    previous = chain.START
    records = db_session.scalars(
        db.select(AuditRecord).where(AuditRecord.subject_kind == "agreement").order_by(AuditRecord.seq)
    ).all()
    for number, content in [(record.id, chain.content_of(record)) for record in records]:
        content |= {"comment": "как будто так и было", "previous_hash": previous}
        rewritten = hashlib.sha256(chain.canonical(content)).hexdigest()
        alter(
            "UPDATE audit_record SET comment = :comment, previous_hash = :before, hash = :hash WHERE id = :id",
            **{"id": number, "comment": content["comment"], "before": previous, "hash": rewritten},
        )
        previous = rewritten
    alter("UPDATE audit_head SET hash = :hash WHERE subject_kind = 'agreement'", hash=previous)
    broken = verify()
    assert broken is not None
    assert broken.subject_kind == "agreement"
    assert "общей цепочкой" in broken.what


def test_an_altered_anchor_is_named(db_session: Session) -> None:
    a_journal()
    write()
    with transaction():
        assert anchor_heads() == 1
    alter("UPDATE audit_anchor SET hash = :hash WHERE id = (SELECT min(id) FROM audit_anchor)", hash="0" * 64)
    broken = verify()
    assert broken is not None
    assert broken.subject_kind == "anchor"


def test_anchoring_takes_only_what_moved(db_session: Session) -> None:
    a_journal()
    with transaction():
        assert anchor_heads() == 0
    write("roadmap", 1, "recall")
    with transaction():
        assert anchor_heads() == 1
    anchors = db_session.scalars(db.select(AuditAnchor).order_by(AuditAnchor.id)).all()
    assert len(anchors) == 2
    assert anchors[1].previous_hash == anchors[0].hash
    assert [head[:3] for head in anchors[1].heads] == [["roadmap", 1, 4]]
    assert verify() is None


def test_a_record_outside_a_transaction_is_refused(db_session: Session) -> None:
    with pytest.raises(RuntimeError):
        audit.append(WHO, audit.Act("agreement", 1, "submit"))


def test_a_record_of_an_undone_transaction_never_was(db_session: Session) -> None:
    write()
    with pytest.raises(ZeroDivisionError), transaction():
        audit.append(WHO, audit.Act("agreement", 1, "approve"))
        _undo = 1 / 0
    write(step="recall")
    steps = db_session.scalars(db.select(AuditRecord.step).order_by(AuditRecord.seq)).all()
    assert steps == ["submit", "recall"]
    assert verify() is None


def test_the_application_itself_cannot_change_or_delete_a_record(db_session: Session) -> None:
    record = write()
    with pytest.raises(RuntimeError, match="append-only"), transaction():
        record.comment = "иначе"
        db_session.flush()
    with pytest.raises(RuntimeError, match="append-only"), transaction():
        db_session.delete(db_session.get_one(AuditRecord, record.id))
        db_session.flush()


def test_writers_of_one_chain_take_turns(app: APIFlask) -> None:
    writers, each = 4, 10

    def work(_number: int) -> None:
        with app.app_context():
            for _number in range(each):
                write("agreement", 1)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(work, range(writers)))
    with app.app_context():
        seqs = db.session.scalars(db.select(AuditRecord.seq).order_by(AuditRecord.seq)).all()
        assert seqs == list(range(1, writers * each + 1))
        assert db.session.get_one(AuditHead, ("agreement", 1)).seq == writers * each
        assert verify() is None


def test_the_command_proves_the_journal_or_names_the_first_broken_record(app: APIFlask) -> None:
    with app.app_context():
        a_journal()
    runner = app.test_cli_runner()
    sound = runner.invoke(args=["audit", "verify"])
    assert sound.exit_code == 0
    assert "записей 6, цепочек 2" in sound.output
    with app.app_context():
        alter("UPDATE audit_record SET comment = 'иначе' WHERE subject_kind = 'roadmap' AND seq = 2")
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "roadmap 1, запись 2" in broken.output


def test_the_command_anchors(app: APIFlask) -> None:
    with app.app_context():
        write()
    assert "Закреплено цепочек: 1" in app.test_cli_runner().invoke(args=["audit", "anchor"]).output
