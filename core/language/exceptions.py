"""Russian document language: words the dictionaries and the rules get wrong, by hand."""

from __future__ import annotations

# Surnames whose forms no rule gives: the five oblique forms in the order gen, dat, acc, ins, pre.
SURNAMES: dict[str, tuple[str, str, str, str, str]] = {
    "заяц": ("зайца", "зайцу", "зайца", "зайцем", "зайце"),
    "шинкарёк": ("шинкарька", "шинкарьку", "шинкарька", "шинкарьком", "шинкарьке"),
    "ковалёк": ("ковалька", "ковальку", "ковалька", "ковальком", "ковальке"),
    "бондарец": ("бондарца", "бондарцу", "бондарца", "бондарцем", "бондарце"),
    "коломиец": ("коломийца", "коломийцу", "коломийца", "коломийцем", "коломийце"),
    "коновалец": ("коновальца", "коновальцу", "коновальца", "коновальцем", "коновальце"),
    "перец": ("переца", "перецу", "переца", "перецем", "переце"),
    # A foreign surname in -ин or -ов has -ом where a Russian one has -ым.
    "дарвин": ("дарвина", "дарвину", "дарвина", "дарвином", "дарвине"),
    "грин": ("грина", "грину", "грина", "грином", "грине"),
    "бюлов": ("бюлова", "бюлову", "бюлова", "бюловом", "бюлове"),
}

# First parts of double surnames that never change.
FROZEN_SURNAME_PARTS = frozenset({"бонч", "миклухо", "тер", "сен", "нур", "кара", "мак", "дон", "сан", "эль"})

# Particles written apart inside a foreign name.
NAME_PARTICLES = frozenset(
    {"фон", "де", "ди", "да", "ду", "дю", "ван", "дер", "ден", "аль", "ибн", "бен", "эль", "ла", "ле"}
)

# The word that ends a Turkic patronymic; neither it nor the name before it changes. Value: gender.
PATRONYMIC_WORDS = {
    "оглы": "m",
    "оглу": "m",
    "углы": "m",
    "улы": "m",
    "уулу": "m",
    "кызы": "f",
    "гызы": "f",
    "кизи": "f",
}

# A position that begins so is already in the genitive after it.
INVARIABLE_POSITION_PREFIXES = (r"вр\.?\s*и\.\s*о\.", r"и\.\s*о\.", r"врио", r"врид", r"в\.\s*и\.\s*о\.", r"зам\.")

# fmt: off
# Nouns that name what a person acts on the basis of («на основании …»).
BASES = frozenset((
    "устав", "положение", "доверенность", "закон", "приказ", "распоряжение", "постановление", "указ",
    "решение", "протокол", "договор", "соглашение", "контракт", "свидетельство", "лист", "выписка", "кодекс",
    "регламент", "поручение",
))

# Abbreviations that begin an organisation's name, by the gender of the word behind them:
# общество, учреждение, предприятие, объединение, бюро; корпорация, организация, палата; институт, центр.
_NEUTER = (
    "АО", "ПАО", "ОАО", "ЗАО", "НАО", "ООО", "ОДО", "ФГБОУ", "ФГБУ", "ФГАОУ", "ФГАУ", "ФГКУ", "ФГКОУ",
    "ГБОУ", "ГБПОУ", "ГАПОУ", "ГОБПОУ", "ОГБПОУ", "ОГАПОУ", "КГБПОУ", "КГАПОУ", "КГАОУ", "БПОУ", "АПОУ",
    "ГПОУ", "ГАУ", "ГБУ", "ГКУ", "МБОУ", "МАОУ", "МКОУ", "МБУ", "МАУ", "МКУ", "ЧПОУ", "ЧОУ", "ЧУ", "АНОО",
    "ФГУП", "ГУП", "МУП", "НПО", "ПО", "НПП", "ПП", "ГПП", "КБ", "ОКБ", "ЦКБ", "СКБ", "МВД", "МЧС",
)
_FEMININE = (
    "АНО", "АНОДПО", "НКО", "ОО", "РОО", "ГК", "НПК", "МКПК", "УК", "ТПП", "ФНС", "ФАС",
)
_MASCULINE = (
    "НИИ", "ЦНИИ", "ПК", "НПЦ", "ФГБНИУ", "ИП", "ОНФ", "ИРПО",
)
# fmt: on
ABBREVIATIONS = {
    **dict.fromkeys(_NEUTER, "n"),
    **dict.fromkeys(_FEMININE, "f"),
    **dict.fromkeys(_MASCULINE, "m"),
}

# Nouns whose plural beside a number is not their usual plural.
COUNTED_FORMS: dict[str, dict[str, str]] = {
    "год": {"gen": "лет"},
    "человек": {"gen": "человек", "dat": "человекам", "ins": "человеками", "pre": "человеках"},
    "раз": {"gen": "раз"},
}
