"""Russian document language: noun phrases in the cases: the head and what agrees with it change, the rest stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.language.analysers import Parse, inflected, parses
from core.language.cases import GENDER_GRAMMEMES, GRAMMEMES

_TOKENS = re.compile(r"«[^»]*»?|„[^“]*“?|\"[^\"]*\"?|\([^)]*\)?|[^\s«„\"(,]+|\s+|,")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*\Z")
_DASHES = frozenset({"–", "—", "-"})
_ADJECTIVES = ({"ADJF"}, {"PRTF"})


@dataclass(frozen=True)
class Head:
    """The changing part of a phrase: the words that agree, and the noun they agree with (if there is one)."""

    agreeing: tuple[tuple[int, Parse], ...]
    noun: tuple[int, Parse] | None
    gender: str
    plural: bool = False

    @property
    def parse(self) -> Parse:
        """The reading of the noun, or of the word that stands for it (заведующий)."""
        return self.noun[1] if self.noun else self.agreeing[-1][1]


@dataclass(frozen=True)
class Segment:
    """A piece of a phrase: what parts it from the piece before (« – », «, », « и »), and its tokens."""

    separator: str
    tokens: tuple[str, ...]


# Whether a further segment declines too: asked with its separator, its head and the head of the whole phrase.
Follows = Callable[[str, Head, Head], bool]


def decline(text: str, case: str, *, animate: bool, follows: Follows) -> str:
    """`text` (nominative) in `case`. Segments after the first change only where `follows` says so."""
    first: Head | None = None
    done = []
    for index, segment in enumerate(segments(text)):
        head = head_of(segment.tokens, animate=animate)
        declines = head is not None and (index == 0 or (first is not None and follows(segment.separator, head, first)))
        first = head if index == 0 else first
        words = _declined(segment.tokens, head, case, animate) if head and declines else segment.tokens
        done.append(segment.separator + "".join(words))
    return "".join(done)


def segments(text: str) -> Iterator[Segment]:
    """The text cut at dashes with spaces, at commas and at «и», outside quotes and brackets."""
    tokens = _TOKENS.findall(text)
    separator, current, index = "", list[str](), 0
    while index < len(tokens):
        length = _separator_length(tokens, index)
        if length and current:
            yield Segment(separator, tuple(current))
            separator, current = "".join(tokens[index : index + length]), []
        else:
            length = 1
            current.append(tokens[index])
        index += length
    yield Segment(separator, tuple(current))


def _separator_length(tokens: list[str], index: int) -> int:
    """How many tokens from `index` part two segments (0: none do)."""
    start = index
    if tokens[index] == ",":
        index += 1
    if index + 2 < len(tokens) and tokens[index].isspace():
        if tokens[index + 1] in _DASHES | {"и"} and tokens[index + 2].isspace():
            return index + 3 - start
        return index + 1 - start if index > start else 0
    return 0


def head_of(tokens: tuple[str, ...], *, animate: bool) -> Head | None:
    """The nominative head the tokens begin with; None where they begin with something else."""
    agreeing: list[tuple[int, Parse]] = []
    for index, token in _words(tokens):
        noun = _noun(token, animate, agreeing)
        if noun is not None:
            return Head(tuple(agreeing), (index, noun), _gender(noun, agreeing), "plur" in noun.tag)
        adjective = _adjective(token, agreeing)
        if adjective is None:
            break
        agreeing.append((index, adjective))
    if not agreeing:
        return None
    last = agreeing[-1][1]
    return Head(tuple(agreeing), None, _gender(last, agreeing), "plur" in last.tag)


def _words(tokens: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The words the phrase begins with, past leading adverbs (временно исполняющий), up to the first non-word."""
    leading = True
    for index, token in enumerate(tokens):
        if token.isspace():
            continue
        if not _WORD.match(token) or is_abbreviation(token):
            return
        if leading and any("ADVB" in parse.tag for parse in parses(token)):
            continue
        leading = False
        yield index, token


def is_abbreviation(token: str) -> bool:
    """АО, ФГБОУ, КнААЗ; but not ДИРЕКТОР, which the dictionary knows, and not HR-директор."""
    if "-" in token and not token.isupper():
        return False
    if sum(letter.isupper() for letter in token) < 2:
        return False
    full = (parse for parse in parses(token) if parse.is_known and "Abbr" not in parse.tag)
    return not (token.isupper() and len(token) > 4 and any(full))


def _adjective(token: str, agreeing: list[tuple[int, Parse]]) -> Parse | None:
    if "-на-" in token:
        token = token.split("-")[0]
    for parse in parses(token):
        grammemes = parse.tag.grammemes
        if "nomn" in grammemes and any(kind <= grammemes for kind in _ADJECTIVES) and _agree(parse, agreeing):
            return parse
    return None


def _noun(token: str, animate: bool, agreeing: list[tuple[int, Parse]]) -> Parse | None:
    """The likeliest nominative noun among the readings that agrees with the words before it."""
    found = [
        parse
        for parse in parses(token)
        if {"NOUN", "nomn"} <= parse.tag.grammemes
        and len(token) > 1  # the dictionary reads «в» as «век»
        and _agree(parse, agreeing)
        and (parse.is_known or "sing" in parse.tag)
    ]
    # «старший», «учёный», «исполняющий» agree with what follows, though the dictionary lists them as nouns too;
    # where nothing follows, the adjective stands for the noun.
    if not found or _adjective(token, agreeing) is not None:
        return None
    return min(found, key=lambda parse: (not parse.is_known, (parse.tag.animacy == "anim") != animate))


def _agree(parse: Parse, agreeing: list[tuple[int, Parse]]) -> bool:
    tags = [other.tag for _, other in agreeing]
    if any(tag.number != parse.tag.number for tag in tags):
        return False
    if "plur" in parse.tag or parse.tag.gender is None:
        return True
    return all(tag.gender in (None, parse.tag.gender) for tag in tags)


def _gender(parse: Parse, agreeing: list[tuple[int, Parse]]) -> str:
    # «глава», «судья» are of either gender: what agrees with them tells, and without it the masculine is written.
    gender = parse.tag.gender or (agreeing[-1][1].tag.gender if agreeing else None) or "masc"
    return next(short for short, grammeme in GENDER_GRAMMEMES.items() if grammeme == gender)


def _declined(tokens: tuple[str, ...], head: Head, case: str, animate: bool) -> list[str]:
    words = list(tokens)
    for index, parse in head.agreeing:
        words[index] = agreed(tokens[index], parse, case, head, animate)
    if head.noun is not None:
        index, parse = head.noun
        words[index] = inflected(tokens[index], parse, GRAMMEMES[case])
    return words


def agreed(word: str, parse: Parse, case: str, head: Head, animate: bool) -> str:
    """The adjective or participle `word` in `case`, agreeing with `head`."""
    place = word.find("-на-")
    if place > 0:  # Комсомольский-на-Амуре
        return agreed(word[:place], parse, case, head, animate) + word[place:]
    grammemes = [GRAMMEMES[case]]
    if head.plural:
        grammemes.append("plur")
    else:
        grammemes += ["sing", GENDER_GRAMMEMES[head.gender]]
    if case == "acc" and (head.plural or head.gender == "m"):
        grammemes.append("anim" if animate else "inan")
    return inflected(word, parse, *grammemes)
