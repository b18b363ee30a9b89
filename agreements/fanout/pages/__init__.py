"""Pages of models, sendings and boards: thin, over the services and the reads."""

from agreements.fanout.pages import acts, board, choosing, forms, renewing, sendings
from agreements.fanout.pages.blueprint import bp

__all__ = ["acts", "board", "bp", "choosing", "forms", "renewing", "sendings"]
