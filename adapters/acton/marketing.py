"""The marketing adapter of Act-On: what the declaration in `spec` cannot say.

Source: https://developer.act-on.com/reference and https://developer.act-on.com/hc/en-us, read 2026-11-22.
Quirk:  no feed tells all. Records come from lists by their time of change, mail acts from the reports of messages, all
        other acts from the history of each contact, opt-outs from lists of addresses, deletions by comparing all ids.
Quirk:  the newer `/ucl/v2` publishes no bodies and asks for an account id: all of this is `/api/1`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from adapters.acton import batch, refusals
from adapters.acton.changes import Changes
from adapters.acton.consent import Suppressed
from adapters.acton.history import History
from adapters.acton.lists import BESIDE, Lists
from adapters.acton.messages import Reports
from adapters.acton.people import People
from adapters.acton.readback import Reader
from adapters.acton.spec import HISTORIES, PAGE, SPEC
from adapters.acton.sweep import Sweep
from connector.adapter import Answer, CheckLine, Client, ContactAnswer, MarketingAdapter, MarketingSpec, Options, Page
from connector.errors import RemoteError
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack


class ActOnMarketing(MarketingAdapter):
    """One account of Act-On."""

    spec: ClassVar[MarketingSpec] = SPEC
    page_size: ClassVar[int] = PAGE

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self._lists = Lists(client, tuple(options.values.get("lists") or ()))
        self._suppressed = Suppressed(client, self.page_size)
        self._people = People(client, self._lists, self._suppressed, self.page_size)
        self._history = History(client, self._people)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.hidden_in(answer)

    def check(self) -> Sequence[CheckLine]:
        chosen = self._lists.chosen()
        if not chosen:
            return [CheckLine("fail", "the account has no list of contacts that this user may see")]
        lines = [CheckLine("ok", f"signed in; reads {len(chosen)} lists: {', '.join(chosen)}")]
        return [*lines, *self._column_lines(chosen), self._filter_line(chosen)]

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        """The columns of all lists that are read, and what a record holds beside them (read-only)."""
        names = [name for id_ in self._lists.chosen() for name in self._lists.columns_of(id_).headings]
        own = [Field("", name, custom=True) for name in dict.fromkeys(names) if name not in BESIDE]
        return [*own, *(Field("", name, writable=False) for name in BESIDE)]

    def plan_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return self.prepare_writes(plan)  # it makes nothing

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        """Columns of lists are made by people only: which of the plan are missing, and where."""
        return {name: self._where_missing(name) for name in plan}

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        walk = Changes(self.client, self._lists, self._people, self._suppressed, self.options.since, self.page_size)
        return walk.walk(cursor)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        return self._people.read(ids)

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        return Reports(self.client, self._lists, self.options.since, self.page_size).walk(cursor)

    def activities_of(self, id: str, since: datetime | None) -> Iterator[Page[Json]]:  # noqa: A002
        return self._history.walk(id, since)

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        histories = int(self.options.values.get("histories_per_day", HISTORIES))
        return Sweep(self.client, self._lists, self._people, self.page_size, histories).walk(cursor)

    def write_back(self, batch_: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return batch.write_back(self.client, self._lists, batch_)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return Reader(self._people, self._history).read_back(writes)

    def _column_lines(self, chosen: Sequence[str]) -> Iterator[CheckLine]:
        """Lists without addresses, and named columns that a list lacks: blank where they are read."""
        named = {name.partition(".")[0] for names in self.options.fields.values() for name in names}.difference(BESIDE)
        for id_ in chosen:
            columns = self._lists.columns_of(id_)
            if not columns.email:
                step = "mark the column of addresses as the e-mail column in Act-On"
                yield CheckLine("fail", f"list {id_} names no e-mail column", step)
            if missing := sorted(named.difference(columns.headings)):
                step = (
                    "correct the mapping, or add them in Act-On;"
                    f" 'leadloop prepare {self.options.connection}' names those that feedback writes"
                )
                yield CheckLine("warn", f"list {id_} has no column {', '.join(missing)}", step)

    def _filter_line(self, chosen: Sequence[str]) -> CheckLine:
        told = [found for id_ in chosen if (found := self._lists.filters(id_)) is not None]
        if not all(told):
            return CheckLine("fail", "the filter by time of change hides records: changes cannot be read")
        return CheckLine("ok", "the filter by time of change filters" if told else "the lists are empty")

    def _where_missing(self, name: str) -> str:
        chosen = self._lists.chosen()
        without = [id_ for id_ in chosen if name not in self._lists.columns_of(id_).headings]
        if not without:
            return "exists"
        return f"add a text column of this name in Act-On to list {', '.join(without)}"
