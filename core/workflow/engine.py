"""The engine: one `transitions` machine a kind, built from a table of steps; refuses in words before it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column
from transitions import Machine

from core import audit, clock
from core.accounts.actor import SYSTEM, Actor
from core.db import Code, UtcDateTime, Versioned, db
from core.errors import NotAllowed, NotFound, NotNow, NotValid, Reason
from core.workflow.jobs import enqueue


class Stateful(Versioned):
    """A row a machine moves. `moved_at` changes on every step, so that a step in place still collides with another.

    A row may say in `audit_subject` whose chain its steps are recorded in (a visa: the document's), and in
    `document_hash` which text they were taken on.
    """

    state: Mapped[str] = mapped_column(Code, default="draft")
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


@dataclass(frozen=True)
class Ask:
    """What the person brings to a step: a comment, entered values, and attached files by input name (their ids)."""

    comment: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return bool(self.files.get(name)) or str(self.data.get(name, "") or "").strip() != ""


Rule = Callable[[Any, Actor], Reason | None]
"""Answers None, or the reason in words. Changes nothing."""
Effect = Callable[[Any, Actor, Ask], None]
"""What a step entails, inside its transaction."""


@dataclass(frozen=True)
class State:
    """A condition of a subject. `tone` colours its badge; `final` has no way out but an audit."""

    name: str
    label: Any
    tone: str = "neutral"
    final: bool = False


@dataclass(frozen=True)
class Input:
    """Something a step asks for.

    `kind`: text, date, int, choice, checks, file, document (a file, or requisites in words).
    `value` stands in the empty form already. `only` names the choice of `how` with which it is asked at all.
    """

    name: str
    label: Any
    kind: str = "document"
    required: bool = True
    hint: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    value: Any = ""
    only: str = ""


@dataclass(frozen=True)
class Step:
    """A row of the table: from where, to where, who, when, what it asks, entails and what follows it.

    `label` is the button («Согласовать»), `done` how it is told once it was taken («Согласовано»).
    """

    name: str
    sources: tuple[str, ...]
    target: str
    label: Any
    who: tuple[Rule, ...] = ()
    when: tuple[Rule, ...] = ()
    entails: tuple[Effect, ...] = ()
    follows: tuple[str, ...] = ()
    comment: bool = False
    asks: tuple[Input, ...] = ()
    automatic: bool = False
    danger: bool = False
    hidden: bool = False
    """Taken only by a service function that does more (a verdict, a registration), never by a bare button."""
    choose: Callable[[Any], str] | None = None
    """Picks the target out of `targets` where the row decides it (a state restored)."""
    targets: tuple[str, ...] = ()
    done: Any = ""

    @property
    def all_targets(self) -> tuple[str, ...]:
        return self.targets or (self.target,)


@dataclass(frozen=True)
class Offer:
    """A step as one person sees it now. `mine`: the person is the one who may do it, if not now."""

    step: Step
    mine: bool
    reasons: tuple[Reason, ...] = ()

    @property
    def possible(self) -> bool:
        return not self.reasons

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def label(self) -> Any:
        return self.step.label

    @property
    def danger(self) -> bool:
        return self.step.danger

    @property
    def comment(self) -> bool:
        return self.step.comment

    @property
    def asks(self) -> tuple[Input, ...]:
        return self.step.asks


@dataclass(frozen=True)
class Taken:
    """A step that was taken."""

    step: str
    from_state: str
    to_state: str
    record: audit.AuditRecord


class Workflow:
    """The machine of one kind. Rows are handed to it; it keeps none."""

    def __init__(self, kind: str, label: Any, states: Sequence[State], steps: Sequence[Step]) -> None:
        self.kind, self.label = kind, label
        self.states = {state.name: state for state in states}
        self.steps = {step.name: step for step in steps}
        self.initial = states[0].name
        if len(self.steps) != len(steps) or len(self.states) != len(states):
            raise ValueError(f"{kind}: a name stands twice in the table")
        self._machine = Machine(
            model=None,
            states=list(self.states),
            initial=self.initial,
            auto_transitions=False,
            send_event=True,
        )
        for step in steps:
            self._add(step)

    def _add(self, step: Step) -> None:
        for target in step.all_targets:
            condition = None
            if step.choose is not None:
                condition = lambda event, step=step, target=target: step.choose(event.model) == target  # noqa: E731
            self._machine.add_transition(step.name, list(step.sources), target, conditions=condition)

    def offers(self, row: Any, actor: Actor) -> list[Offer]:
        """Every step out of the row's state, possible or not, with the reasons. Automatic ones are left out."""
        here = [step for step in self.steps.values() if row.state in step.sources and not step.automatic]
        return [self.offer(row, step, actor) for step in here]

    def offer(self, row: Any, step: Step, actor: Actor) -> Offer:
        refused = [reason for rule in step.who if (reason := rule(row, actor))]
        if refused:
            return Offer(step, False, tuple(refused))
        return Offer(step, True, tuple(reason for rule in step.when if (reason := rule(row, actor))))

    def take(self, row: Any, name: str, actor: Actor, ask: Ask | None = None) -> Taken:
        """Take a step inside the caller's transaction: move, entail, record, and write down what follows.

        Raises NotFound (no such step), NotAllowed (who), NotNow (state or conditions), NotValid (what was asked).
        """
        ask = ask or Ask()
        step = self._check(row, name, actor, ask)
        before = row.state
        if not self._machine.events[name].trigger(row):
            raise NotNow(_("Шаг «%(step)s» сейчас невозможен", step=str(step.label)))
        row.moved_at = clock.now()
        for effect in step.entails:
            effect(row, actor, ask)
        db.session.flush()
        record = self._record(row, step, before, actor, ask)
        for follow in step.follows:
            self._enqueue(follow, row, record)
        return Taken(name, before, row.state, record)

    def _check(self, row: Any, name: str, actor: Actor, ask: Ask) -> Step:
        step = self.steps.get(name)
        if step is None:
            raise NotFound(_("Нет такого шага: %(step)s", step=name))
        if row.state not in step.sources:
            raise NotNow(
                _(
                    "Шаг «%(step)s» невозможен в состоянии «%(state)s»: вероятно, его уже сделали",
                    step=str(step.label),
                    state=str(self.states[row.state].label),
                )
            )
        offer = self.offer(row, step, actor)
        if not offer.mine:
            raise NotAllowed(_("Этот шаг делает не Вы"), reasons=offer.reasons)
        if offer.reasons:
            raise NotNow(_("Пока нельзя: %(step)s", step=str(step.label)), reasons=offer.reasons)
        self._check_inputs(step, ask)
        return step

    @staticmethod
    def _check_inputs(step: Step, ask: Ask) -> None:
        fields: dict[str, Any] = {}
        if step.comment and not ask.comment.strip():
            fields["comment"] = (
                _("Напишите причину: без неё шаг не сделать")
                if step.danger
                else _("Напишите комментарий: без него шаг не сделать")
            )
        for asked in step.asks:
            if asked.required and not ask.has(asked.name):
                fields[asked.name] = _("Нужно: %(what)s", what=str(asked.label))
        if fields:
            raise NotValid(_("Не хватает сведений для шага «%(step)s»", step=str(step.label)), fields=fields)

    def _record(self, row: Any, step: Step, before: str, actor: Actor, ask: Ask) -> audit.AuditRecord:
        data: dict[str, Any] = {"version": row.version}
        entered = {name: str(value) for name, value in ask.data.items() if value not in (None, "")}
        if entered:
            data["entered"] = entered
        if ask.files:
            data["files"] = {name: list(ids) for name, ids in ask.files.items()}
        kind, subject_id = getattr(row, "audit_subject", (self.kind, row.id))
        if (kind, subject_id) != (self.kind, row.id):
            data["of"] = [self.kind, row.id]
        act = audit.Act(
            kind,
            subject_id,
            step.name,
            before,
            row.state,
            ask.comment.strip(),
            getattr(row, "document_hash", None),
            data,
        )
        return audit.append(actor.who(), act)

    def _enqueue(self, follow: str, row: Any, record: audit.AuditRecord) -> None:
        payload = {
            "kind": self.kind,
            "id": row.id,
            "step": record.step,
            "seq": record.seq,
            "actor_id": record.actor_id,
        }
        enqueue(follow, payload, key=f"{follow}:{self.kind}:{row.id}:{record.seq}")

    def advance(self, row: Any) -> list[Taken]:
        """Take every automatic step whose conditions hold now, until none does. Inside the caller's transaction."""
        taken: list[Taken] = []
        while step := self._ready(row):
            taken.append(self.take(row, step.name, SYSTEM))
        return taken

    def _ready(self, row: Any) -> Step | None:
        for step in self.steps.values():
            if step.automatic and row.state in step.sources:
                if not any(rule(row, SYSTEM) for rule in step.when):
                    return step
        return None

    def mermaid(self) -> str:
        """The diagram for the docs, from the same table."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for step in self.steps.values():
            for source in step.sources:
                lines += [f"    {source} --> {target}: {step.name}" for target in step.all_targets]
        lines += [f"    {state.name} --> [*]" for state in self.states.values() if state.final]
        return "\n".join(lines)
