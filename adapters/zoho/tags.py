"""Tags, put on and taken off beside those of sales; one that does not exist yet is made with its first use.

Source: https://www.zoho.com/crm/developer/docs/api/v8/add-tags.html, …/remove-tags.html; crm-oas v8.0, tags.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from adapters.zoho import outcomes
from adapters.zoho.account import Account
from adapters.zoho.api import TAGS_A_CREDIT, Api, row_cost
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome, ReadBack

MAX_LENGTH: Final = 25


def check(write: LeadWrite) -> None:
    """Raises RecordError for a tag that Zoho would refuse."""
    if not write.name or len(write.name) > MAX_LENGTH:
        raise RecordError(f"a tag of Zoho has 1 to {MAX_LENGTH} characters", code="bad_tag")


def send(account: Account, api: Api, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One call: one tag, on or off, on records of one object."""
    first, ids = writes[0], [str(write.record_id) for write in writes]
    object_name = first.object or account.main
    tag: Json = {"name": first.name}
    body: Json = {"tags": [tag], "ids": ids}
    if first.on:
        body["over_write"] = False  # true would take away what sales put there
    else:
        tag_id = account.schema.tag_id(object_name, first.name)
        if tag_id is None:
            return [outcomes.unchanged(write) for write in writes]
        tag["id"] = tag_id
    verb = "add_tags" if first.on else "remove_tags"
    path, cost = f"{object_name}/actions/{verb}", row_cost(len(ids), TAGS_A_CREDIT)
    return outcomes.of_rows(object_name, writes, api.save("POST", path, body, cost=cost))


def read_back(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Is each tag as it was wanted?"""
    found: dict[str, ReadBack] = {}
    for object_name in dict.fromkeys(write.object or account.main for write in writes):
        group = [write for write in writes if (write.object or account.main) == object_name]
        rows = account.api.by_ids(object_name, [str(write.record_id) for write in group], ("id", "Tag"))
        found |= {write.effect: _answer(write, rows.get(str(write.record_id))) for write in group}
    return [found[write.effect] for write in writes]


def _answer(write: LeadWrite, row: Json | None) -> ReadBack:
    tags: list[Any] = (row or {}).get("Tag") or []
    is_on = any(isinstance(one, dict) and one.get("name") == write.name for one in tags)
    is_so = row is not None and is_on is write.on
    return ReadBack(write.effect, is_so, record_id=write.record_id if is_so else None, object=write.object)
