"""Pages of agreements: thin, over the services and the queries."""

from agreements.views import card, copies, drafts, editions, register, steps, text
from agreements.views.blueprint import bp

__all__ = ["bp", "card", "copies", "drafts", "editions", "register", "steps", "text"]
