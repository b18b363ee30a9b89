"""Documents room: formatting profiles, the rules a paper is built by and checked against."""

from dataclasses import dataclass, replace

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Margins:
    """Sheet margins in millimetres, each «not less than»."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Profile:
    """What a paper must look like. Lengths in mm or cm as named, sizes in points.

    An empty ``typefaces`` means that the profile prescribes none: the organisation chooses.
    ``qr_place`` is where the document's QR code goes: ``bottom_right``, ``top_right`` or ``none``.
    """

    code: str
    label: str | LazyString
    margins: Margins
    long_storage_left: float
    typefaces: tuple[str, ...]
    sizes: tuple[float, ...]
    smallest_in_tables: float
    line_spacing: tuple[float, float]
    indent_cm: float
    justified: bool
    number_from_page: int
    number_from_edge: float
    corner_width_cm: float
    qr_place: str


# ГОСТ Р 7.0.97-2025: no typeface prescribed, 12–14 pt, corner requisites up to 8 cm, QR code bottom right.
GOST_2025 = Profile(
    code="gost-2025",
    label=_l("ГОСТ Р 7.0.97-2025"),
    margins=Margins(left=20, right=10, top=20, bottom=20),
    long_storage_left=30,
    typefaces=(),
    sizes=(12, 13, 14),
    smallest_in_tables=9,
    line_spacing=(1.0, 1.5),
    indent_cm=1.25,
    justified=True,
    number_from_page=2,
    number_from_edge=10,
    corner_width_cm=8.0,
    qr_place="bottom_right",
)

# ГОСТ Р 7.0.97-2016: corner requisites up to 7.5 cm, no QR code among the requisites.
GOST_2016 = replace(
    GOST_2025,
    code="gost-2016",
    label=_l("ГОСТ Р 7.0.97-2016"),
    corner_width_cm=7.5,
    qr_place="none",
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (GOST_2025, GOST_2016)}
DEFAULT = GOST_2025


def own(code: str, label: str, base: Profile = DEFAULT, **values: object) -> Profile:
    """An organisation's own profile: ``base`` with some values of its own.

    Raises TypeError for a value that a profile does not have.
    """
    return replace(base, code=code, label=label, **values)  # type: ignore[arg-type]
