"""Documents room, authoring: passages that several templates share, written once.

``@signatures a b`` stands for the table of requisites and signatures of two parties, ``@sign a b`` for their
signatures alone. Where there are more, all stand alike, one below another: ``@others a b list`` for the parties
named and those of the list after them, ``@signs a b list`` for their signatures alone, ``@party a`` for one party
so. ``@approvals a b`` stands for two «УТВЕРЖДАЮ» blocks, ``@coordinators`` for the signatures of the parties'
coordinators.
"""

from collections.abc import Iterator

_REQUISITES = """\
[Наименование стороны] {{{{ {p}.alias }}}}
[Реквизиты] {{{{ {p}.full_name }}}}
{{%p for r in {p}.requisites %}}
[Реквизиты] {{{{ r.label }}}}: {{{{ r.value }}}}
{{%p endfor %}}"""
_NAME = "[Наименование стороны] {{{{ {p}.alias }}}}"
_POSITION = "[Строка подписи] {{{{ {p}.signer_position }}}}"
_LINE = """\
{{%p if {p}.ep|default %}}
[Отметка об электронной подписи] **ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ**<br>Сертификат {{{{ {p}.ep.certificate }}}}
<br>Владелец {{{{ {p}.ep.owner }}}}<br>Действителен с {{{{ {p}.ep.valid_from|date_short }}}}
по {{{{ {p}.ep.valid_to|date_short }}}}
{{%p else %}}
[Строка подписи] ____________________ {{{{ {p}.signer_short|unbroken }}}}
[Подпись] М.П.
{{%p endif %}}"""

_DATE = (
    "[Гриф] {{% if {p}.approved|default %}}{{{{ {p}.approved|date_long }}}}"
    "{{% else %}}«___» ______________ 20___ г.{{% endif %}}"
)
Rows = tuple[tuple[str, str], ...]
REQUISITES: Rows = ((_REQUISITES, f"{_POSITION}\n{_LINE}"),)
"""One party's table: what stands on the left and on the right of each row."""
SIGNATURE: Rows = ((_NAME, ""), (_POSITION, _LINE))

_COORDINATORS = """\
{%p for c in coordinators %}
@grid widths=46,24,30 tie
[Строка подписи] Координатор от Стороны «{{ c.party }}» –<br>{{ c.position }}
||
[Строка подписи] ____________________
||
[Строка подписи] {{ c.short }}
@end
{%p endfor %}"""


def expand(lines: list[str]) -> list[str]:
    """The source's lines with every shared passage written out."""
    return [written for line in lines for written in _expanded(line)]


def _expanded(line: str) -> Iterator[str]:
    command, *names = line.split() or [""]
    if command == "@signatures":
        yield from _side_by_side(names, (_REQUISITES, _POSITION, _LINE))
    elif command == "@sign":
        yield from _side_by_side(names, (_NAME, _POSITION, _LINE))
    elif command == "@approvals":
        yield from _approvals(names)
    elif command == "@coordinators":
        yield from _COORDINATORS.splitlines()
    elif command == "@others":
        yield from _one_below_another(names, REQUISITES)
    elif command == "@party":
        yield from _row_of(names[0], REQUISITES)
    elif command == "@signs":
        yield from _one_below_another(names, SIGNATURE)
    else:
        yield line


def _side_by_side(names: list[str], rows: tuple[str, ...]) -> Iterator[str]:
    yield "@grid widths=50,50 keep"
    for number, row in enumerate(rows):
        if number:
            yield "--"
        for place, name in enumerate(names):
            if place:
                yield "||"
            yield from row.format(p=name).splitlines()
    yield "@end"


def _approvals(names: list[str]) -> Iterator[str]:
    """Two blocks at the left and the right edge: neither party is subordinate to the other."""
    first, second = names
    line = _LINE.replace("\n[Подпись] М.П.", "") + "\n" + _DATE
    head = "[Слово грифа] УТВЕРЖДАЮ\n[Гриф] {{{{ {p}.signer_position }}}}"
    yield "@grid widths=34,32,34 keep"
    for number, row in enumerate((head, line)):
        if number:
            yield "--"
        yield from row.format(p=first).splitlines()
        yield from ("||", "||")
        yield from row.format(p=second).splitlines()
    yield "@end"


def _one_below_another(names: list[str], rows: Rows) -> Iterator[str]:
    """Who the party is on the left, its signature on the right: those named, then those of the list."""
    *alone, many = names
    for party in alone:
        yield from _row_of(party, rows)
    yield f"{{%p for p in {many} %}}"
    yield from _row_of("p", rows)
    yield "{%p endfor %}"


def _row_of(party: str, rows: Rows) -> Iterator[str]:
    yield "@grid widths=50,50 keep"
    for number, (left, right) in enumerate(rows):
        if number:
            yield "--"
        yield from left.format(p=party).splitlines()
        yield "||"
        yield from right.format(p=party).splitlines()
    yield "@end"
