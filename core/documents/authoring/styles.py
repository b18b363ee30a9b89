"""Documents room, authoring: the Word styles and numberings every template carries."""

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from core.documents.profiles import Profile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPEFACE = "Times New Roman"
CLAUSES_NUMBERING = 1
LIST_NUMBERING = 2
ORDER_NUMBERING = 3


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style; lengths in points, indents in cm, ``size`` None means the body's."""

    id: str
    name: str
    based: str = "Normal"
    follows: str = ""
    align: str = ""
    first: float = 0.0
    left: float = 0.0
    right: float = 0.0
    before: float = 0.0
    after: float = 0.0
    line: float = 0.0
    size: float | None = None
    bold: bool = False
    italic: bool = False
    caps: bool = False
    keep_next: bool = False
    keep_lines: bool = False
    level: int | None = None
    numbering: int = 0
    outline: int | None = None
    right_tab: bool = False
    color: str = ""
    boxed: bool = False


def styles_of(profile: Profile) -> tuple[Style, ...]:
    """The style table; the indent of running text comes from the profile."""
    indent = profile.indent_cm
    side = "both" if profile.justified else "left"
    return (
        Style("BodyText", "Body Text", align=side, first=indent),
        Style("Title", "Title", follows="Subtitle", align="center", before=12, after=4, bold=True, keep_next=True,
              line=1.0),
        Style("Subtitle", "Subtitle", align="center", bold=True, after=6, keep_next=True, line=1.0),
        Style("Centred", "По центру", align="center", after=8, line=1.0),
        Style("Preamble", "Преамбула", based="BodyText", after=8),
        Style("Spaced", "Отбивка", based="BodyText", before=10),
        Style("Issuer", "Наименование организации", align="center", bold=True, line=1.0),
        Style("TextTitle", "Заголовок к тексту", align="left", before=6, after=12, bold=True, line=1.0),
        Style("MinutesLine", "Строка протокола", align="left", after=4, line=1.0),
        Style("Decision", "Решение", based="BodyText", keep_next=True),
        Style("Instruction", "Поручение", align="left", left=indent, after=6, line=1.0, keep_lines=True),
        Style("LastInstruction", "Последнее поручение", based="Instruction", keep_next=True),
        Style("ListLead", "Перед перечнем", align="left", before=8, after=4, line=1.0, keep_next=True),
        Style("Change", "Изменение", align=side, first=indent, before=8, after=4, line=1.0),
        Style("ChangeLead", "Изменение с таблицей", based="Change", keep_next=True),
        Style("HeadingLeft", "Заголовок слева", follows="BodyText", align=side, first=indent, before=10, after=4,
              bold=True, keep_next=True, keep_lines=True, outline=1, line=1.0),
        Style("PlaceDate", "Место и дата", follows="BodyText", before=6, after=12, right_tab=True, line=1.0),
        Style(
            "Razdel", "Раздел", follows="Punkt", align="center", before=12, after=6, bold=True,
            keep_next=True, keep_lines=True, level=0, numbering=CLAUSES_NUMBERING, outline=0, line=1.0,
        ),
        Style("Punkt", "Пункт", align=side, first=indent, level=1, numbering=CLAUSES_NUMBERING),
        Style("Podpunkt", "Подпункт", align=side, first=indent, level=2, numbering=CLAUSES_NUMBERING),
        Style("Perechen", "Перечень", align=side, first=indent, level=0, numbering=LIST_NUMBERING),
        Style("OrderItem", "Пункт приказа", align=side, first=indent, level=0, numbering=ORDER_NUMBERING),
        Style("Heading", "Заголовок без номера", follows="BodyText", align="center", before=12, after=6,
              bold=True, keep_next=True, keep_lines=True, outline=0, line=1.0),
        Style("Appendix", "Приложение", align="left", after=6, line=1.0, keep_next=True),
        Style("Grif", "Гриф", align="left", line=1.0),
        Style("GrifWord", "Слово грифа", based="Grif", after=6, bold=True, keep_next=True),
        Style("Requisites", "Реквизиты", align="left", size=12, line=1.0),
        Style("PartyName", "Наименование стороны", based="Requisites", before=8, after=4, bold=True, keep_next=True),
        Style("Signature", "Подпись", align="left", before=4, line=1.0),
        Style("SignatureLine", "Строка подписи", based="Signature", before=16),
        Style("SignatureMark", "Отметка об электронной подписи", based="Signature", align="center", size=9,
              boxed=True, left=0.25, right=0.25, before=6, after=4, keep_lines=True),
        Style("Caption", "caption", align="left", before=10, after=4, line=1.0, size=12, keep_next=True),
        Style("UnderCaption", "Под заголовком таблицы", align="left", after=4, line=1.0, size=12, keep_next=True),
        Style("Note", "Примечание", align=side, first=indent, size=12, before=4, line=1.0, keep_next=True),
        Style("Cell", "Ячейка", align="left", before=1, after=2, line=1.0),
        Style("CellHead", "Шапка таблицы", based="Cell", align="center", bold=True, keep_next=True),
        Style("CellSection", "Раздел таблицы", based="Cell", align="center", bold=True, keep_next=True,
              before=2, after=2),
        Style("CellTotal", "Итог раздела", based="Cell", align="center", bold=True, before=2, after=2),
        Style("Header", "header", align="center", size=12, line=1.0),
        Style("Footer", "footer", align="left", size=9, line=1.0),
        Style("TemplateTag", "Тег шаблона", size=9, line=1.0, color="7F7F7F", keep_next=True),
    )  # fmt: skip


def id_of(profile: Profile, name: str) -> str:
    """The id of the style called ``name``. Raises KeyError where there is none."""
    return {style.name: style.id for style in styles_of(profile)}[name]


def styles_xml(profile: Profile, size: float, line: float, text_width_twips: int) -> str:
    """styles.xml: the defaults, the paragraph styles and two table styles."""
    paragraphs = "".join(_style_xml(style, line, text_width_twips) for style in styles_of(profile))
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles {W}>'
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts()}{_size(size)}"
        '<w:lang w:val="ru-RU" w:eastAsia="ru-RU" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:widowControl/><w:spacing w:before="0" w:after="0" w:line="{round(line * 240)}" '
        'w:lineRule="auto"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        f"{_table_styles()}{paragraphs}</w:styles>"
    )


def _fonts() -> str:
    name = quoteattr(TYPEFACE)
    return f"<w:rFonts w:ascii={name} w:hAnsi={name} w:eastAsia={name} w:cs={name}/>"


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _table_styles() -> str:
    cell = '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    wide = '<w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        f'<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr>{cell}{wide}</w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        "<w:semiHidden/></w:style>"
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
        "</w:style>"
        '<w:style w:type="table" w:customStyle="1" w:styleId="SideBySide"><w:name w:val="Без границ"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblCellMar><w:left w:w="0" w:type="dxa"/>'
        '<w:right w:w="170" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


_BUILT_IN = {"Body Text", "Title", "Subtitle", "header", "footer", "caption"}


def _style_xml(style: Style, line: float, width: int) -> str:
    custom = "" if style.name in _BUILT_IN else ' w:customStyle="1"'
    follows = f'<w:next w:val="{style.follows}"/>' if style.follows else ""
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{style.id}"><w:name w:val={quoteattr(style.name)}/>'
        f'<w:basedOn w:val="{style.based}"/>{follows}<w:qFormat/>'
        f"<w:pPr>{_paragraph_properties(style, width)}</w:pPr><w:rPr>{_run_properties(style)}</w:rPr></w:style>"
    )


def _paragraph_properties(style: Style, width: int) -> str:
    """In the order that the schema of w:pPr asks for."""
    parts = ["<w:keepNext/>" if style.keep_next else "", "<w:keepLines/>" if style.keep_lines else ""]
    if style.level is not None:
        parts.append(f'<w:numPr><w:ilvl w:val="{style.level}"/><w:numId w:val="{style.numbering}"/></w:numPr>')
    if style.boxed:
        edge = "".join(
            f'<w:{name} w:val="single" w:sz="8" w:space="3" w:color="1F3864"/>'
            for name in ("top", "left", "bottom", "right")
        )
        parts.append(f"<w:pBdr>{edge}</w:pBdr>")
    if style.right_tab:
        parts.append(f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>')
    parts += [_spacing(style), _indent(style)]
    if style.align:
        parts.append(f'<w:jc w:val="{style.align}"/>')
    if style.outline is not None:
        parts.append(f'<w:outlineLvl w:val="{style.outline}"/>')
    return "".join(parts)


def _spacing(style: Style) -> str:
    values = {"before": style.before * 20, "after": style.after * 20, "line": style.line * 240}
    written = "".join(f' w:{name}="{round(value)}"' for name, value in values.items() if value)
    rule = ' w:lineRule="auto"' if style.line else ""
    return f"<w:spacing{written}{rule}/>" if written else ""


def _indent(style: Style) -> str:
    values = {"left": style.left, "right": style.right, "firstLine": style.first}
    written = "".join(f' w:{name}="{round(value * 567)}"' for name, value in values.items() if value)
    return f"<w:ind{written}/>" if written else ""


def _run_properties(style: Style) -> str:
    parts = ["<w:b/>" if style.bold else "", "<w:i/>" if style.italic else "", "<w:caps/>" if style.caps else ""]
    parts.append(f'<w:color w:val="{style.color}"/>' if style.color else "")
    parts.append(_size(style.size) if style.size else "")
    return "".join(parts)


def numbering_xml(profile: Profile) -> str:
    """numbering.xml: the clauses' three levels tied to their styles, the dash list, the items of an order."""
    indent = f'<w:pPr><w:ind w:left="0" w:firstLine="{round(profile.indent_cm * 567)}"/></w:pPr>'
    centred = '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr>'
    levels = (
        ("decimal", "Razdel", "%1.", centred),
        ("decimal", "Punkt", "%1.%2.", indent),
        ("decimal", "Podpunkt", "%1.%2.%3.", indent),
    )
    clauses = "".join(_level(number, *level) for number, level in enumerate(levels))
    dashes = _level(0, "bullet", "Perechen", "–", indent)
    items = _level(0, "decimal", "OrderItem", "%1.", indent)
    lists = {
        CLAUSES_NUMBERING: ("multilevel", clauses),
        LIST_NUMBERING: ("singleLevel", dashes),
        ORDER_NUMBERING: ("singleLevel", items),
    }
    abstract = "".join(_abstract(number, kind, levels) for number, (kind, levels) in lists.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:numbering {W}>'
        f"{abstract}{''.join(map(_instance, lists))}</w:numbering>"
    )


def _level(number: int, form: str, style: str, text: str, properties: str) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="{style}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>{properties}</w:lvl>'
    )


def _abstract(number: int, kind: str, levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="{kind}"/>{levels}</w:abstractNum>'


def _instance(number: int) -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
