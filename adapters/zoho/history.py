"""Who changed a record when, from its timeline.

A timeline costs a call for each record. So it is read only where somebody else than leadloop changed the record last,
no longer ago than two days, and no further back than the window that is being read. Older changes are dated by the
record's own times, or by the look that sees them.
Source: crm-oas v8.0, timelines.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.zoho import views
from adapters.zoho.account import Account
from adapters.zoho.api import DEALS, moment
from adapters.zoho.columns import CATEGORY
from adapters.zoho.directory import reference
from adapters.zoho.values import remembered
from connector.errors import ContractError
from connector.model import FieldChange, Json

RECENT: Final = timedelta(days=2)
PAGE: Final = 200
HOLDS: Final = "__timeline"


def is_worth_asking(account: Account, row: Json, since: datetime) -> bool:
    """Did a person, or an automation, change this record within what is being read?"""
    changed_at = moment(row["Modified_Time"])
    if changed_at < max(since, account.api.client.now() - RECENT) or row["Modified_Time"] == row.get("Created_Time"):
        return False
    return reference(row.get("Modified_By")) != str(account.me["id"])


def of_record(
    account: Account, object_name: str, record_id: str, names: Sequence[str], since: datetime
) -> list[FieldChange]:
    """The changes of these fields since then, oldest first."""
    found: list[FieldChange] = []
    for line in _lines(account, f"{object_name}/{record_id}/{HOLDS}", since):
        is_by_rule = bool(line.get("automation_details"))  # then `done_by` is who set it off, not who decided
        at, by = moment(line.get("audited_time")), None if is_by_rule else reference(line.get("done_by"))
        for change in line.get("field_history") or ():
            found += _changes(account, object_name, names, change, at, by)
    return sorted(found, key=lambda change: change.at)


def _lines(account: Account, path: str, since: datetime) -> Iterator[Json]:
    """Lines of a timeline, newest first, back to that time."""
    params: dict[str, Any] = {"per_page": PAGE, "sort_by": "audited_time", "sort_order": "desc"}
    while True:
        listed = account.api.page(path, params, holds=HOLDS)
        yield from (line for line in listed.rows if moment(line.get("audited_time")) >= since)
        is_enough = not listed.rows or moment(listed.rows[-1].get("audited_time")) < since
        if is_enough or not listed.more or listed.token is None:
            return
        if listed.token == params.get("page_token"):
            raise ContractError(f"Zoho answered '{path}' with a page token that leads nowhere")
        params = {**params, "page_token": listed.token}


def _changes(
    account: Account, object_name: str, names: Sequence[str], told: Json, at: datetime, by: str | None
) -> Iterator[FieldChange]:
    name = str(told.get("api_name"))
    column = account.schema.find(object_name, name)
    values = told.get("_value") or {}
    if column is None:
        return
    old, new = remembered(column, values.get("old")), remembered(column, values.get("new"))
    if name in names:
        yield FieldChange(at, name, old, new, by)
    if object_name == DEALS and name == "Stage" and CATEGORY in names:
        was, now = views.category(account, old), views.category(account, new)
        if was != now:
            yield FieldChange(at, CATEGORY, was, now, by)
