"""Every read of plans. A list costs two queries beside the actor, a page four."""

from roadmap.queries.editions import compare, edition_by_number, edition_page, editions
from roadmap.queries.items import ItemPage, find_item, item_by_code, item_page
from roadmap.queries.plans import ItemSearch, PlanHead, item_list, plan_head, plan_list

__all__ = [
    "ItemPage",
    "ItemSearch",
    "PlanHead",
    "compare",
    "edition_by_number",
    "edition_page",
    "editions",
    "find_item",
    "item_by_code",
    "item_list",
    "item_page",
    "plan_head",
    "plan_list",
]
