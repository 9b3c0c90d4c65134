"""Who acted lately: the activity log of all contacts, where the account shows it.

It is documented for one contact at a time; live accounts have answered it for all. Whatever it says is a hint whose
acts to read, so that an opening or click that moves no contact's time is found at once. An account that refuses it,
or that does not keep to `after`, has everybody's acts read once a week (see `everyone`).

Place: `after`, the time to read from, and `met`, the rows after it that were met already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from adapters.activecampaign import rows
from adapters.activecampaign.asking import is_given, moment
from connector.adapter import Client, ToRead
from connector.errors import AuthError, RemoteRefusal
from connector.model import Json

LATE: Final = timedelta(minutes=10)
"""How long a row may stay invisible after its time."""
DAY: Final = timedelta(days=1)
MOST_MET: Final = 2000
_SUBSCRIPTIONS: Final = ("SubscriberList", "SmsUnsub")
"""Acts that change whether somebody may be mailed: the contact itself is read again."""


def place_at(now: datetime) -> Json:
    """Hints begin now: who acted before is named by the first walk."""
    return {"after": now.isoformat(), "met": []}


def hints(client: Client, place: Json, size: int) -> tuple[list[ToRead], Json]:
    """Whose acts to read, and the place after that; it stays where it is when the account shows no such list."""
    now = client.now()
    after = datetime.fromisoformat(place["after"])
    met = set(place["met"])
    try:
        found = list(_found(client, after, size))
    except (RemoteRefusal, AuthError):
        return [], place_at(now - LATE)
    begin = max(after, now - LATE)
    named = [one for row in found if _mark(row) not in met for one in _named(row, after)]
    again = [_mark(row) for row in found if (at := moment(row.get("tstamp"))) is not None and at >= begin]
    return named, {"after": begin.isoformat(), "met": list(dict.fromkeys(again))[-MOST_MET:]}


def is_shown(client: Client) -> bool:
    """Does the account show the acts of all? Asked about the last day."""
    after = client.now() - DAY
    try:
        found, _ = next(rows.walk(client, {}, after, 1))
    except (RemoteRefusal, AuthError):
        return False
    return bool(found) and all((moment(row.get("tstamp")) or after) >= after for row in found)


def _found(client: Client, after: datetime, size: int) -> Iterator[Json]:
    for found, _ in rows.walk(client, {}, after, size):
        times = [at for row in found if (at := moment(row.get("tstamp"))) is not None]
        if times and min(times) < after - LATE:
            return  # not what was asked for: `after` is ignored
        yield from found


def _named(row: Json, after: datetime) -> Iterator[ToRead]:
    id_, at = row.get("subscriberid"), moment(row.get("tstamp"))
    if not is_given(id_):
        return
    yield ToRead("activities", str(id_), since=after, changed_at=at)
    if row.get("reference_type") in _SUBSCRIPTIONS:
        yield ToRead("contacts", str(id_), changed_at=at)


def _mark(row: Json) -> str:
    return f"{row.get('reference_type')}:{row.get('reference_id') or row.get('id')}:{row.get('tstamp')}"
