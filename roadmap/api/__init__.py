"""The roadmap by API: the same services and queries as the pages."""

from roadmap.api import (
    changes,
    decisions,
    imports,
    indicators,
    initiatives,
    items,
    meetings,
    plans,
    reports,
    schedule,
    table,
    values,
    views,
)

BLUEPRINTS = (
    plans.bp,
    items.bp,
    changes.bp,
    reports.bp,
    indicators.bp,
    table.bp,
    schedule.bp,
    imports.bp,
    values.bp,
    views.bp,
    views.feed_bp,
    meetings.bp,
    decisions.bp,
    initiatives.bp,
)
