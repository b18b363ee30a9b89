"""What can be done with plans. Each public function is one transaction (or joins the caller's)."""

from roadmap.service.changes import NewChange, draft_change, take_change_step
from roadmap.service.dependencies import add_dependency, remove_dependency
from roadmap.service.evidence import attach, verify
from roadmap.service.indicators import (
    NewIndicator,
    NewValue,
    add_indicator,
    edit_indicator,
    record_value,
    set_targets,
)
from roadmap.service.items import (
    assign_executor,
    enter_fact,
    owns,
    take_item_step,
    take_item_step_with_files,
)
from roadmap.service.moves import draft_moves
from roadmap.service.plans import (
    NewItem,
    NewPlan,
    add_item,
    add_section,
    create_plan,
    drop_item,
    edit_item,
    take_edition_step,
    take_edition_step_with_files,
)
from roadmap.service.table import Fault, RowEdit, Saved, TableRefused, save_table
from roadmap.service.ties import append_plan, detach_plan, link, settle_link, tie_indicator, unlink, untie_indicator
from roadmap.service.views import forget_view, save_view

__all__ = [
    "Fault",
    "NewChange",
    "NewIndicator",
    "NewItem",
    "NewPlan",
    "NewValue",
    "RowEdit",
    "Saved",
    "TableRefused",
    "add_dependency",
    "add_indicator",
    "add_item",
    "add_section",
    "append_plan",
    "assign_executor",
    "attach",
    "create_plan",
    "detach_plan",
    "draft_change",
    "draft_moves",
    "drop_item",
    "edit_indicator",
    "edit_item",
    "enter_fact",
    "forget_view",
    "link",
    "owns",
    "record_value",
    "remove_dependency",
    "save_table",
    "save_view",
    "set_targets",
    "settle_link",
    "take_change_step",
    "take_edition_step",
    "take_edition_step_with_files",
    "take_item_step",
    "take_item_step_with_files",
    "tie_indicator",
    "unlink",
    "untie_indicator",
    "verify",
]
