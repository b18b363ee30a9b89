"""Tables of agreements."""

from agreements.models.agreement import Agreement, AgreementParty, Revision
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
    "Delivery",
    "ElectronicSignature",
    "ImportRun",
    "Journal",
    "Notice",
    "PaperCopy",
    "PartySignature",
    "Prolongation",
    "RegistrationEntry",
    "Reminder",
    "Revision",
    "SavedView",
    "SearchText",
    "Webhook",
]
