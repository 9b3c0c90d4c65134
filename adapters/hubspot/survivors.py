"""Records by id, through merges: who answers to an id now?

A merge's losers vanish without being archived; the survivor lists them in `hs_merged_object_ids`, and old ids answer
with the survivor's record under its own id (which may be a third one).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from adapters.hubspot.api import Api
from connector.model import Json

MERGED: Final = "hs_merged_object_ids"


def merged_into(row: Json) -> list[str]:
    """Ids of the records that this one absorbed."""
    return [one for one in str(row["properties"].get(MERGED) or "").split(";") if one]


def by_id(
    api: Api, object_name: str, ids: Iterable[str], properties: Sequence[str], *, reserve: bool = False
) -> dict[str, Json | None]:
    """Each id with the record that stands for it now: its own, a merge's survivor, or None for a deleted one."""
    wanted = list(dict.fromkeys(ids))
    read = api.read(object_name, wanted, [*properties, MERGED], reserve=reserve)
    found: dict[str, Json | None] = dict.fromkeys(read.gone)
    for row in read.rows:
        found |= dict.fromkeys(merged_into(row), row)
    found |= {str(row["id"]): row for row in read.rows}
    for one in wanted:
        if one not in found:  # left out without a word: only the single address tells
            found[one] = api.one(object_name, one, [*properties, MERGED])
    return {one: found[one] for one in wanted}
