"""Benchmarks: documents per second beside plain docxtpl and beside the physical floor, in one interleaved run."""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import resource
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from docxtpl import DocxTemplate

from bench.agreement import data, template
from core.documents.bulk import Row, render_many, zip_stream
from core.documents.package import ISAL, ZLIB, Deflater, assemble, member
from core.documents.render import render
from core.documents.template import Template, compile_template

RESULTS = Path(__file__).parent / "results" / "documents.json"
GOALS = {"zlib": 27.0, "isal": 50.0, "bulk": 60.0, "floor_zlib": 1.5, "floor_isal": 2.0}


def plain(source: bytes, values: dict[str, Any]) -> bytes:
    """A document as docxtpl's manual makes it: opened, rendered, saved."""
    document = DocxTemplate(io.BytesIO(source))
    document.render(values, autoescape=True)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


class Floor:
    """What no engine can go below: the Jinja code alone, deflate and ZIP of the changed files alone.

    The code is the one the engine runs: in a plain Environment the same template takes longer, because Jinja asks a
    dict for an attribute before it asks for the item.
    """

    def __init__(self, compiled: Template) -> None:
        self.codes = [part.code for part in compiled.parts] + [code for _source, _label, code in compiled.core.codes]
        self.skeleton = compiled.skeleton
        self.places = [(part.place, part.name) for part in compiled.parts] + [(compiled.core.place, "core.xml")]

    def texts(self, values: dict[str, Any]) -> list[str]:
        return ["".join(code.root_render_func(code.new_context(values))) for code in self.codes]

    def pack(self, texts: list[bytes], deflater: Deflater) -> bytes:
        members = list(self.skeleton)
        for (place, name), text in zip(self.places, texts, strict=True):
            members[place] = member(name, text, deflater.compress)
        return assemble(members)


def cpu(work: Callable[[int], object], count: int) -> float:
    """Milliseconds of processor time a call: the other users of the machine do not count."""
    gc.collect()
    before = process_time()
    for number in range(count):
        work(number)
    return (process_time() - before) * 1000 / count


def single(source: bytes, compiled: Template, rounds: int) -> dict[str, float]:
    """Medians of interleaved rounds, milliseconds of processor time a document."""
    floor = Floor(compiled)
    sets = [data(number) for number in range(100)]
    texts = [[text.encode() for text in floor.texts(values)] for values in sets]
    works: dict[str, tuple[Callable[[int], object], int]] = {
        "plain": (lambda n: plain(source, sets[n]), 10),
        "zlib": (lambda n: render(compiled, sets[n], ZLIB), 100),
        "isal": (lambda n: render(compiled, sets[n], ISAL), 100),
        "floor_jinja": (lambda n: floor.texts(sets[n]), 100),
        "floor_pack_zlib": (lambda n: floor.pack(texts[n], ZLIB), 100),
        "floor_pack_isal": (lambda n: floor.pack(texts[n], ISAL), 100),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, count) in works.items():
            taken[name].append(cpu(work, count))
    return {name: statistics.median(times) for name, times in taken.items()}


def many(source: bytes, compiled: Template, count: int) -> dict[str, float]:
    """Seconds of the clock for `count` documents into one ZIP on two processes, and for plain docxtpl on one.

    Both are timed in slices that take turns, so that what else the machine does falls on both; docxtpl makes a
    twentieth of the documents and is counted as many times over.
    """
    slices, share = 5, max(count // 100, 1)
    register = [Row(f"Соглашение {number}.docx", data(number)) for number in range(count)]
    ours = theirs = 0.0
    for part in range(slices):
        before = perf_counter()
        with tempfile.TemporaryFile() as target:
            for piece in zip_stream(render_many(compiled, register, processes=2, deflater="isal")):
                target.write(piece)
        ours += (perf_counter() - before) / slices
        before = perf_counter()
        for number in range(part * share, (part + 1) * share):
            plain(source, dict(register[number].data))
        theirs += perf_counter() - before
    return {"ours": ours, "plain": theirs * count / (share * slices)}


def resident() -> float:
    """Megabytes this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory(compiled: Template, count: int) -> list[tuple[int, float]]:
    """Megabytes held after each fifth of `count` documents."""
    held = []
    for number in range(count):
        render(compiled, data(number % 500), ISAL)
        if (number + 1) % (count // 5) == 0:
            held.append((number + 1, resident()))
    return held


def report(times: dict[str, float], bulk: dict[str, float], held: list[tuple[int, float]]) -> dict[str, float]:
    """Prints the table and gives the five ratios."""
    floors = {name: times["floor_jinja"] + times[f"floor_pack_{name}"] for name in ("zlib", "isal")}
    ratios = {name: times["plain"] / times[name] for name in ("zlib", "isal")}
    ratios["bulk"] = bulk["plain"] / bulk["ours"]
    ratios |= {f"floor_{name}": times[name] / floors[name] for name in ("zlib", "isal")}
    print(f"{'one process, ms of CPU a document':44}{'ms':>8}{'× plain':>10}{'× floor':>10}")
    print(f"{'plain docxtpl':44}{times['plain']:8.2f}{1:10.1f}")
    for name, label in (("zlib", "compiled, zlib level 6"), ("isal", "compiled, isal level 2")):
        print(f"{label:44}{times[name]:8.2f}{ratios[name]:10.1f}{ratios[f'floor_{name}']:10.2f}")
    print(f"{'floor: Jinja alone':44}{times['floor_jinja']:8.2f}")
    for name in ("zlib", "isal"):
        print(f"{f'floor: deflate and ZIP alone, {name}':44}{times[f'floor_pack_{name}']:8.2f}")
    print(f"bulk into one ZIP, 2 processes: {bulk['ours']:.2f} s; plain docxtpl, 1 process: {bulk['plain']:.1f} s; "
          f"× {ratios['bulk']:.1f}")  # fmt: skip
    print("memory, MB: " + ", ".join(f"{count}: {size:.1f}" for count, size in held)
          + f"; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.1f}")  # fmt: skip
    return ratios


def main() -> int:
    """Runs everything, writes the ratios, answers 1 where a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--bulk", type=int, default=2500)
    options.add_argument("--memory", type=int, default=10_000)
    chosen = options.parse_args()
    source = template()
    compiled = compile_template(source, {})
    held = memory(compiled, chosen.memory)
    times = single(source, compiled, chosen.rounds)
    bulk = many(source, compiled, chosen.bulk)
    ratios = report(times, bulk, held)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({name: round(value, 2) for name, value in ratios.items()}, indent=2) + "\n")
    reached = {name: ratios[name] <= goal if name.startswith("floor") else ratios[name] >= goal
               for name, goal in GOALS.items()}  # fmt: skip
    growth = held[-1][1] - held[0][1]
    print("goals: " + ", ".join(f"{name} {'ok' if ok else 'MISSED'}" for name, ok in reached.items())
          + f", memory {'ok' if growth < 5 else 'MISSED'} ({growth:+.1f} MB)")  # fmt: skip
    return 0 if all(reached.values()) and growth < 5 else 1


if __name__ == "__main__":
    raise SystemExit(main())
