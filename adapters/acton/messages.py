"""What people did with messages: opened, clicked, bounced, by message and a thousand at a time.

No feed tells them, and a report takes no time: a message is looked at again the later, the longer nobody did anything
with it, and its rows are read only where its counts moved. Rows of the last day before a look are read again, since
one may show late; the engine drops repeats. A row names the record in a list: those of lists that are not read are left
out, and a walk that brings nothing else says so.

Cursor: `listed`, when messages were listed; `known`, for each message when it was `looked` at, its `last` act (both in
seconds), and what it `told`; `first`, while the first walk is under way, which takes messages of any age.
Source: https://developer.act-on.com/hc/en-us/articles/1500002887621 (drill-down), /360063318433 (report),
        https://developer.act-on.com/reference/get-message-list
Quirk:  messages are listed under `msgresult`; a message is `msgId`, `name`, `timeStamp` on one page of the
        documentation and `msg_id`, `title`, `timestamp` on another, its time a text or a number of milliseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from msgspec import Struct, field

from adapters.acton.dates import from_milliseconds, seconds
from adapters.acton.lists import Lists, list_of
from adapters.acton.paging import result_of, steps
from connector.adapter import Client, Page
from connector.adapter.apart import Failures
from connector.errors import ContractError
from connector.model import Json

PATH: Final = "/api/1/message"
TYPES: Final = ("SENT", "TRIGGERED")
COUNTS: Final = {"OPENED": "opened", "CLICKED": "clicked", "BOUNCED": "bounced"}
"""Drill-downs that tell of acts, and the count in the report that moves with each. Opt-outs and complaints come with
their own lists (see `consent`)."""
LOOK_EVERY: Final = timedelta(minutes=15)
LOOK_AT_LEAST_EVERY: Final = timedelta(hours=12)
SHARE: Final = 24
"""A message with which nobody did anything for a day is looked at again after the 24th part of it."""
WINDOW: Final = timedelta(days=60)
"""How long a message that was sent once is looked at."""
LATE: Final = timedelta(days=1)


class Message(Struct, frozen=True):
    """A message that went out; `is_sent` once, otherwise again and again by a program."""

    id: str
    name: str
    at: datetime
    is_sent: bool


class Reports(Struct):
    """Reads the reports of all messages that are due for a look."""

    client: Client
    lists: Lists
    since: datetime | None
    size: int
    passed_on: int = 0
    elsewhere: set[str] = field(default_factory=set)

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Acts of messages, the oldest message first. One that cannot be read is told when the others are done."""
        stood: Json = cursor or {"known": {}, "first": True}
        now = self.client.now()
        if "listed" in stood and now - _moment(stood["listed"]) < LOOK_EVERY:
            yield Page(why_zero="messages were looked at less than a quarter of an hour ago")
            return
        messages = sorted(self._messages(), key=lambda one: (one.at, one.id))
        due = [one for one in messages if self._is_due(one, stood, now)]
        failures = Failures()
        for message in due:
            with failures.of_one():
                for page in self._look(message, stood):
                    stood = page.cursor or stood
                    yield page
        failures.end()
        yield Page(cursor=_ended(stood, messages, now), why_zero=self._why_zero(len(due)))

    def _why_zero(self, looks: int) -> str | None:
        if self.passed_on:
            return None
        if self.elsewhere:
            return f"all acts are of lists that are not read: {', '.join(sorted(self.elsewhere))}"
        return (
            "nobody did anything with the messages that were due for a look"
            if looks
            else "no message is due for a look"
        )

    def _is_due(self, message: Message, stood: Json, now: datetime) -> bool:
        known = stood["known"].get(message.id)
        if known is not None:
            quiet = now - _moment(known["last"])
            return now - _moment(known["looked"]) >= min(max(quiet / SHARE, LOOK_EVERY), LOOK_AT_LEAST_EVERY)
        if stood.get("first"):
            return self.since is None or not message.is_sent or message.at >= self.since - WINDOW
        return not message.is_sent or message.at >= now - WINDOW

    def _look(self, message: Message, stood: Json) -> Iterator[Page[Json]]:
        """New acts with one message; the cursor moves when all of them are passed on."""
        began = self.client.now()
        report = self._report(message.id)
        known = stood["known"].get(message.id)
        mark = self.since if known is None else _moment(known["looked"]) - LATE
        told = {kind: _short(report.get(count)) for kind, count in COUNTS.items()}
        for kind in COUNTS:
            if _is_some(report.get(COUNTS[kind])) and (known is None or known["told"].get(kind) != told[kind]):
                yield from self._rows(message, kind, mark)
        times = [
            message.at,
            *(at for name in ("lastOpenTS", "lastClickTS") if (at := from_milliseconds(report.get(name)))),
        ]
        entry = {"looked": seconds(began), "last": seconds(max(times)), "told": told}
        yield Page(cursor={**stood, "known": {**stood["known"], message.id: entry}})

    def _rows(self, message: Message, kind: str, mark: datetime | None) -> Iterator[Page[Json]]:
        path = f"{PATH}/{message.id}/report/{kind}"
        walk = steps(partial(result_of, self.client, path, {"count": self.size}), _key, self.size)
        chosen = self.lists.chosen()
        for step in walk:
            new = [row for row in step.fresh if mark is None or (from_milliseconds(row.get("ts")) or mark) >= mark]
            ours = [row for row in new if _list(row) in chosen]
            self.elsewhere |= {_list(row) for row in new} - set(chosen)
            self.passed_on += len(ours)
            yield Page(records=[_act(message, kind, row) for row in ours])

    def _report(self, id_: str) -> Mapping[str, Any]:
        answer = self.client.request("GET", f"{PATH}/{id_}/report", accept={404})
        body: Any = answer.json()
        if not isinstance(body, dict) or (answer.status == 404 and "errorCode" not in body):
            raise ContractError(f"the report of message {id_} is no report")
        return body  # of a deleted message: no counts, so no rows

    def _messages(self) -> Iterator[Message]:
        for type_ in TYPES:
            asked = {"type": type_, "count": self.size}
            walk = steps(partial(result_of, self.client, PATH, asked, name="msgresult"), _message_id, self.size)
            for step in walk:
                yield from (_message(row, is_sent=type_ == "SENT") for row in step.fresh)


def _message(row: Json, *, is_sent: bool) -> Message:
    told = row.get("timeStamp", row.get("timestamp"))
    at = from_milliseconds(told)
    if at is None:
        raise ContractError(f"message {_message_id(row)} came without its time")
    return Message(_message_id(row), str(row.get("name") or row.get("title") or ""), at, is_sent)


def _message_id(row: Json) -> str:
    id_ = row.get("msgId") or row.get("msg_id")
    if not id_:
        raise ContractError("a message came without its id")
    return str(id_)


def _list(row: Json) -> str:
    return list_of(str(row.get("recid") or "")) or "(no record)"


def _act(message: Message, kind: str, row: Json) -> Json:
    """A row as an act: `event` is the drill-down, `name` the message's. Who and where the person was is left out."""
    return {
        "key": f"{message.id}:{_key(row)}:{kind}",
        "contact_id": str(row["recid"]),
        "event": kind,
        "at": row.get("ts"),
        "name": message.name,
        "url": row.get("linkURI") or None,
        "action": row.get("action"),
        "subject_id": message.id,
        "subject_type": "msg",
    }


def _key(row: Json) -> str:
    link = row.get("linkURI")
    return f"{row.get('recid')}:{row.get('ts')}" + (f":{_short(link)}" if link else "")


def _ended(stood: Json, messages: Sequence[Message], now: datetime) -> Json:
    """What stays known: programs that go on, and messages that are young enough to be looked at again."""
    stay = {one.id for one in messages if not one.is_sent or one.at >= now - WINDOW}
    return {"known": {id_: entry for id_, entry in stood["known"].items() if id_ in stay}, "listed": seconds(now)}


def _is_some(count: Any) -> bool:
    return any(count) if isinstance(count, list) else bool(count)


def _short(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=4).hexdigest()


def _moment(told: int) -> datetime:
    return datetime.fromtimestamp(told, UTC)
