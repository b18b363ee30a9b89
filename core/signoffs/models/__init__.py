"""Tables of the sign-off engine."""

from core.signoffs.models.protocol import Protocol, ProtocolConsent, ProtocolRow, ProtocolWording
from core.signoffs.models.remarks import Remark
from core.signoffs.models.rounds import Decision, Desk, PaperAct, Round, RouteChange, Slot, SlotHolder
from core.signoffs.models.routes import RouteTemplate
from core.signoffs.models.substitution import Substitution

__all__ = [
    "Decision",
    "Desk",
    "PaperAct",
    "Protocol",
    "ProtocolConsent",
    "ProtocolRow",
    "ProtocolWording",
    "Remark",
    "Round",
    "RouteChange",
    "RouteTemplate",
    "Slot",
    "SlotHolder",
    "Substitution",
]
