"""Documents room: the words of the field catalogues for the translators, taken out of `*.fields.json` by Babel."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO, Any

Found = tuple[int, str, str, list[str]]


def extract(file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Any) -> Iterator[Found]:
    """An extractor as Babel asks for it: (line, function, message, comments) of every word a page shows."""
    source = file.read().decode("utf-8")
    catalogue = json.loads(source)
    for text in dict.fromkeys([catalogue.get("description", ""), *_words(catalogue["fields"])]):
        if text:
            yield source[: source.find(json.dumps(text, ensure_ascii=False))].count("\n") + 1, "gettext", text, []


def _words(fields: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for field in fields:
        yield field["label"]
        yield field.get("hint") or ""
        yield from (choice["label"] for choice in field.get("choices", ()))
        yield from _words(field.get("columns", ()))
