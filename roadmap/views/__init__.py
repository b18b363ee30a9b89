"""Pages of the roadmap: thin, over services and queries."""

from roadmap.views import (
    answers,
    changes,
    control,
    decisions,
    drafting,
    editions,
    indicators,
    initiatives,
    items,
    meetings,
    overview,
    plans,
    reports,
    table,
)

PAGES = (
    plans,
    items,
    editions,
    drafting,
    table,
    changes,
    overview,
    indicators,
    meetings,
    decisions,
    control,
    initiatives,
    reports,
    answers,
)
