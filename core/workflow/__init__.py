"""State machines built from tables of steps; the durable table of what must follow."""

from core.workflow.engine import Ask, Effect, Input, Offer, Rule, State, Stateful, Step, Taken, Workflow
from core.workflow.jobs import enqueue, handler

__all__ = [
    "Ask",
    "Effect",
    "Input",
    "Offer",
    "Rule",
    "State",
    "Stateful",
    "Step",
    "Taken",
    "Workflow",
    "enqueue",
    "handler",
]
