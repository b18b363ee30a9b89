"""Russian document language: the stems of words, so that «соглашения» finds «соглашение»."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import snowballstemmer

_WORDS = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_local = threading.local()


def stems(text: str) -> list[str]:
    """The stems of the text's words in their order: lower case, ё as е, punctuation and hyphens dropped.

    Numbers and words in other letters stay whole. The same function is for the texts and for the queries.
    """
    return [_stem(word) for word in _WORDS.findall(text.lower().replace("ё", "е"))]


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word)) if _CYRILLIC.search(word) else word


def _stemmer() -> snowballstemmer.stemmer:
    # The stemmer keeps the word it works on in itself, so each thread has its own.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = snowballstemmer.stemmer("russian")
    return _local.stemmer
