"""Agreements by API: thin, over the services and the reads the pages use."""

from agreements.api import documents, drafts, register, steps, texts
from agreements.api.blueprint import bp

__all__ = ["bp", "documents", "drafts", "register", "steps", "texts"]
