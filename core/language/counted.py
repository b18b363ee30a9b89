"""Russian document language: the forms a noun phrase takes beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from core.errors import NotValid
from core.language.analysers import Parse, as_in, inflected
from core.language.cases import GENDER_GRAMMEMES, GRAMMEMES, checked_text
from core.language.exceptions import COUNTED_FORMS
from core.language.phrases import Head, head_of, segments


@dataclass(frozen=True)
class Counted:
    """A noun phrase that is counted: «рабочий день», «экземпляр договора», «обучающийся»."""

    text: str
    tokens: tuple[str, ...]
    rest: str
    head: Head

    @property
    def gender(self) -> str:
        return self.head.gender

    @property
    def animate(self) -> bool:
        # A participle that stands for a person («обучающийся») counts as a person.
        return self.head.noun is None or self.head.parse.tag.animacy == "anim"

    @property
    def plural_only(self) -> bool:
        return self.head.plural

    def form(self, case: str, *, plural: bool) -> str:
        """The phrase in the case and the number."""
        return self._written(case, plural, case, plural)

    def after_two(self) -> str:
        """Beside 2, 3, 4 in the nominative: «два рабочих дня», «две рабочие недели»."""
        if self.head.noun is None:
            return self.form("gen", plural=True)
        adjective_case = "nom" if self.gender == "f" else "gen"
        return self._written("gen", False, adjective_case, True)

    def _written(self, case: str, plural: bool, adjective_case: str, adjective_plural: bool) -> str:
        words = list(self.tokens)
        for index, parse in self.head.agreeing:
            words[index] = self._adjective(words[index], parse, adjective_case, adjective_plural)
        if self.head.noun is not None:
            index, parse = self.head.noun
            words[index] = _noun(words[index], parse, case, plural)
        return "".join(words) + self.rest

    def _adjective(self, word: str, parse: Parse, case: str, plural: bool) -> str:
        grammemes = [GRAMMEMES[case], *(["plur"] if plural else ["sing", GENDER_GRAMMEMES[self.gender]])]
        if case == "acc" and (plural or self.gender == "m"):
            grammemes.append("anim" if self.animate else "inan")
        return inflected(word, parse, *grammemes)


@lru_cache(maxsize=1024)
def counted(thing: str) -> Counted:
    """The phrase taken apart. Raises NotValid where it does not begin with a noun in the nominative."""
    text = checked_text(thing)
    first, *others = segments(text)
    head = head_of(first.tokens, animate=False)
    if head is None:
        raise NotValid(_l("Здесь нет существительного в именительном падеже: «%(thing)s»", thing=text))
    rest = "".join(segment.separator + "".join(segment.tokens) for segment in others)
    return Counted(text, first.tokens, rest, head)


def _noun(word: str, parse: Parse, case: str, plural: bool) -> str:
    special = COUNTED_FORMS.get(str(parse.normal_form), {}) if plural else {}
    if case in special:
        return as_in(word, special[case])
    return inflected(word, parse, GRAMMEMES[case], "plur" if plural else "sing")
