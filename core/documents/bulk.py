"""Documents room: one template and many rows: documents made on several processes, streamed into one ZIP."""

from __future__ import annotations

import multiprocessing
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask_babel import lazy_gettext as _l

from core.documents.package import DEFLATERS, sha256
from core.documents.render import render
from core.documents.template import Template
from core.documents.values import Data
from core.errors import NotValid

BATCH = 25
WAITING = 3  # batches a process may be ahead of the reader: what bounds memory
MANIFEST = "SHA256SUMS.txt"
REFUSALS = "Не сформировано.txt"


@dataclass(frozen=True)
class Row:
    """One document to make: the file name it gets in the ZIP and its data."""

    name: str
    data: Data


@dataclass(frozen=True)
class Outcome:
    """What became of row number `index`: bytes with their SHA-256, or the reason in words."""

    index: int
    name: str
    data: bytes = b""
    sha256: str = ""
    reason: str = ""


Finish = Callable[[bytes, Row], bytes]
"""What is done with a rendered document before it is handed on, where it was rendered."""


def render_many(
    template: Template,
    rows: Iterable[Row],
    *,
    start: int = 0,
    processes: int = 2,
    deflater: str = "isal",
    finish: Finish | None = None,
    begin: Callable[[], None] | None = None,
) -> Iterator[Outcome]:
    """Outcomes in the order of `rows`, a refused row among them with its reason.

    `start` skips that many rows without rendering them: a run that was cut short goes on from the first row whose
    outcome was not stored. Rows are read only as far as the reader of the outcomes has come, so memory does not grow
    with their number. `processes=1` renders here. `begin` is called in every process that is started.
    """
    numbered = islice(enumerate(rows), start, None)
    if processes == 1:
        for index, row in numbered:
            yield _outcome(template, index, row, deflater, finish)
        return
    # fork: the children get the compiled template as it is, without compiling it again
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, context, _start, (template, deflater, finish, begin)) as pool:
        yield from _in_order(pool, numbered, processes * WAITING)


def _in_order(pool: ProcessPoolExecutor, numbered: Iterator[tuple[int, Row]], ahead: int) -> Iterator[Outcome]:
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        while batch := list(islice(numbered, BATCH)):
            waiting.append(pool.submit(_batch, batch))
            if len(waiting) >= ahead:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


_here: dict[str, Any] = {}


def _start(template: Template, deflater: str, finish: Finish | None, begin: Callable[[], None] | None) -> None:
    _here.update(template=template, deflater=deflater, finish=finish)
    if begin is not None:
        begin()


def _batch(batch: list[tuple[int, Row]]) -> list[Outcome]:
    return [_outcome(_here["template"], index, row, _here["deflater"], _here["finish"]) for index, row in batch]


def _outcome(template: Template, index: int, row: Row, deflater: str, finish: Finish | None) -> Outcome:
    try:
        made = render(template, row.data, DEFLATERS[deflater])
        data = made.data if finish is None else finish(made.data, row)
    except NotValid as error:
        return Outcome(index, row.name, reason=str(error))
    return Outcome(index, row.name, data, made.sha256 if finish is None else sha256(data))


class _Pipe:
    """Where zipfile writes; what was written is taken out after every file."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        data = b"".join(self.written)
        self.written.clear()
        return data


def zip_stream(outcomes: Iterable[Outcome]) -> Iterator[bytes]:
    """One ZIP in pieces, made while the outcomes arrive, whether rendered now or read from the store.

    Documents are stored as they are (they are compressed already). The last files are the manifest, in the form that
    `sha256sum -c` reads, and the list of rows that were refused, if any. Equal names get a number.
    """
    pipe, names = _Pipe(), _Names()
    sums: list[str] = []
    refusals: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[call-overload]
        for outcome in outcomes:
            if outcome.reason:
                refusals.append(f"{outcome.index + 1}\t{outcome.name}\t{outcome.reason}\n")
                continue
            name = names.free(outcome.name)
            archive.writestr(_entry(name), outcome.data)
            sums.append(f"{outcome.sha256 or sha256(outcome.data)}  {name}\n")
            yield pipe.taken()
        archive.writestr(_entry(MANIFEST), "".join(sums))
        if refusals:
            archive.writestr(_entry(REFUSALS), "\ufeff" + "".join(refusals))
    yield pipe.taken()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


class _Names:
    def __init__(self) -> None:
        self._taken = {MANIFEST.casefold(), REFUSALS.casefold()}

    def free(self, wanted: str) -> str:
        """A name that stays inside the folder it is unpacked to and that no other file has."""
        safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in wanted).strip(" .")
        stem, dot, ending = (safe or str(_l("документ"))).rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (ending, "")
        name, number = f"{stem}{ending}", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem} ({number}){ending}"
        self._taken.add(name.casefold())
        return name
