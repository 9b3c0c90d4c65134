"""Feedback as events: OPPORTUNITY, SALE and OPPORTUNITY_LOST, many in one call.

Source: https://developers.rdstation.com/reference/batch-eventos
Quirk:  the 200 means taken, not applied, and there is no address to ask: the outcome is `pending` until the funnel
        shows it (see `readback`). Without an idempotency key, an event is never sent again before reading back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from adapters.rdstation.address import limited
from connector.adapter import Answer, Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome

EVENTS: Final = ("OPPORTUNITY", "SALE", "OPPORTUNITY_LOST")
MAX_BYTES: Final = 200_000
"""A call takes 0.2 MB; a single event too."""


def event_of(write: LeadWrite) -> Json:
    """The event as it travels. Raises RecordError for what RD Station cannot take."""
    if write.name not in EVENTS:
        raise RecordError(f"RD Station knows no event '{write.name}'", code="unknown_event", place=write.effect)
    if not write.email:
        raise RecordError(
            "an event names its contact by e-mail, and there is none", code="no_email", place=write.effect
        )
    payload = {**write.fields, "email": write.email, "funnel_name": "default"}
    event = {"event_type": write.name, "event_family": "CDP", "payload": payload}
    if len(_encoded([event])) > MAX_BYTES:
        raise RecordError("the event is larger than 0.2 MB", code="too_large", place=write.effect)
    return event


def calls(writes: Sequence[LeadWrite]) -> Iterator[list[LeadWrite]]:
    """The writes, cut into calls of at most 0.2 MB. Every write must have passed `event_of`."""
    held: list[LeadWrite] = []
    size = 2
    for write in writes:
        bytes_more = len(_encoded([event_of(write)]))
        if held and size + bytes_more > MAX_BYTES:
            yield held
            held, size = [], 2
        held.append(write)
        size += bytes_more
    if held:
        yield held


def send_events(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One call. The limit per lead is counted where a call is about one lead only."""
    leads = {limited(write) for write in writes}
    answer = client.request(
        "POST", "/platform/events/batch", body=_encoded([event_of(write) for write in writes]),
        headers={"Content-Type": "application/json"}, bucket="events",
        record=leads.pop() if len(leads) == 1 else None, reserve=any(write.fresh for write in writes),
    )  # fmt: skip
    taken = _taken(answer)
    if len(taken) != len(writes):
        text = f"{len(writes)} events were sent and {len(taken)} acknowledged"
        return [Outcome(write.effect, "unknown", code="contract", text=text) for write in writes]
    return [
        Outcome(write.effect, "pending", record_id=write.record_id, poll={"event_uuid": event.get("event_uuid")})
        for write, event in zip(writes, taken, strict=True)
    ]


def _taken(answer: Answer) -> list[Json]:
    body: Any = answer.json()
    events = body.get("events") if isinstance(body, dict) else None
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def _encoded(events: Sequence[Json]) -> bytes:
    return json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode()
