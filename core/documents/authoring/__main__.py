"""Documents room, authoring: ``python -m core.documents.authoring build`` writes every shipped template."""

import argparse
from pathlib import Path

from core.documents.authoring.build import build_file, sources, template_of

ROOT = Path(__file__).resolve().parents[3] / "templates" / "documents"


def main() -> None:
    """Build the templates of all kinds, or only of those named."""
    parser = argparse.ArgumentParser(prog="core.documents.authoring")
    parser.add_argument("command", choices=["build"])
    parser.add_argument("kinds", nargs="*", help="только эти виды")
    wanted = set(parser.parse_args().kinds)
    for source in sources(ROOT):
        if wanted and source.name.removesuffix(".source.txt") not in wanted:
            continue
        target = template_of(source)
        target.write_bytes(build_file(source))
        print(target.relative_to(ROOT))


main()
