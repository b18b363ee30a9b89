"""Whose an item is, read from words: «Минпросвещения России», «Совместно», «Департамент … Корпорации»."""

from __future__ import annotations

import re
from collections.abc import Mapping

from roadmap.rows.meanings import same

_ALONE = r"(?=\s*(?:$|[,;/()+]|и\b))"
CALLED: Mapping[str, str] = {
    "ministry": rf"(?<!\w)(?:минпросвещени|министерств\w* просвещени|министерств\w*{_ALONE})",
    "corporation": r"(?<!\w)(?:гос)?корпораци|(?<!\w)ростех",
}
"""How the two sides are called in plans, beside their own names."""
BOTH = re.compile(r"совместно|обе стороны|(?:^|\W)стороны(?:$|\W)")


def side_of(text: str, named: Mapping[str, str]) -> str:
    """The side, "both", or "" where no side of the plan is named.

    `named`: names of the plan's parties, as `same` brings them, → their sides.
    """
    asked = same(text)
    if asked in named:
        return named[asked]
    found = {side for name, side in named.items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", asked)}
    found |= {side for side in set(named.values()) if side in CALLED and re.search(CALLED[side], asked)}
    if len(found) > 1 or BOTH.search(asked):
        return "both"
    return found.pop() if found else ""


_SIDE = re.compile(
    r"совместно|обе стороны|стороны|минпросвещения(?: россии)?|министерство(?: просвещения(?: российской федерации"
    r"| рф)?)?|(?:гос)?корпорация|(?:гк |(?:госкорпорация |корпорация ))?«?ростех»?"
)


def only_a_side(text: str, named: Mapping[str, str]) -> bool:
    """Whether the words name a side and nothing else («Корпорация»): no unit then."""
    asked = same(text)
    return asked in named or bool(_SIDE.fullmatch(asked))
