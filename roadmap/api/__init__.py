"""The roadmap by API: the same services and queries as the pages."""

from roadmap.api import changes, imports, items, plans, reports, schedule, table, views

BLUEPRINTS = (plans.bp, items.bp, changes.bp, reports.bp, table.bp, schedule.bp, imports.bp, views.bp)
