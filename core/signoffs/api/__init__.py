"""The same by API: thin, over the services and the queries the pages use."""

from core.signoffs.api import papers, setup, tasks

BLUEPRINTS = (tasks.bp, papers.bp, setup.bp)

__all__ = ["BLUEPRINTS"]
