"""Pages of the roadmap: thin, over services and queries."""

from roadmap.views import changes, drafting, editions, items, plans

PAGES = (plans, items, editions, drafting, changes)
