"""Letters and notices in the application: written first, sent after."""

from core.notifications import sending
from core.notifications.service import Message, mark_read, notify

__all__ = ["Message", "mark_read", "notify", "sending"]
