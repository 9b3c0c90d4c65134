"""Who is gone: deletions have an address of their own, merges are activities of the survivor.

Cursor: `deleted` and `merged`, the places in the two feeds (see `feed`).
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/activities
Limits: deletions are kept for 14 days. Who was away longer is told so: those show only when a lead is asked for.
Quirk:  a page shows what fits of the next 300 rows of the whole log, so that 14 days of it take as many calls as all
        its activities: a first read begins at its own moment (`from_now`), a lost cursor 14 days back.
        The attribute of a merge that names its losers is not documented: any that begins with "Merge ID" is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from adapters.marketo.activities import PATH as LOG
from adapters.marketo.activities import attributes_of
from adapters.marketo.answers import moment, moment_or_none
from adapters.marketo.feed import Feed, key_of, read_until_now
from connector.adapter import BadRecord, Client, Page, Removal
from connector.adapter.cursors import resumed
from connector.errors import RecordError
from connector.model import Json

DELETED: Final = "/rest/v1/activities/deletedleads.json"
KEPT: Final = timedelta(days=14)
MERGE: Final = 32
_ID = re.compile(r"\d+")


def walk(client: Client, cursor: Json | None, page_size: int) -> Iterator[Page[Removal]]:
    """Deletions, then merges. A merge is told last: what became of the person counts more than that an id is gone."""
    stood = dict(cursor or {})
    first_at = client.now() - KEPT
    missed = _missed(stood.get("deleted"), client)
    feed = Feed(client, DELETED, {"batchSize": page_size}, first_at)
    for rows, place in feed.walk(stood.get("deleted")):
        stood["deleted"] = place
        gone = [Removal(str(row.get("leadId")), at=moment_or_none(row.get("activityDate"))) for row in rows]
        yield Page(records=gone, cursor=dict(stood), bad=missed)
        missed = []
    feed = Feed(client, LOG, {"activityTypeIds": [MERGE], "batchSize": page_size}, first_at)
    for rows, place in resumed(feed.walk, stood.get("merged")):
        stood["merged"] = place
        merged, bad = _merges(rows)
        yield Page(records=merged, bad=bad, cursor=dict(stood))


def from_now(client: Client) -> Json:
    """The cursor of a first read: who was deleted or merged before it is in no answer and no bulk file that follows."""
    place = read_until_now(client)
    return {"deleted": place, "merged": place}


def losers_of(row: Json) -> list[str]:
    """The ids that were merged into the lead of this activity."""
    attributes = attributes_of(row.get("attributes"))
    told = [str(value) for name, value in attributes.items() if name.lower().startswith("merge id")]
    return [id_ for id_ in _ID.findall(" ".join(told)) if id_ != str(row.get("leadId"))]


def _merges(rows: Sequence[Json]) -> tuple[list[Removal], list[BadRecord]]:
    merged: list[Removal] = []
    bad: list[BadRecord] = []
    for row in rows:
        at: Any = moment_or_none(row.get("activityDate"))
        losers = losers_of(row)
        merged += [Removal(loser, merged_into=str(row.get("leadId")), at=at) for loser in losers]
        if not losers:
            bad.append(_bad(key_of(row), "names no lead that was merged", "merge_without_ids"))
    return merged, bad


def _missed(stood: Json | None, client: Client) -> list[BadRecord]:
    """Word of the time for which Marketo no longer tells deletions."""
    if not stood or "mark" not in stood or client.now() - moment(stood["mark"]) <= KEPT:
        return []
    told = f"deletions between {stood['mark']} and {client.now() - KEPT:%Y-%m-%d} are no longer told by Marketo"
    hint = "leads that were deleted then are found when they are written to"
    return [BadRecord(place=stood["mark"], raw={}, error=RecordError(told, code="deletions_missed", hint=hint))]


def _bad(place: str, what: str, code: str) -> BadRecord:
    error = RecordError(f"activity {place} {what}", code=code, place=place)
    return BadRecord(place=place, raw={"marketoGUID": place}, error=error)
