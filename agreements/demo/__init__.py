"""The demo cooperation («образец»): organisations, people for every role, agreements and the roadmap."""

from agreements.demo.cast import PASSWORD
from agreements.demo.load import is_empty, is_loaded, load, reset, sign_ins
from agreements.demo.play import play

__all__ = ["PASSWORD", "is_empty", "is_loaded", "load", "play", "reset", "sign_ins"]
