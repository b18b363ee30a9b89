"""Documents room: compiled templates kept by the SHA-256 of their files, a bounded number of them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from core.documents.package import sha256
from core.documents.template import Template, compile_template

MOST_TEMPLATES = 64
_kept: OrderedDict[str, Template] = OrderedDict()
_lock = Lock()


def compiled(data: bytes) -> Template:
    """The compiled template of these bytes with the author's filters of core.language. Raises NotValid."""
    key = sha256(data)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    template = compile_template(data)
    with _lock:
        _kept[key] = template
        while len(_kept) > MOST_TEMPLATES:
            _kept.popitem(last=False)
    return template
