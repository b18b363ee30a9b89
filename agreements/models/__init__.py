"""Tables of agreements."""

from agreements.models.agreement import Agreement, AgreementParty, Revision
from agreements.models.fanout import (
    BoardAct,
    BoardActRow,
    Deviations,
    ModelForm,
    ModelRevision,
    Sending,
    SendingRow,
    Sent,
)
from agreements.models.imports import ImportRun
from agreements.models.life import Amendment, Notice, Prolongation
from agreements.models.registration import Journal, RegistrationEntry
from agreements.models.reminders import Reminder
from agreements.models.search import SavedView, SearchText
from agreements.models.signing import ElectronicSignature, PaperCopy, PartySignature
from agreements.models.webhooks import Delivery, Webhook

__all__ = [
    "Agreement",
    "AgreementParty",
    "Amendment",
    "BoardAct",
    "BoardActRow",
    "Delivery",
    "Deviations",
    "ElectronicSignature",
    "ImportRun",
    "Journal",
    "ModelForm",
    "ModelRevision",
    "Notice",
    "PaperCopy",
    "PartySignature",
    "Prolongation",
    "RegistrationEntry",
    "Reminder",
    "Revision",
    "SavedView",
    "SearchText",
    "Sending",
    "SendingRow",
    "Sent",
    "Webhook",
]
