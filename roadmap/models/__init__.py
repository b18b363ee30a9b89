"""Tables of the roadmap."""

from roadmap.models.changes import ChangeRequest
from roadmap.models.evidence import Verification
from roadmap.models.imports import PlanImport, ValueImport
from roadmap.models.indicators import Indicator, IndicatorValue
from roadmap.models.initiatives import Initiative, InitiativeEvent
from roadmap.models.items import (
    TERMS,
    Consent,
    Dependency,
    Item,
    ItemIndicator,
    ItemLink,
    ItemTerms,
    Occurrence,
    Verdict,
)
from roadmap.models.meetings import CoExecutor, DecisionReminder, Meeting, MeetingDecision
from roadmap.models.plans import EDITABLE_EDITION, OPEN_EDITION, Edition, Roadmap, RoadmapParty, RoadmapSection
from roadmap.models.reminders import RoadmapReminder
from roadmap.models.reports import CalendarFeed, Report, ReportLine
from roadmap.models.views import PlanView

__all__ = [
    "EDITABLE_EDITION",
    "OPEN_EDITION",
    "TERMS",
    "CalendarFeed",
    "ChangeRequest",
    "CoExecutor",
    "Consent",
    "DecisionReminder",
    "Dependency",
    "Edition",
    "Indicator",
    "IndicatorValue",
    "Initiative",
    "InitiativeEvent",
    "Item",
    "ItemIndicator",
    "ItemLink",
    "ItemTerms",
    "Meeting",
    "MeetingDecision",
    "Occurrence",
    "PlanImport",
    "PlanView",
    "Report",
    "ReportLine",
    "Roadmap",
    "RoadmapParty",
    "RoadmapReminder",
    "RoadmapSection",
    "ValueImport",
    "Verdict",
    "Verification",
]
