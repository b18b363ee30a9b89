"""Pages of sign-offs: thin, over the services and the queries."""

from core.signoffs.views import absence, handing, inbox, paper, protocols, remarks, routes, sheet, task
from core.signoffs.views.blueprint import bp

__all__ = ["absence", "bp", "handing", "inbox", "paper", "protocols", "remarks", "routes", "sheet", "task"]
