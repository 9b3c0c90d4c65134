"""Is it there? Asked after an unknown or pending outcome.

Fields and tags are read from the contact, stage and events from its funnel:

| event | the funnel then shows | so |
| --- | --- | --- |
| OPPORTUNITY | `opportunity: true` | true: present; false: absent |
| SALE | `lifecycle_stage: Client` | Client: present; else absent |
| OPPORTUNITY_LOST | `opportunity: false` | true: absent; false: present and unclear |

A lead that never was an opportunity looks the same before and after OPPORTUNITY_LOST. So `present` with `unclear` says:
it stands as the event leaves it. That settles an event that was taken, and proves nothing of one whose answer was lost.

An absence counts only after `visible_after_s`: events are applied some time after they were taken.
Source: https://developers.rdstation.com/reference/contatos (funnels)
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.rdstation.address import contact_path, funnel_path, limited
from adapters.rdstation.refusals import found
from adapters.rdstation.writes import tag_name
from connector.adapter import Client
from connector.model import Json, LeadWrite, ReadBack


def read_back(client: Client, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """One answer per write, in order; each contact and each funnel is asked for once."""
    reader = _Reader(client)
    return [_answer(reader, write) for write in writes]


class _Reader:
    """Reads what several writes ask about only once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.read: dict[str, Json | None] = {}

    def contact(self, write: LeadWrite) -> Json | None:
        return self._get(contact_path(write), "default", None)

    def funnel(self, write: LeadWrite) -> Json | None:
        return self._get(funnel_path(write), "funnels", limited(write))

    def _get(self, path: str, bucket: str, record: str | None) -> Json | None:
        if path not in self.read:
            answer = found(self.client, path, bucket=bucket, record=record)
            self.read[path] = None if answer is None else answer.json()
        return self.read[path]


def _answer(reader: _Reader, write: LeadWrite) -> ReadBack:
    if write.kind in ("stage", "event"):
        return _in_funnel(write, reader.funnel(write))
    contact = reader.contact(write)
    if contact is None:
        return ReadBack(write.effect, present=False)
    if write.kind == "tag":
        tagged = tag_name(write) in (contact.get("tags") or [])
        return ReadBack(write.effect, present=tagged is write.on, record_id=contact["uuid"])
    fields = {name: contact.get(name) for name in write.fields}
    return ReadBack(write.effect, present=True, record_id=contact["uuid"], fields=fields)


def _in_funnel(write: LeadWrite, funnel: Json | None) -> ReadBack:
    if funnel is None:
        return ReadBack(write.effect, present=False, record_id=write.record_id)
    stage, opportunity = funnel.get("lifecycle_stage"), bool(funnel.get("opportunity"))
    shown = {
        "OPPORTUNITY": opportunity,
        "SALE": stage == "Client",
        "OPPORTUNITY_LOST": not opportunity,
    }
    present = stage == write.name if write.kind == "stage" else shown.get(write.name, False)
    unclear = write.kind == "event" and write.name == "OPPORTUNITY_LOST" and not opportunity
    fields = {"lifecycle_stage": stage, "opportunity": opportunity}
    return ReadBack(write.effect, present=present, record_id=write.record_id, fields=fields, unclear=unclear)
