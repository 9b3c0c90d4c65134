"""The feed of acts: form submissions and e-mail events, each with a cursor of its own.

Acts name their person by address alone. What the token may not see (403) is left where it stands, and said.
Page views and custom events are not here: HubSpot tells them of single contacts and on Enterprise only; the counters
in a contact's record (`hs_analytics_num_page_views`) can be mapped instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.hubspot import emails, forms
from adapters.hubspot.api import Api
from connector.adapter import Page
from connector.adapter.apart import Failures
from connector.model import Json


def pages(api: Api, chosen: Sequence[str], since: datetime | None, cursor: Json | None) -> Iterator[Page[Json]]:
    """Forms first. A page without a cursor belongs to a walk that is not at its end yet.

    A form that cannot be read is told when everything else is done.
    """
    failures = Failures()
    stood = {"forms": {}, "emails": None, **(cursor or {})}
    for page, marks in forms.pages(api, chosen, since, stood["forms"], failures):
        if marks is not None:
            stood["forms"] = marks
        yield Page(page.records, dict(stood) if marks is not None else None, why_zero=page.why_zero)
    for page, mark in emails.pages(api, since, stood["emails"]):
        if mark is not None:
            stood["emails"] = mark
        yield Page(page.records, dict(stood) if mark is not None else None, why_zero=page.why_zero)
    failures.end()
