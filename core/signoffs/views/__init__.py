"""Pages of sign-offs: thin, over the services and the queries."""

from core.signoffs.views.blueprint import bp

__all__ = ["bp"]
