"""Russian document language: surnames in the cases, with the rules that the names' library has not."""

from __future__ import annotations

from pytrovich.enums import Case, Gender, NamePart

from core.language.analysers import as_in, inflected, name_maker, parses
from core.language.cases import GRAMMEMES
from core.language.exceptions import FROZEN_SURNAME_PARTS, NAME_PARTICLES, SURNAMES

_OBLIQUE = ("gen", "dat", "acc", "ins", "pre")
_CASES = {
    "gen": Case.GENITIVE,
    "dat": Case.DATIVE,
    "acc": Case.ACCUSATIVE,
    "ins": Case.INSTRUMENTAL,
    "pre": Case.PREPOSITIONAL,
}
_VOWELS = "аеёиоуыэюя"
_CONSONANTS = "бвгджзйклмнпрстфхцчшщ"
_HARD_ADJECTIVES = ("гой", "кой", "хой", "жой", "шой", "чой")

# Where the fleeting vowel, or a man's name that may not change at all, has to be known and not guessed.
_DOUBTFUL_ENDINGS = ("ец", "ок", "ёк", "ень", "ель", "а", "я")


def surname(text: str, case: str, gender: str) -> str:
    """A surname of one or more words, each of one or more hyphenated parts, in an oblique `case`."""
    return " ".join(_word(word, case, gender) for word in text.split(" "))


def _word(word: str, case: str, gender: str) -> str:
    if word.lower() in NAME_PARTICLES and word[:1].islower():
        return word
    parts = word.split("-")
    last = len(parts) - 1
    return "-".join(
        part if index < last and part.lower() in FROZEN_SURNAME_PARTS else _part(part, case, gender)
        for index, part in enumerate(parts)
    )


def _part(part: str, case: str, gender: str) -> str:
    lower = part.lower()
    if gender == "f":
        # No woman's surname in a consonant or -ь changes: Бабич, Ким, Гайдай, Лебедь.
        if lower[-1] in _CONSONANTS + "ь":
            return part
        return str(name_maker().make(NamePart.LASTNAME, Gender.FEMALE, _CASES[case], part))
    if lower in SURNAMES:
        return as_in(part, SURNAMES[lower][_OBLIQUE.index(case)])
    return _like_a_noun(part, case) or _in_ets(part, case) or _by_the_library(part, case)


def _by_the_library(part: str, case: str) -> str:
    form = str(name_maker().make(NamePart.LASTNAME, Gender.MALE, _CASES[case], part))
    if case == "ins" and part.lower()[-3:] in _HARD_ADJECTIVES:
        # Сухой: the library writes -ым after every consonant.
        return form[:-2] + as_in(form[-2:], "им")
    return form


def _like_a_noun(part: str, case: str) -> str:
    """The form of the common noun that the surname is (Соловей, Орёл), if its stem loses a vowel; else nothing."""
    lower = part.lower()
    if sum(letter in _VOWELS for letter in lower) < 2:
        return ""  # Лев, Сон, Пак: short surnames keep their vowel
    for parse in parses(lower):
        tag = parse.tag
        if not parse.is_known or not {"NOUN", "masc", "sing", "nomn"} <= tag.grammemes:
            continue
        if tag.grammemes & {"Surn", "Name", "Patr", "Geox", "Orgn"}:
            continue
        genitive = inflected(lower, parse, "gent")
        stem = lower.rstrip("йь")
        if genitive[:-1] not in (stem, lower) and genitive[-1] in "ая":
            return inflected(part, parse, GRAMMEMES["gen" if case == "acc" else case])
    return ""


def _in_ets(part: str, case: str) -> str:
    """-ец: the vowel falls out after one consonant (Кравец, Кравца) and stays after two (Кузнец, Кузнеца)."""
    lower = part.lower()
    if not lower.endswith("ец") or len(lower) < 4:
        return ""
    before, stem = lower[-4:-2], part[:-2]
    if before[1] in _VOWELS:
        stem += as_in(part[-2:], "йц")
    elif before[0] in _CONSONANTS or len(lower) == 4:
        stem += part[-2:]
    else:
        stem += as_in(part[-2:], "ьц" if before[1] == "л" else "ц")
    ending = {"gen": "а", "dat": "у", "acc": "а", "ins": "ом", "pre": "е"}[case]
    return stem + (ending.upper() if part.isupper() else ending)


def doubtful_surname(text: str, gender: str) -> bool:
    """Whether a person should look twice: a man's surname whose vowel fell out, or a foreign-looking ending."""
    if gender == "f":
        return False
    for part in text.replace("-", " ").split(" "):
        lower = part.lower()
        if lower in SURNAMES or lower.endswith(_DOUBTFUL_ENDINGS) or _like_a_noun(part, "gen"):
            return True
    return False
