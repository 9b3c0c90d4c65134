"""Who changed an opportunity when: Tryton keeps every version of it, and shows a record as it stood at any moment.

`history_revisions` tells the moments of many records in one call; who it was and what changed is read from the versions
themselves. A reason for loss can only be typed once the opportunity is lost, so a reason that follows is told with the
loss itself. Versions of our own writes are read like any other: they change no field that a decision is told from.
Source: trytond/model/modelsql.py, `history_revisions` and the context `_datetime`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from adapters.tryton import views
from adapters.tryton.api import Api
from adapters.tryton.names import OPPORTUNITY
from adapters.tryton.schema import LINE, OF_PARTY
from adapters.tryton.values import moment, plain, told
from connector.errors import ContractError
from connector.model import FieldChange, Json

STATE: Final = "state"
REASON: Final = "lost_reason"
Version = tuple[datetime, Json]


def changes(api: Api, rows: Sequence[Json], names: Sequence[str], since: datetime) -> dict[str, list[FieldChange]]:
    """The changes of these fields since a moment, by record id, oldest first."""
    kept = tuple(name for name in names if not name.startswith((LINE, OF_PARTY)))
    moments = _moments(api, rows)
    current = {str(row["id"]): row for row in rows}
    wanted = {id_: _from(at, since) for id_, at in moments.items()}
    past = {id_: [at for at in told_ if at < views.changed_at(current[id_])] for id_, told_ in wanted.items()}
    versions = _versions(api, past, kept)
    found: dict[str, list[FieldChange]] = {}
    for id_, row in current.items():
        whole = [*versions.get(id_, ()), (views.changed_at(row), row)]
        own = [(at, _shown(version, row, kept, at)) for at, version in whole]
        found[id_] = _differences(own, kept, since)
    return found


def _moments(api: Api, rows: Sequence[Json]) -> dict[str, list[datetime]]:
    """When each record changed, its creation first. The names of users that come along are not kept."""
    # A record whose only version is its creation has nothing to tell.
    ids = [row["id"] for row in rows if row.get("write_date")]
    if not ids:
        return {}
    lines = api.call(OPPORTUNITY, "history_revisions", {"ids": ids})
    if not isinstance(lines, list) or not all(isinstance(line, list) and len(line) >= 2 for line in lines):
        raise ContractError("Tryton told the history of opportunities in a shape that is not documented")
    found: dict[str, set[datetime]] = {}
    for line in lines:
        found.setdefault(str(line[1]), set()).add(moment(line[0]))
    return {id_: sorted(at) for id_, at in found.items()}


def _from(moments: Sequence[datetime], since: datetime) -> list[datetime]:
    """The moments since then, and the one before, from which the first of them differs."""
    later = [at for at in moments if at >= since]
    before = [at for at in moments if at < since]
    return [*before[-1:], *later]


def _versions(api: Api, wanted: Mapping[str, Sequence[datetime]], names: Sequence[str]) -> dict[str, list[Version]]:
    """The records as they stood at these moments. What changed together is read together."""
    by_moment: dict[datetime, list[str]] = {}
    for id_, moments in wanted.items():
        for at in moments:
            by_moment.setdefault(at, []).append(id_)
    fields = [*(name for name in names if name != views.SALES), "write_uid", "create_uid"]
    found: dict[str, list[Version]] = {}
    for at in sorted(by_moment):
        domain = [["id", "in", [int(one) for one in by_moment[at]]]]
        for row in api.rows(OPPORTUNITY, domain, fields, context={"_datetime": told(at)}):
            found.setdefault(str(row["id"]), []).append((at, row))
    return found


def _shown(version: Json, row: Json, names: Sequence[str], at: datetime) -> Json:
    """A version with the sales that there were by then: a relation is not part of a version."""
    shown: dict[str, Any] = {name: plain(version.get(name)) for name in names}
    if views.SALES in names:
        sales = row.get(f"{views.SALES}.") or ()
        shown[views.SALES] = [one["id"] for one in sales if moment(one["create_date"]) <= at]
    return {**shown, "by": views.author(version)}


def _differences(versions: Sequence[Version], names: Sequence[str], since: datetime) -> list[FieldChange]:
    _tell_reasons_with_losses([version for _, version in versions])
    return [
        FieldChange(at, name, old.get(name), new.get(name), new["by"])
        for (_, old), (at, new) in pairwise(versions)
        if at >= since
        for name in names
        if old.get(name) != new.get(name)
    ]


def _tell_reasons_with_losses(versions: Sequence[Json]) -> None:
    for old, new in reversed(list(pairwise(versions))):
        if old.get(STATE) == new.get(STATE) == "lost" and not old.get(REASON):
            old[REASON] = new.get(REASON)
