"""Documents room: whether the tags of a part open and close where Word's paragraphs and rows allow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from core.documents.places import Paragraph, Tag

_OPENED_BY = {"endfor": "for", "endif": "if"}
_NEEDS_OPEN = {"else": ("if", "for"), "elif": ("if",)}


@dataclass
class _Row:
    """What stands in one table row: its row tags, and the paragraphs with text beside them."""

    id: int
    tags: list[Tag] = field(default_factory=list)
    beside: list[Paragraph] = field(default_factory=list)


class Nesting:
    """Looks at paragraphs in order; `tell(code, severity, message, where)` hears what is wrong."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self.tell = tell
        self.open: list[Tag] = []
        self.row: _Row | None = None

    def paragraph(self, paragraph: Paragraph) -> None:
        self._row(paragraph)
        self._beside(paragraph)
        for tag in paragraph.tags:
            self._tag(tag)

    def end(self) -> None:
        """The end of the part: what is still open was never closed."""
        self._end_row()
        for tag in self.open:
            self.tell("not_closed", "error", _l("%(raw)s не закрыт: нет end%(word)s", raw=tag.raw, word=tag.word), tag)
        self.open.clear()

    def _row(self, paragraph: Paragraph) -> None:
        if self.row is None or self.row.id != paragraph.place.row_id:
            self._end_row()
            self.row = _Row(paragraph.place.row_id) if paragraph.place.row_id else None
        if self.row is not None:
            rows = [tag for tag in paragraph.tags if tag.prefix == "tr"]
            self.row.tags += rows
            if paragraph.rest.strip() or len(paragraph.tags) > len(rows):
                self.row.beside.append(paragraph)

    def _end_row(self) -> None:
        row = self.row
        if row is None or not row.tags:
            return
        if len(row.tags) > 1:
            self.tell(
                "row_tags_in_one_row", "error",
                _l("теги строк %(tags)s стоят в одной строке таблицы: каждому нужна своя, данные — в строке между ними",
                   tags=" ".join(tag.raw for tag in row.tags)), row.tags[0],
            )  # fmt: skip
        for paragraph in row.beside:
            self.tell("text_beside_row_tag", "error",
                      _l("строка с тегом %(raw)s удаляется целиком: текст рядом с ним пропадёт", raw=row.tags[0].raw),
                      paragraph)  # fmt: skip

    def _beside(self, paragraph: Paragraph) -> None:
        own = [tag for tag in paragraph.tags if tag.prefix == "p"]
        if len(own) > 1:
            self.tell("two_paragraph_tags", "error",
                      _l("два тега абзаца в одном абзаце: второй не сработает, дайте каждому свой абзац"),
                      paragraph)  # fmt: skip
        elif own and (paragraph.rest.strip() or len(paragraph.tags) > 1):
            self.tell("text_beside_paragraph_tag", "error",
                      _l("абзац с тегом %(raw)s удаляется целиком: текст рядом с ним пропадёт", raw=own[0].raw),
                      paragraph)  # fmt: skip

    def _tag(self, tag: Tag) -> None:
        if tag.kind != "{%":
            return
        if tag.word in ("for", "if"):
            self.open.append(tag)
        elif tag.word in _NEEDS_OPEN:
            if not self.open or self.open[-1].word not in _NEEDS_OPEN[tag.word]:
                self.tell("stray", "error", _l("%(raw)s стоит вне условия", raw=tag.raw), tag)
        elif tag.word in _OPENED_BY:
            self._close(tag)

    def _close(self, tag: Tag) -> None:
        wanted = _OPENED_BY[tag.word]
        if not self.open:
            self.tell("stray", "error", _l("%(raw)s ничего не закрывает", raw=tag.raw), tag)
            return
        opened = self.open[-1]
        if opened.word == wanted:
            self.open.pop()
            self._pair(opened, tag)
            return
        self.tell("crossed", "error",
                  _l("%(raw)s стоит раньше, чем закрыт %(open)s (%(place)s): теги перекрещены",
                     raw=tag.raw, open=opened.raw, place=opened.place), tag)  # fmt: skip
        for number in range(len(self.open) - 1, -1, -1):
            if self.open[number].word == wanted:
                del self.open[number]
                return

    def _pair(self, opened: Tag, closed: Tag) -> None:
        if opened.prefix != closed.prefix:
            self.tell("prefixes_differ", "error",
                      _l("%(open)s и %(close)s должны быть одного рода: оба с приставкой «%(prefix)s»",
                         open=opened.raw, close=closed.raw, prefix=opened.prefix or closed.prefix), closed)  # fmt: skip
        elif not opened.prefix:
            self._plain_pair(opened, closed)

    def _plain_pair(self, opened: Tag, closed: Tag) -> None:
        one, other = opened.place, closed.place
        if one.row_id != other.row_id:
            fixed = opened.raw.replace("{%", "{%tr", 1)
            self.tell("rows_without_tr", "error",
                      _l("%(raw)s охватывает строки таблицы без приставки tr: получатся пустые строки; нужно %(fixed)s"
                         " в отдельной строке", raw=opened.raw, fixed=fixed), opened, fixed)  # fmt: skip
        elif one.cell_id != other.cell_id:
            self.tell("cells_without_tc", "error",
                      _l("%(raw)s открыт в одной ячейке, а закрыт в другой", raw=opened.raw), opened)  # fmt: skip
        elif one.paragraph != other.paragraph:
            fixed = opened.raw.replace("{%", "{%p", 1)
            self.tell("paragraphs_without_p", "warning",
                      _l("%(raw)s охватывает абзацы без приставки p: останутся пустые абзацы; лучше %(fixed)s"
                         " отдельным абзацем", raw=opened.raw, fixed=fixed), opened, fixed)  # fmt: skip
