"""`make bench`: every set, each beside its reference in the same run."""

from __future__ import annotations

import importlib
import sys

SETS = ("pages", "steps", "signoffs", "search", "roadmap")


def main(names: list[str]) -> None:
    for name in names or SETS:
        if importlib.util.find_spec(f"bench.{name}") is None:
            continue
        print(f"\n== {name}")
        importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    import importlib.util

    main(sys.argv[1:])
