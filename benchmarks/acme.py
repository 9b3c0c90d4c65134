"""The adapter that is measured: a plain paged API, as most are, without any quirk that costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from connector.adapter import Capabilities, Limit, MarketingAdapter, MarketingSpec, Page, StaticAuth
from connector.adapter.shapes import each, keys
from connector.model import Json

SPEC = MarketingSpec(
    name="acme",
    title="Acme Marketing (for measuring)",
    base_url="https://api.acme.example",
    auth=(StaticAuth(credentials=("token",)),),
    account=("token",),
    limits=(Limit(calls=1_000_000, per_s=1),),
    capabilities=Capabilities(changes="modified"),
    contact_changed_at="updated_at",
    source="none: made up for measuring",
    read_on="2026-11-22",
)


class AcmeMarketing(MarketingAdapter):
    """Pages of changed contacts, whole."""

    spec: ClassVar[MarketingSpec] = SPEC

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Every page since the cursor."""
        since = {"from": cursor["until"]} if cursor else {}
        until = self.client.now().isoformat()
        after: str | None = "0"
        page = keys(("next",), result=each(keys(("id", "updated_at", *self.options.fields[""]))))
        while after is not None:
            answer = self.client.request("GET", "/v2/contacts", params={**since, "after": after}).json(page)
            after = answer["next"]
            yield Page(answer["result"], cursor={"until": until} if after is None else None)
