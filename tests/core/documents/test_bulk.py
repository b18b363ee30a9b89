"""Bulk: thousands of documents in order, in one ZIP, with refused rows told and memory flat."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.documents.bulk import MANIFEST, REFUSALS, Outcome, Row, render_many, zip_stream
from core.documents.package import ISAL
from core.documents.render import render
from tests.core.documents import papers

ROOT = Path(__file__).parents[3]
TEMPLATE = papers.a_template("Договор {{ n }} — {{ name }}")


def rows(count: int, bad: frozenset[int] = frozenset()) -> Iterator[Row]:
    for n in range(count):
        data: dict[str, Any] = {"n": n} if n in bad else {"n": n, "name": f"Студент {n}"}
        yield Row(f"Договор {n}.docx", data)


def zipped(outcomes: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_stream(outcomes))))


@pytest.mark.parametrize("processes", [1, 2])
def test_outcomes_come_in_order_with_the_same_bytes_as_alone(processes: int) -> None:
    found = list(render_many(TEMPLATE, rows(120), processes=processes))
    assert [outcome.index for outcome in found] == list(range(120))
    for outcome in (found[0], found[77]):
        alone = render(TEMPLATE, {"n": outcome.index, "name": f"Студент {outcome.index}"}, ISAL)
        assert outcome.data == alone.data
        assert outcome.sha256 == alone.sha256 == hashlib.sha256(outcome.data).hexdigest()


def test_a_refused_row_is_told_and_stops_nobody() -> None:
    found = list(render_many(TEMPLATE, rows(60, bad=frozenset({0, 31}))))
    assert [outcome.index for outcome in found if outcome.reason] == [0, 31]
    assert "name" in found[31].reason
    assert found[31].data == b""
    assert sum(bool(outcome.data) for outcome in found) == 58


def test_a_cut_short_run_goes_on_from_the_next_row() -> None:
    whole = list(render_many(TEMPLATE, rows(70)))
    first = [outcome for outcome, _ in zip(render_many(TEMPLATE, rows(70)), range(33), strict=False)]
    rest = list(render_many(TEMPLATE, rows(70), start=33))
    assert first + rest == whole


def test_rows_are_read_no_further_than_needed() -> None:
    read: list[int] = []

    def endless() -> Iterator[Row]:
        n = 0
        while True:
            read.append(n)
            yield Row("a.docx", {"n": n, "name": "и"})
            n += 1

    stream = render_many(TEMPLATE, endless())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert len(read) < 400


def test_the_manifest_holds_the_sum_of_every_file(tmp_path: Path) -> None:
    archive = zipped(render_many(TEMPLATE, rows(40, bad=frozenset({3}))))
    assert archive.testzip() is None
    assert len(archive.namelist()) == 39 + 2
    archive.extractall(tmp_path)
    subprocess.run(["/usr/bin/sha256sum", "--strict", "-c", MANIFEST], cwd=tmp_path, check=True, capture_output=True)
    refused = archive.read(REFUSALS).decode("utf-8-sig")
    assert refused.startswith("4\tДоговор 3.docx\t")
    assert "name" in refused


def test_the_same_outcomes_give_the_same_zip() -> None:
    made = [b"".join(zip_stream(render_many(TEMPLATE, rows(30)))) for _ in range(2)]
    assert made[0] == made[1]


def test_names_stay_inside_and_do_not_collide() -> None:
    wanted = ["Договор.docx", "договор.docx", "../../etc/passwd", "a\\b:c*.docx", "", ".", MANIFEST, "а\nб.docx"]
    names = zipped(Outcome(n, name, b"x") for n, name in enumerate(wanted)).namelist()
    assert len({name.casefold() for name in names}) == len(wanted) + 1
    assert not any(sign in name for name in names for sign in "/\\:*\n")
    assert not any(name.startswith(".") for name in names)
    assert names[:2] == ["Договор.docx", "договор (2).docx"]


MEASURE = """
import resource
from tests.core.documents import test_bulk as t
from core.documents.bulk import zip_stream, render_many
def run(count):
    for piece in zip_stream(render_many(t.TEMPLATE, t.rows(count), processes=1)): pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run(300); few = run(300)
print((run(4000) - few) // 1024)
"""


def test_memory_does_not_grow_with_the_number_of_documents() -> None:
    command = [sys.executable, "-c", MEASURE]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert int(answer) < 12
