"""Contacts: pages by id, single ones, and what became of those who are not there.

A record is flattened: the values of all fields by their alias, and beside them what Mautic keeps of a contact besides
fields: `id, points, stage, stage_id, tags, doNotContact, utmtags` and the four `TIMES`.
Source: https://devdocs.mautic.org/en/latest/rest_api/contacts.html
Quirk:  a total of 0 is cached for some seconds and hides rows, so an absence counts only when the contact itself is
        asked for and answers 404. That is the same for deleted and merged ones: the audit log tells which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from adapters.mautic.asking import Where, one_of, query, rows, told_utc
from adapters.mautic.spec import BATCH
from adapters.mautic.tables import read_table
from connector.adapter import Client, ContactAnswer
from connector.adapter.shapes import by_key, keys
from connector.errors import ContractError
from connector.model import Json

PATH: Final = "/api/contacts"
KNOWN: Final = "!is:anonymous"
"""Visitors whom nobody knows are contacts, too; they are left out everywhere."""
TIMES: Final = ("dateAdded", "dateModified", "dateIdentified", "lastActive")
BESIDE: Final = ("id", "points", "stage", "stage_id", "tags", "doNotContact", "utmtags", *TIMES)
"""What a flattened record holds besides the account's fields."""
_SURVIVOR = re.compile(r'merged_into"(?:;i:|;s:\d+:"|\s*:\s*"?)(\d+)')
_LONGEST_CHAIN: Final = 10


def page_with(fields: Iterable[str] = ()) -> Any:
    """What of a page of contacts is wanted: these fields, and what stands beside fields.

    Mautic describes each field of each contact anew, in groups, besides the values by alias: most of a page.
    """
    return keys(contacts=by_key(keys(BESIDE, fields=keys(all=keys(fields)))))


def walk(client: Client, conditions: Sequence[Where], after: int, size: int, only: Any = None) -> Iterator[list[Json]]:
    """Known contacts that fit, by id from `after` on, page by page; the last page is shorter than `size`."""
    while True:
        asked = query([Where("id", "gt", after), *conditions], limit=size)
        answer = client.request("GET", PATH, params={"search": KNOWN, **asked})
        found = _sorted(rows(answer, "contacts", only))
        yield [flat(row) for row in found]
        if len(found) < size:
            return
        after = int(found[-1]["id"])


def identified(client: Client, ids: Sequence[str]) -> set[str]:
    """Which of these contacts are known people?"""
    found: set[str] = set()
    for start in range(0, len(ids), BATCH):
        asked = query([one_of("id", ids[start : start + BATCH])], limit=BATCH)
        answer = client.request("GET", PATH, params={"search": KNOWN, "minimal": 1, **asked})
        found |= {str(row["id"]) for row in rows(answer, "contacts")}
    return found


def read(client: Client, ids: Sequence[str]) -> Iterator[ContactAnswer]:
    """One answer per id."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found = {str(row["id"]): row for row in rows(_by_ids(client, some), "contacts")}
        absent: list[str] = []
        for id_ in some:
            record = found.get(id_) or single(client, id_)
            if record is None:
                absent.append(id_)
            else:
                yield ContactAnswer(id_, "whole", record=flat(record))
        yield from _absent(client, absent)


def single(client: Client, id_: str) -> Json | None:
    """One contact as Mautic tells it; None when it is deleted or was merged into another."""
    answer = client.request("GET", f"{PATH}/{id_}", accept={404})
    if answer.status == 404:
        return None
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("contact"), dict):
        raise ContractError(f"contact {id_} came without 'contact'")
    record: Json = body["contact"]
    return record


def flat(row: Json) -> Json:
    """A record by the aliases of the account's fields, its times with their offset."""
    if "id" not in row:
        raise ContractError("a contact came without its 'id'")
    fields = row.get("fields") if isinstance(row.get("fields"), dict) else {}
    record: Json = dict(fields.get("all") or {}) if isinstance(fields, dict) else {}
    stage = row.get("stage")
    return record | {
        "id": str(row["id"]),
        "points": row.get("points"),
        "stage": stage.get("name") if isinstance(stage, dict) else None,
        "stage_id": str(stage.get("id")) if isinstance(stage, dict) else None,
        "tags": [str(tag.get("tag")) for tag in _list(row.get("tags"))],
        "doNotContact": _list(row.get("doNotContact")),
        "utmtags": _list(row.get("utmtags")),
        **{name: told_utc(row.get(name)) for name in TIMES},
    }


def _by_ids(client: Client, ids: Sequence[str]) -> Any:
    return client.request("GET", PATH, params=query([one_of("id", ids)], limit=BATCH))


def _absent(client: Client, ids: Sequence[str]) -> Iterator[ContactAnswer]:
    survivors = _survivors(client, ids)
    for id_ in ids:
        into = survivors.get(id_)
        yield ContactAnswer(id_, "merged" if into else "gone", merged_into=into)


def _survivors(client: Client, ids: Sequence[str]) -> dict[str, str]:
    """Loser → survivor, through merges of merges; nothing where the audit log may not be read."""
    told: dict[str, str] = {}
    asked = list(ids)
    for _ in range(_LONGEST_CHAIN):
        if not asked:
            break
        merged = [Where("bundle", val="lead"), Where("action", val="merge"), one_of("object_id", asked)]
        found = read_table(client, "audit_log", merged, limit=BATCH) or []
        new = {str(row["object_id"]): into for row in found if (into := survivor_in(row.get("details")))}
        asked = [into for into in new.values() if into not in told]
        told |= new
    return {id_: _end(told, id_) for id_ in ids if id_ in told}


def survivor_in(details: Any) -> str | None:
    """The survivor in a line of the audit log: as PHP wrote it into the database, as JSON, or decoded."""
    if isinstance(details, dict):
        return str(details["merged_into"]) if details.get("merged_into") else None
    found = _SURVIVOR.search(str(details))
    return found[1] if found else None


def _end(told: dict[str, str], id_: str) -> str:
    for _ in range(_LONGEST_CHAIN):
        if id_ not in told:
            break
        id_ = told[id_]
    return id_


def _sorted(found: list[Json]) -> list[Json]:
    return sorted(found, key=lambda row: int(row["id"]))


def _list(value: Any) -> list[Json]:
    items = value.values() if isinstance(value, dict) else value
    return [item for item in items or () if isinstance(item, dict)]
