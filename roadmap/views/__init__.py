"""Pages of the roadmap: thin, over services and queries."""

from roadmap.views import changes, drafting, editions, indicators, items, overview, plans, proceedings, reports

PAGES = (plans, items, editions, drafting, changes, overview, indicators, proceedings, reports)
