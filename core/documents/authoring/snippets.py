"""Documents room, authoring: passages that several templates share, written once.

``@signatures a b`` stands for the table of requisites and signatures of two parties, ``@sign a b`` for their
signatures alone, ``@others others`` for the parties of a list, one row each, ``@signs others`` for their
signatures alone, ``@approvals a b`` for two «УТВЕРЖДАЮ» blocks, ``@coordinators`` for the signatures of the
parties' coordinators.
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
[Строка подписи] ____________________ {{{{ {p}.signer_short }}}}
[Подпись] М.П.
{{%p endif %}}"""

_DATE = (
    "[Гриф] {{% if {p}.approved|default %}}{{{{ {p}.approved|date_long }}}}"
    "{{% else %}}«___» ______________ 20___ г.{{% endif %}}"
)
_COORDINATORS = """\
{%p for c in coordinators %}
@grid widths=46,24,30
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
    command, *names = line.split()[:3] or [""]
    if command == "@signatures":
        yield from _side_by_side(names, (_REQUISITES, _POSITION, _LINE))
    elif command == "@sign":
        yield from _side_by_side(names, (_NAME, _POSITION, _LINE))
    elif command == "@approvals":
        yield from _approvals(names)
    elif command == "@coordinators":
        yield from _COORDINATORS.splitlines()
    elif command == "@others":
        yield from _one_below_another(names[0], _REQUISITES, f"{_POSITION}\n{_LINE}")
    elif command == "@signs":
        yield from _one_below_another(names[0], f"{_NAME}\n{_POSITION}", _LINE)
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


def _one_below_another(names: str, left: str, right: str) -> Iterator[str]:
    """Who the party is on the left, its signature on the right, a table for each party of the list."""
    yield f"{{%p for p in {names} %}}"
    yield "@grid widths=50,50"
    yield from left.format(p="p").splitlines()
    yield "||"
    yield from right.format(p="p").splitlines()
    yield "@end"
    yield "{%p endfor %}"
