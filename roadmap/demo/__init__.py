"""The demo plan («образец»): what it says, what has happened to it, and loading both."""

from roadmap.demo.load import load

__all__ = ["load"]
