"""What everybody did lately: the activity log of all contacts, where the account shows it.

The log is documented for one contact at a time; live accounts have answered for all. It is read as a second way to
the same acts, from the first pull on: an opening or click that moves no contact's time is found at once, and a mailing
to many takes a call for a hundred acts instead of two for each contact. An account that refuses it, or that does not
keep to `after`, has everybody's acts read once a week (see `everyone`).

Cursor: `after`, the time to read from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from adapters.activecampaign import rows
from adapters.activecampaign.acts import INCLUDE, TRACKED, Acts
from adapters.activecampaign.asking import is_given, moment
from connector.adapter import Client, Page, ToRead
from connector.errors import AuthError, RemoteRefusal
from connector.model import Json

LATE: Final = timedelta(minutes=10)
"""How long a row may stay invisible after its time."""
DAY: Final = timedelta(days=1)
_SUBSCRIPTIONS: Final = ("SubscriberList", "SmsUnsub")
"""Acts that change whether somebody may be mailed: the contact itself is read again."""
_NOT_SHOWN: Final = "the account shows the acts of one contact at a time only"


class _NotShownError(Exception):
    """The account answers with something else than the acts that were asked for."""


class Feed(Struct):
    """Reads the log of all contacts."""

    client: Client
    acts: Acts
    is_live: bool = False
    """Did the account show the acts of all when it was asked last?"""

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """New acts, oldest first. The first pull only begins: who acted before is named by the walk of contacts."""
        began = self.client.now()
        after = datetime.fromisoformat(cursor["after"]) if cursor else began
        self.is_live = False
        try:
            for found, body in _asked(self.client, after, self.acts.size):
                yield self._page(found, body, after)
                self.is_live = self.is_live or bool(found)
        except (RemoteRefusal, AuthError, _NotShownError):
            yield Page(why_zero=_NOT_SHOWN)  # the place stays: it may have been for a moment only
        else:
            yield Page(cursor={"after": (began - LATE).isoformat()})

    def _page(self, found: Sequence[Json], body: Json, after: datetime) -> Page[Json]:
        """Acts, but for what was tracked: only the contact's own list says what that was."""
        known = [row for row in found if is_given(row.get("subscriberid"))]
        told = [row for row in known if row.get("reference_type") != TRACKED]
        named = [_named("activities", row, after) for row in known if row.get("reference_type") == TRACKED]
        named += [_named("contacts", row, None) for row in known if row.get("reference_type") in _SUBSCRIPTIONS]
        newest = max((at for row in found if (at := moment(row.get("tstamp"))) is not None), default=after)
        cursor = {"after": max(after, newest - LATE).isoformat()} if rows.is_rising(found) else None
        return Page(self.acts.of_rows(told, body), cursor=cursor, to_read=named)


def is_shown(client: Client) -> bool:
    """Does the account show the acts of all? Asked about the last day."""
    try:
        found, _ = next(_asked(client, client.now() - DAY, 1))
    except (RemoteRefusal, AuthError, _NotShownError):
        return False
    return bool(found)


def _asked(client: Client, after: datetime, size: int) -> Iterator[tuple[list[Json], Json]]:
    for found, body in rows.walk(client, {"include": INCLUDE}, after, size):
        times = [at for row in found if (at := moment(row.get("tstamp"))) is not None]
        if times and min(times) < after - LATE:
            raise _NotShownError  # `after` is ignored: this is the whole log, from its beginning
        yield found, body


def _named(stream: Literal["contacts", "activities"], row: Json, since: datetime | None) -> ToRead:
    return ToRead(stream, str(row["subscriberid"]), since=since, changed_at=moment(row.get("tstamp")))
