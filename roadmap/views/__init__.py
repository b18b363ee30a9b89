"""Pages of the roadmap: thin, over services and queries. Every module here hangs its pages on the blueprint."""

from importlib import import_module
from pkgutil import iter_modules

PAGES = tuple(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
