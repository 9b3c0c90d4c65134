"""Feedback as custom activities: what sales decided, in the lead's own log, as a trigger for campaigns.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/custom-activities
Quirk:  an activity is added for ever, and there is no idempotency key: our own key stands in an attribute, and the log
        is looked through before anything is sent again.
Quirk:  a refused activity carries its reasons under `errors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from adapters.marketo.answers import as_sent, rows_of
from adapters.marketo.types import EFFECT, attributes_of, custom_types, primary_of
from adapters.marketo.writes import lead_id, paired
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome

PATH: Final = "/rest/v1/activities/external.json"


class Events:
    """Custom activities by the API name of their type; the types are looked up once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._types: dict[str, Json] | None = None

    def type_of(self, write: LeadWrite) -> Json:
        """The type that the write names. Raises RecordError when the account has none of this name."""
        if self._types is None:
            self._types = custom_types(self.client)
        if write.name not in self._types:
            raise RecordError(
                f"the account has no approved custom activity '{write.name}'", code="unknown_event",
                place=write.effect, hint="'leadloop check' says what makes it",
            )  # fmt: skip
        return self._types[write.name]

    def activity(self, write: LeadWrite) -> Json:
        """The activity as it travels. Parts that the type does not have are left out."""
        kind = self.type_of(write)
        primary, labels = primary_of(kind), attributes_of(kind)
        parts = {**write.fields, EFFECT: write.effect}
        return {
            "leadId": lead_id(write),
            "activityDate": as_sent(self.client.now()),
            "activityTypeId": kind["id"],
            "apiName": kind["apiName"],
            "primaryAttributeValue": _text(parts.get(primary, write.name)),
            "attributes": [
                {"apiName": name, "name": label, "value": _text(parts[name])}
                for name, label in labels.items()
                if name in parts
            ],
        }

    def send(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        """One call."""
        body = {"input": [self.activity(write) for write in writes]}
        answer = self.client.request("POST", PATH, json=body, reserve=any(write.fresh for write in writes))
        place = {write.effect: number for number, write in enumerate(writes)}
        return paired(writes, rows_of(answer), lambda write: place[write.effect], len(writes))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
