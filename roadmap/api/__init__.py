"""The roadmap by API: the same services and queries as the pages."""

from roadmap.api import items, plans

BLUEPRINTS = (plans.bp, items.bp)
