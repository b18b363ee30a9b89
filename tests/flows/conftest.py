"""Flows drive a real browser."""

from tests.flows.browser import browser, live, page, playwright

__all__ = ["browser", "live", "page", "playwright"]
