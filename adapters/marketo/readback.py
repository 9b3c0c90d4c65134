"""Is it there? Asked after an unknown outcome, before anything is sent again.

Fields are read from the lead, membership from the list, a custom activity from the log by our key in it. An absence
counts only after `visible_after_s`: the log may lag. A type without the attribute for our key cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from adapters.marketo.activities import PATH as LOG
from adapters.marketo.activities import attributes_of as told_attributes
from adapters.marketo.answers import row_id, rows_of
from adapters.marketo.events import Events
from adapters.marketo.feed import Feed
from adapters.marketo.leads import read_leads
from adapters.marketo.spec import BATCH
from adapters.marketo.types import EFFECT, attributes_of
from adapters.marketo.writes import Lists, lead_id
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import LeadWrite, ReadBack

ASKED_FOR: Final = timedelta(hours=26)
"""How far back the log is looked through: the engine asks for a day."""
LEADS_A_CALL: Final = 30


def read_back(client: Client, lists: Lists, events: Events, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write, in order."""
    fields = [write for write in writes if write.kind == "field"]
    answers = {answer.effect: answer for answer in _fields(client, fields)} if fields else {}
    for kind, read in (("list", _list), ("event", _events)):
        groups: dict[tuple[str, bool], list[LeadWrite]] = {}
        for write in (one for one in writes if one.kind == kind):
            groups.setdefault((write.name, write.on), []).append(write)
        for group in groups.values():
            answers |= {answer.effect: answer for answer in read(client, lists, events, group)}
    return [answers.get(write.effect) or _unclear(write) for write in writes]


def _fields(client: Client, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    names = list(dict.fromkeys(name for write in writes for name in write.fields))
    found = read_leads(client, list(dict.fromkeys(write.record_id or "" for write in writes)), ["id", *names])
    return [
        ReadBack(
            write.effect,
            present=write.record_id in found,
            record_id=write.record_id,
            fields={name: found[write.record_id].get(name) for name in write.fields}
            if write.record_id in found
            else {},
        )
        for write in writes
    ]


def _list(client: Client, lists: Lists, _: Events, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    try:
        path = f"/rest/v1/lists/{lists.id_of(writes[0])}/leads/ismember.json"
        ids = list(dict.fromkeys(lead_id(write) for write in writes))
    except RecordError:
        return [_unclear(write) for write in writes]
    status: dict[str, str] = {}
    for start in range(0, len(ids), BATCH):
        answer = client.request("GET", path, params={"id": ids[start : start + BATCH]})
        status |= {row_id(row): str(row.get("status")) for row in rows_of(answer)}
    return [
        ReadBack(
            write.effect,
            present=(status.get(str(write.record_id)) == "memberof") is write.on,
            record_id=write.record_id,
        )
        for write in writes
    ]


def _events(client: Client, _: Lists, events: Events, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    try:
        kind = events.type_of(writes[0])
    except RecordError:
        return [_unclear(write) for write in writes]
    label = attributes_of(kind).get(EFFECT)
    if label is None:
        return [_unclear(write) for write in writes]
    keys = _keys_in_log(client, kind["id"], label, list(dict.fromkeys(lead_id(write) for write in writes)))
    return [ReadBack(write.effect, present=write.effect in keys, record_id=write.record_id) for write in writes]


def _keys_in_log(client: Client, type_id: int, label: str, leads: Sequence[int]) -> set[str]:
    """Our keys in the activities of this type that these leads had lately."""
    keys: set[str] = set()
    for start in range(0, len(leads), LEADS_A_CALL):
        query = {"activityTypeIds": [type_id], "leadIds": list(leads[start : start + LEADS_A_CALL]), "batchSize": BATCH}
        for rows, _ in Feed(client, LOG, query, client.now() - ASKED_FOR).walk(None):
            keys |= {_key(told_attributes(row.get("attributes")), label) for row in rows}
    return keys


def _key(attributes: Mapping[str, object], label: str) -> str:
    return str(attributes.get(label) or attributes.get(EFFECT) or "")


def _unclear(write: LeadWrite) -> ReadBack:
    return ReadBack(write.effect, present=False, record_id=write.record_id, unclear=True)
