"""What can be done with routes and rounds. Each public function is one transaction (or joins the caller's)."""

from core.signoffs.service.carry import carry
from core.signoffs.service.decide import NewRemark, decide
from core.signoffs.service.paper import OnPaper, confirm_paper, record_paper, refuse_paper
from core.signoffs.service.protocol import add_row, close_protocol, consent, propose, set_wording, withdraw
from core.signoffs.service.reassign import Handing, NewSlot, add_slot, delegate, drop_slot, reassign
from core.signoffs.service.remarks import answer_remark, register_remark, unanswered
from core.signoffs.service.rounds import Start, open_phase, pass_phase, start, stop, supersede
from core.signoffs.service.substitution import Away, revoke, substitute
from core.signoffs.service.templates import RouteInput, install_routes, preview, preview_route, save_route

__all__ = [
    "Away", "Handing", "NewRemark", "NewSlot", "OnPaper", "RouteInput", "Start", "add_row", "add_slot",
    "answer_remark", "carry", "close_protocol", "confirm_paper", "consent", "decide", "delegate", "drop_slot",
    "install_routes", "open_phase", "pass_phase", "preview", "preview_route", "propose", "reassign", "record_paper",
    "refuse_paper", "register_remark", "revoke", "save_route", "set_wording", "start", "stop", "substitute",
    "supersede", "unanswered", "withdraw",
]  # fmt: skip
