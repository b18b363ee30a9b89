"""Forms of a page as a browser would send them: read out of the HTML, filled in with words that can be found again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

TYPED = ("text", "textarea", "search", "date", "email")
"""Inputs a person writes into. What a browser lets nobody type wrong (a number, a colour) is left as it stands."""
CHOSEN = ("checkbox", "radio")
SENT_OTHERWISE = ("file", "submit", "button", "image", "reset")
BAD_DAY = "2027-13-45"


@dataclass
class Control:
    """An input, a textarea or a list of a form."""

    kind: str
    name: str
    value: str
    sent: bool = True
    required: bool = False
    fixed: bool = False


@dataclass
class Form:
    """Where it is sent, and its controls in order."""

    action: str
    controls: list[Control] = field(default_factory=list)

    @property
    def typed(self) -> list[Control]:
        return [one for one in self.controls if one.kind in TYPED and not one.fixed]

    @property
    def place(self) -> str:
        """The same for every row of a kind."""
        return re.sub(r"\d+", "N", self.action.split("?")[0])

    def filled(self, blank: Control | None = None) -> tuple[dict[str, list[str]], dict[str, str]]:
        """(what is sent, {name: what was typed}): words everywhere, and one fault: a day that is none, or `blank`."""
        sent: dict[str, list[str]] = {}
        words: dict[str, str] = {}
        for number, one in enumerate(self.controls):
            if one in self.typed:
                words[one.name] = _value(one, number, blank)
                sent.setdefault(one.name, []).append(words[one.name])
            elif one.sent:
                sent.setdefault(one.name, []).append(one.value)
        if blank is not None:
            words.pop(blank.name)
        return sent, words


def _value(one: Control, number: int, blank: Control | None) -> str:
    if one is blank:
        return " "
    if one.kind == "date":
        return BAD_DAY if blank is None else "2027-05-11"
    return f"Введено {number}"


class Reader(HTMLParser):
    """Collects the forms that are posted."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.inside: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(unescape(given.get("action", "")) or self.path)
            if given.get("method", "get").lower() == "post":
                self.forms.append(self.open)
        elif self.open is not None and given.get("name") and tag in ("input", "textarea", "select"):
            self._control(self.open, tag, given)
        elif tag == "option" and self.inside is not None and self.inside.kind == "select":
            if not self.inside.sent or "selected" in given:
                self.inside.value, self.inside.sent = given.get("value", ""), True

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        sent = tag != "select" and kind not in SENT_OTHERWISE and (kind not in CHOSEN or "checked" in given)
        fixed = "readonly" in given or "disabled" in given
        control = Control(kind, given["name"], given.get("value", ""), sent, "required" in given, fixed)
        form.controls.append(control)
        self.inside = control if tag != "input" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        if tag in ("select", "textarea"):
            self.inside = None


def posted(path: str, html: str) -> list[Form]:
    """The forms of a page that are posted and have something to write in; those of the showcase lead nowhere."""
    reader = Reader(path)
    reader.feed(html)
    return [form for form in reader.forms if form.typed and not form.action.startswith("#")]
