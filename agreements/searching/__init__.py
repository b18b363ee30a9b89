"""Searching the register by words in any of their forms; the index is written with the agreement itself."""

from agreements.searching.index import put, rebuild
from agreements.searching.words import matches

__all__ = ["matches", "put", "rebuild"]
