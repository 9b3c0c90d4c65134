"""Leads by their ids: as many in one call as its address may be long.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads
Quirk:  an id that is deleted, merged away or never was is simply not in the answer; a blank field neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.marketo.answers import row_id, rows_of
from adapters.marketo.spec import BATCH
from connector.adapter import Client
from connector.model import Json

PATH: Final = "/rest/v1/leads.json"
LONGEST_QUERY: Final = 7_000
"""Bytes; Marketo refuses addresses of more than 8 kB."""
_ID_BYTES: Final = 13
"""A long id and its comma, encoded."""


def read_leads(client: Client, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Json]:
    """The records of those leads that are there, by id; only these fields."""
    found: dict[str, Json] = {}
    for some in _calls([one for one in ids if one.isdigit()], fields):
        query = {"filterType": "id", "filterValues": ",".join(some), "fields": ",".join(fields), "batchSize": BATCH}
        found |= {row_id(row): row for row in rows_of(client.request("GET", PATH, params=query))}
    return found


def _calls(ids: Sequence[str], fields: Sequence[str]) -> Iterator[Sequence[str]]:
    spent = sum(len(name) + 3 for name in fields)
    size = max(1, min(BATCH, (LONGEST_QUERY - spent) // _ID_BYTES))
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
