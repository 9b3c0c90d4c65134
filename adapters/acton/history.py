"""What one contact did: its history, by months.

Mails sent, opened, clicked and bounced are left out here: messages tell them exactly, and a thousand at a time (see
`messages`). An act has no id: person, verb, subject and time make its key, so that a person who is in two lists and
shows the same history in both does nothing twice.
Source: https://developer.act-on.com/hc/en-us/articles/1500004312282 (contact history and score)
Quirk:  `WhenMillis` counts milliseconds, `EntryMonthsAvailable` names months as YYMM, everything else is for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from adapters.acton.people import People, path_of
from connector.adapter import Client, Page
from connector.errors import ContractError, RemoteRefusal
from connector.model import Json

OF_MESSAGES: Final = frozenset({"s", "os", "r", "hb", "sb"})
"""Verbs that the reports of messages tell: sent, opened, response, hard and soft bounce."""
MONTHS: Final = 12
"""How many past months are asked for at first when all are wanted."""
A_DAY: Final = timedelta(days=1)


class History(Struct):
    """Histories of contacts."""

    client: Client
    people: People

    def walk(self, id_: str, since: datetime | None) -> Iterator[Page[Json]]:
        """All acts of one contact back to `since`, in one page. Nothing for a contact that is gone."""
        person = self.people.person(id_)
        listed = None if person is None else self._listed(id_, since)
        if person is not None and listed:
            acts = [_act(id_, person, one) for one in listed if str(one.get("Verb")) not in OF_MESSAGES]
            yield Page(records=acts)

    def _listed(self, id_: str, since: datetime | None) -> Sequence[Json] | None:
        """The history as Act-On lists it: asked for again where it says that wanted months are older."""
        now = self.client.now()
        months = MONTHS if since is None else _months_between(since, now)
        body = self.facts(id_, months)
        oldest = None if body is None else _oldest_month(body)
        if oldest is not None and since is None and _index(oldest) < _index(now) - months:
            body = self.facts(id_, _index(now) - _index(oldest))
        return None if body is None else acts_in(id_, body)

    def facts(self, id_: str, months: int) -> Json | None:
        """History and score as Act-On answers them; None when the contact is gone."""
        try:
            answer = self.client.request("GET", f"{path_of(id_)}/facts", params={"months": months})
        except RemoteRefusal as refusal:
            if self.people.is_gone(id_, refusal):
                return None
            raise
        body: Any = answer.json()
        if not isinstance(body, dict):
            raise ContractError(f"the history of contact {id_} is no object")
        return body


def acts_in(id_: str, body: Json) -> list[Json]:
    """The list of acts. Raises ContractError when there is none: an empty history is an empty list."""
    acts = body.get("activitylist")
    if not isinstance(acts, list) or not all(isinstance(one, dict) for one in acts):
        raise ContractError(f"the history of contact {id_} came without 'activitylist'")
    return acts


def _act(id_: str, person: str, said: Json) -> Json:
    """A line of the history as an act: `event` is Act-On's verb, `name` what stands after the colon of its text."""
    what = str(said.get("What") or "")
    name = what.partition(": ")[2].strip() or what
    return {
        "key": f"{person}:{said.get('Verb')}:{said.get('id')}:{said.get('WhenMillis')}",
        "contact_id": id_,
        "event": str(said.get("Verb")),
        "at": said.get("WhenMillis"),
        "name": name,
        "url": name if name.startswith(("http://", "https://")) else None,
        "bin": said.get("Bin"),
        "what": what,
        "subject_id": said.get("id"),
        "subject_type": said.get("idType"),
    }


def _months_between(since: datetime, now: datetime) -> int:
    """Past months to ask for. Months are the account's own: a day on either side allows for any zone."""
    return max(0, _index(now + A_DAY) - _index(since - A_DAY))


def _index(at: datetime) -> int:
    return at.year * 12 + at.month


def _oldest_month(body: Json) -> datetime | None:
    activity = body.get("activity")
    told = activity.get("EntryMonthsAvailable") if isinstance(activity, dict) else None
    months = [
        str(one) for one in told or () if len(str(one)) == 4 and str(one).isdigit() and "01" <= str(one)[2:] <= "12"
    ]
    return datetime.strptime(min(months), "%y%m") if months else None  # noqa: DTZ007 - a month, in no zone
