"""A second, plain account of how rounds run, for the property-based test to hold beside the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

PHASES = ("own", "counterparty", "signing", "registration")
GIVEN = ("approved", "approved_with_remarks")
OPEN = ("queued", "assigned")
DECIDING = ("visa", "signature")


@dataclass
class Place:
    """A slot as the oracle knows it. `word` is who decided it: (person, principal or None)."""

    label: str
    organisation: str
    phase: str
    track: str
    stage: int
    rule: str
    n: int
    kind: str
    mandatory: bool
    holders: set[int]
    state: str = "queued"
    word: tuple[int, int | None] | None = None
    paper: str = ""
    """"" or "waits": an entry from paper that is not confirmed yet."""

    def open(self) -> bool:
        return self.state in OPEN


@dataclass
class StandIn:
    """A substitution."""

    principal: int
    deputy: int
    starts: date
    ends: date
    kinds: frozenset[str]
    revoked: bool = False

    def covers(self, place: Place, day: date) -> bool:
        in_scope = not self.kinds or place.kind in self.kinds
        return not self.revoked and self.starts <= day <= self.ends and in_scope


@dataclass
class Expected:
    """A round as it ought to be."""

    number: int
    text: str
    places: list[Place]
    drafters: set[int]
    same_person: bool
    state: str = "open"
    phase: str = ""

    def stages(self, phase: str) -> Iterator[list[list[Place]]]:
        """For each track of the phase, its stages in order."""
        for track in dict.fromkeys(place.track for place in self.places if place.phase == phase):
            mine = [place for place in self.places if (place.phase, place.track) == (phase, track)]
            yield [[p for p in mine if p.stage == number] for number in sorted({p.stage for p in mine})]

    def complete(self, stage: list[Place]) -> bool:
        voters = [place for place in stage if place.kind != "acknowledgement"]
        given = sum(place.state in GIVEN for place in voters)
        if stage[0].rule == "all":
            return all(place.state in GIVEN for place in voters if place.mandatory)
        return given >= min(1 if stage[0].rule == "any" else stage[0].n, len(voters))

    def run(self) -> None:
        """Open what comes next, release what is needless, pass from phase to phase, end at the last."""
        while self.state == "open":
            self._open_stages()
            passed = all(self.complete(stage) for track in self.stages(self.phase) for stage in track)
            if not passed:
                return
            later = [p for p in PHASES[PHASES.index(self.phase) + 1 :] if any(s.phase == p for s in self.places)]
            if not later:
                self.end("passed")
                return
            self.phase = later[0]
            for place in self.places:
                earlier = PHASES.index(place.phase) < PHASES.index(self.phase)
                if earlier and place.open() and place.kind != "acknowledgement":
                    self.take_back(place)

    def _open_stages(self) -> None:
        for track in self.stages(self.phase):
            for stage in track:
                done = self.complete(stage)
                for place in stage:
                    enough = done and stage[0].rule != "all" and place.kind != "acknowledgement"
                    if place.open() and enough:
                        self.take_back(place)
                    elif place.state == "queued":
                        place.state = "assigned"
                if not done:
                    break

    def end(self, state: str) -> None:
        self.state = state
        for place in self.places:
            if place.open():
                self.take_back(place)

    @staticmethod
    def take_back(place: Place) -> None:
        place.state, place.paper = "recalled", ""

    def lapse(self) -> None:
        """A new text: what was given has no force any more."""
        for place in self.places:
            if place.state in GIVEN:
                place.state = "lapsed"

    def heads(self, place: Place, person: int, stand_ins: list[StandIn], day: date) -> set[int] | None:
        """Whose word it would be, or None for one who has no business there."""
        if person in place.holders:
            return {person}
        for row in stand_ins:
            if row.deputy == person and row.principal in place.holders and row.covers(place, day):
                return {person, row.principal}
        return None

    def may(self, place: Place, verdict: str, heads: set[int]) -> bool:
        """Whether the verdict is right for these heads; the state has been asked already."""
        if verdict == "approved_with_remarks" and place.kind != "visa":
            return False
        if verdict == "rejected":
            return place.kind in DECIDING
        if place.kind == "visa" and heads & self.drafters:
            return False
        before: set[int] = set()
        for other in self.places:
            if other.word is not None and other.kind in DECIDING:
                before |= {person for person in other.word if person is not None}
        return self.same_person or place.kind not in DECIDING or not heads & before

    def decided(self, place: Place, verdict: str, person: int, principal: int | None) -> None:
        place.word, place.paper = (person, principal), ""
        if verdict == "rejected":
            place.state = "rejected"
            self.end("rejected")
            return
        place.state = "approved_with_remarks" if verdict == "approved_with_remarks" else "approved"
        self.run()


@dataclass
class Story:
    """All rounds of one subject."""

    rounds: list[Expected] = field(default_factory=list)
    stand_ins: list[StandIn] = field(default_factory=list)
    blocked: bool = False
    """A blocking remark is unanswered."""

    @property
    def current(self) -> Expected | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def running(self) -> bool:
        return self.current is not None and self.current.state == "open"
