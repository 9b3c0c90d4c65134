"""Who changed a deal when, from its own changelog; leads keep none, and of persons it is not asked.

A changelog costs 20 tokens a deal. So it is read only where something was decided lately: the deal was made, moved,
won or lost within the window that is being read, and no longer ago than two days. Older deals are dated by their own
times (`won_time`, `lost_time`, `add_time`), and our own scores set off no reading at all.
Source: https://developers.pipedrive.com/docs/api/v1/Deals, "List updates about deal field values"
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.pipedrive.account import Account
from adapters.pipedrive.columns import DEAL, Column
from adapters.pipedrive.values import decoded
from adapters.pipedrive.views import moment
from connector.model import FieldChange, Json

RECENT: Final = timedelta(days=2)
DECISIVE: Final = ("add_time", "stage_change_time", "won_time", "lost_time", "close_time")
_RENAMED: Final = {"user_id": "owner_id"}


def is_worth_asking(row: Json, since: datetime, now: datetime) -> bool:
    """Was something decided on this deal within what is being read?"""
    times = [moment(row[name]) for name in DECISIVE if row.get(name)]
    return bool(times) and max(times) >= max(since, now - RECENT)


def of_deal(account: Account, deal_id: Any, names: Sequence[str]) -> list[FieldChange]:
    """The changes of these fields, oldest first."""
    lines = account.api.all(f"v1/deals/{deal_id}/changelog")
    by_code = {column.code: (name, column) for name in names if (column := account.schema.find(DEAL, name))}
    found: list[FieldChange] = []
    for line in lines:
        key = str(line.get("field_key"))
        found += _changes(account, by_code, _RENAMED.get(key, key), line)
    return sorted(found, key=lambda change: change.at)


def _changes(account: Account, by_code: dict[str, tuple[str, Column]], code: str, line: Json) -> list[FieldChange]:
    at, by = moment(line.get("time")), line.get("actor_user_id")
    author = None if by is None else str(by)
    told = [(name, column) for own, (name, column) in by_code.items() if own == code]
    changes = [
        FieldChange(at, name, _value(column, line.get("old_value")), _value(column, line.get("new_value")), author)
        for name, column in told
    ]
    if code == "stage_id":
        changes += _stage_changes(account, by_code, line, at, author)
    return changes


def _stage_changes(
    account: Account, by_code: dict[str, tuple[str, Column]], line: Json, at: datetime, by: str | None
) -> list[FieldChange]:
    """A move to another stage, as a change of what mappings ask of stages."""
    stages = account.schema.stages()
    old, new = (stages.get(int(value)) if str(value or "").isdigit() else None for value in _both(line))
    parts = {"stage": "name", "stage_order": "order", "pipeline": "pipeline"}
    return [
        FieldChange(at, by_code[code][0], getattr(old, part, None), getattr(new, part, None), by)
        for code, part in parts.items()
        if code in by_code and getattr(old, part, None) != getattr(new, part, None)
    ]


def _both(line: Json) -> tuple[Any, Any]:
    return line.get("old_value"), line.get("new_value")


def _value(column: Column, told: Any) -> Any:
    """A value of the changelog, where all are texts, as the record itself would tell it."""
    if told in (None, ""):
        return None
    if column.type in ("int", "double", "monetary") and isinstance(told, str):
        try:
            number = float(told)
        except ValueError:
            return told
        return int(number) if number.is_integer() else number
    return decoded(column, told)
