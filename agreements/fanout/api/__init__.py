"""Models, sendings and boards by API: thin, over the services and the reads the pages use."""

from agreements.fanout.api import board, models, sendings
from agreements.fanout.api.blueprint import bp

__all__ = ["board", "bp", "models", "sendings"]
