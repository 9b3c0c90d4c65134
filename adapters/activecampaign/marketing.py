"""The marketing adapter of ActiveCampaign: what the declaration in `spec` cannot say.

Source: https://developers.activecampaign.com/reference/overview, read 2026-11-22.
Limits: 5 requests a second for the account; a contact's acts take two of them.
Quirk:  acts are documented contact by contact (`acts`), whoever changed; the log of all of them answers, too (`feed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from adapters.activecampaign import fields, refusals
from adapters.activecampaign.acts import Acts
from adapters.activecampaign.asking import as_asked, rows, table
from adapters.activecampaign.batch import Batch
from adapters.activecampaign.changes import Changes
from adapters.activecampaign.everyone import everyone
from adapters.activecampaign.feed import Feed
from adapters.activecampaign.fields import Fields
from adapters.activecampaign.naming import Names
from adapters.activecampaign.people import PATH, People
from adapters.activecampaign.readback import Reader
from adapters.activecampaign.spec import PAGE, SPEC
from connector.adapter import Answer, CheckLine, Client, ContactAnswer, MarketingAdapter, MarketingSpec, Options, Page
from connector.adapter.usable import prepares
from connector.errors import RemoteError
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack


class ActiveCampaignMarketing(MarketingAdapter):
    """One account of ActiveCampaign."""

    spec: ClassVar[MarketingSpec] = SPEC
    page_size: ClassVar[int] = PAGE
    acts_size: ClassVar[int] = PAGE

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self._fields = Fields(client)
        self._names = Names(client)
        self._people = People(client, self._fields, self._names)
        self._acts = Acts(client, self._names, self.acts_size)
        self._feed = Feed(client, self._acts)
        self._batch = Batch(client, self._people, self._fields, self._names)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    def check(self) -> Sequence[CheckLine]:
        user = table(self.client.request("GET", "/api/3/users/me")).get("user")
        who = user.get("id") if isinstance(user, dict) else "unknown"
        there = {field.name for field in self.fields()}
        lines = [CheckLine("ok", f"signed in as user {who}; {len(there)} contact fields"), self._filter_line()]
        named = {name.partition(".")[0] for names in self.options.fields.values() for name in names}
        if missing := sorted(named - there):
            step = prepares(self.options.connection)
            lines.append(CheckLine("warn", f"the account has no contact field {', '.join(missing)}", step))
        return lines

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        return fields.fields_of(self._fields)

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return self._fields.make(plan)

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        echoes = self._batch.written if self._feed.is_live else {}
        return Changes(self.client, self._people, self.options.since, self.page_size, echoes).walk(cursor)

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        if not self._asks_log:
            return iter([Page(why_zero="the connection says 'log_of_all: false'")])
        return self._feed.walk(cursor)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        return self._people.read(ids)

    def activities_of(self, id: str, since: datetime | None) -> Iterator[Page[Json]]:  # noqa: A002
        begins = [at for at in (since, self.options.since) if at is not None]
        return self._acts.of(id, max(begins, default=None))

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        return everyone(self.client, cursor, self.page_size, asks_log=self._asks_log)

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return self._batch.write_back(batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return Reader(self.client, self._people, self._fields, self._batch).read_back(writes)

    @property
    def _asks_log(self) -> bool:
        return str(self.options.values.get("log_of_all", "true")).lower() == "true"

    def _filter_line(self) -> CheckLine:
        """An unknown filter is ignored: nobody can have changed tomorrow."""
        tomorrow = as_asked(self.client.now() + timedelta(days=1))
        answer = self.client.request("GET", PATH, params={"filters[updated_after]": tomorrow, "limit": 1})
        if rows(answer, "contacts"):
            return CheckLine(
                "fail", "the account ignores the filter by time of update", "tell ActiveCampaign's support"
            )
        return CheckLine("ok", "finds contacts by their time of update")
