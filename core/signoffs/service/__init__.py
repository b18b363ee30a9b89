"""What can be done with routes and rounds. Each public function is one transaction (or joins the caller's)."""

from core.signoffs.service.decide import decide
from core.signoffs.service.paper import confirm_paper, record_paper, refuse_paper
from core.signoffs.service.carry import carry
from core.signoffs.service.rounds import Start, open_phase, pass_phase, start, stop, supersede

__all__ = [
    "Start",
    "carry",
    "confirm_paper",
    "decide",
    "open_phase",
    "pass_phase",
    "record_paper",
    "refuse_paper",
    "start",
    "stop",
    "supersede",
]
