"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from connector.model import Json, LeadWrite, ReadBack

_MAX_MERGES = 10


def field_of(row: Json, path: str) -> Any:
    """The value of a field, or of a related record's (`Owner.Type`); None where the way there ends."""
    value: Any = row
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return plain(value)


def plain(value: Any) -> Any:
    """A value as a mapping would send it: moments as ISO 8601 with `Z` and, where there are any, milliseconds."""
    if not isinstance(value, str) or len(value) != 28 or not value.endswith("+0000"):
        return value
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return value
    return value[:-5].removesuffix(".000") + "Z"


def read_back(api: Api, writes: Sequence[LeadWrite], main_object: str, key: str | None) -> list[ReadBack]:
    """One answer per record write: by id where it is known, else by key."""
    answers: dict[str, ReadBack] = {}
    for object_name, group in _by_object(writes, main_object).items():
        fields = ["Id", *dict.fromkeys(name for write in group for name in write.fields)]
        known = [write for write in group if write.record_id]
        new = [write for write in group if not write.record_id]
        by_id = _by_id(api, object_name, fields, {str(write.record_id) for write in known})
        by_key = _by_key(api, object_name, fields, key, [write.key for write in new]) if key else {}
        rows = [(write, by_id.get(str(write.record_id)[:15])) for write in known]
        rows += [(write, by_key.get(write.key)) for write in new]
        answers |= {write.effect: _answer(write, object_name, row) for write, row in rows}
    return [answers[write.effect] for write in writes]


def _by_object(writes: Sequence[LeadWrite], main_object: str) -> dict[str, list[LeadWrite]]:
    groups: dict[str, list[LeadWrite]] = {}
    for write in writes:
        groups.setdefault(write.object or main_object, []).append(write)
    return groups


def _by_id(api: Api, object_name: str, fields: Sequence[str], ids: Iterable[str]) -> dict[str, Json]:
    queries = soql.where_in(soql.select(fields, object_name), [("Id", one) for one in sorted(ids)])
    return {row["Id"][:15]: row for query in queries for row in api.rows(query)}


def _by_key(api: Api, object_name: str, fields: Sequence[str], key: str, keys: Sequence[str]) -> dict[str, Json]:
    """Records by the key that they were made under; one that was merged since answers with the winner's values.

    A record deleted without a merge is not there: it may be an older one of the same person.
    """
    head = soql.select([*fields, key, "IsDeleted", "MasterRecordId"], object_name)
    found: dict[str, Json] = {}
    losers: dict[str, str] = {}
    for query in soql.where_in(head, [(key, one) for one in keys]):
        for row in api.rows(query, deleted=True):
            if not row["IsDeleted"]:
                found[row[key]] = row
            elif row["MasterRecordId"]:
                losers[row[key]] = row["MasterRecordId"]
    return {**_winners(api, head, losers), **found}


def _winners(api: Api, head: str, losers: Mapping[str, str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    waiting = dict(losers)
    for _ in range(_MAX_MERGES):
        if not waiting:
            break
        queries = soql.where_in(head, [("Id", record_id) for record_id in waiting.values()])
        rows = {row["Id"]: row for query in queries for row in api.rows(query, deleted=True)}
        ends = {one: rows[record_id] for one, record_id in waiting.items() if record_id in rows}
        found |= {one: row for one, row in ends.items() if not row["IsDeleted"]}
        waiting = {
            one: row["MasterRecordId"] for one, row in ends.items() if row["IsDeleted"] and row["MasterRecordId"]
        }
    return found


def _answer(write: LeadWrite, object_name: str, row: Json | None) -> ReadBack:
    if row is None:
        return ReadBack(write.effect, present=False, object=object_name)
    fields = {name: field_of(row, name) for name in write.fields}
    return ReadBack(write.effect, present=True, record_id=row["Id"], object=object_name, fields=fields)
