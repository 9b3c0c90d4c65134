"""The marketing adapter of Marketo: what the declaration in `spec` cannot say.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest, read 2026-11-22.
Quirk:  errors come with HTTP 200; the log is read by token and shows some rows late; leads cannot be listed by time but
        in bulk files, which Marketo prepares while we do something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from adapters.marketo import fields, refusals, removals
from adapters.marketo.activities import ActivityLog
from adapters.marketo.answers import rows_of
from adapters.marketo.batch import Batch
from adapters.marketo.changes import LeadChanges
from adapters.marketo.events import Events
from adapters.marketo.leads import read_leads
from adapters.marketo.readback import read_back
from adapters.marketo.slices import SLICE_BYTES
from adapters.marketo.spec import BATCH, DEFAULT_TYPES, SPEC
from adapters.marketo.types import custom_types, make_types, plan_types
from adapters.marketo.writes import Lists
from connector.adapter import (
    Answer,
    CheckLine,
    Client,
    ContactAnswer,
    MarketingAdapter,
    MarketingSpec,
    Options,
    Page,
    Removal,
)
from connector.errors import ConfigError, RemoteError
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack

TYPES: Final = "/rest/v1/activities/types.json"
USAGE: Final = "/rest/v1/stats/usage.json"


class MarketoMarketing(MarketingAdapter):
    """One instance of Marketo."""

    spec: ClassVar[MarketingSpec] = SPEC
    page_size: ClassVar[int] = BATCH
    slice_bytes: ClassVar[int] = SLICE_BYTES

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self._lists = Lists(client)
        self._events = Events(client)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    @classmethod
    def retry_after_s(cls, answer: Answer) -> float | None:
        return refusals.wait_in(answer)

    def check(self) -> Sequence[CheckLine]:
        there = fields.described(self.client)
        usage = rows_of(self.client.request("GET", USAGE))
        calls = usage[0].get("total", 0) if usage else 0
        lines = [
            CheckLine("ok", f"signed in; {len(there)} lead fields"),
            CheckLine("ok", f"all integrations of this instance made {calls} calls today"),
            self._types_line(),
        ]
        step = f"run 'leadloop prepare {self.options.connection}'"
        missing = sorted({name for names in self.options.fields.values() for name in names} - there.keys())
        if missing:
            lines.append(CheckLine("warn", f"the account has no lead field {', '.join(missing)}", step))
        unknown = sorted(self.options.events.keys() - custom_types(self.client).keys()) if self.options.events else []
        if unknown:
            lines.append(CheckLine("warn", f"the account has no custom activity {', '.join(unknown)}", step))
        return lines

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        return [fields.as_field(item) for item in fields.described(self.client).values()]

    def plan_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return {**super().plan_writes(plan), **plan_types(self.client, self.options.events)}

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return {**fields.make_fields(self.client, plan), **make_types(self.client, self.options.events)}

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        walk = LeadChanges(self.client, self._wanted(), self.options.since, self.page_size, self.slice_bytes)
        return walk.walk(cursor)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        """A lead that is not there was deleted or merged: which of both, the feed of removals tells."""
        names = fields.reads(self._wanted(), fields.described(self.client))
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            found = read_leads(self.client, some, names)
            for id_ in some:
                record = found.get(id_)
                yield ContactAnswer(id_, "gone" if record is None else "whole", record=record)

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        log = ActivityLog(self.client, self._types(), self.options.since, self.page_size, self.slice_bytes)
        return log.walk(cursor)

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        return removals.walk(self.client, cursor, self.page_size)

    def removals_from_now(self) -> Json:
        return removals.from_now(self.client)

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return Batch(self.client, self._lists, self._events).write_back(batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return read_back(self.client, self._lists, self._events, writes)

    def _wanted(self) -> list[str]:
        """Names of the mapping; a path into a group begins with its field."""
        return [name.partition(".")[0] for name in self.options.fields.get("", ())]

    def _types(self) -> list[int]:
        told = self.options.values.get("activity_types") or DEFAULT_TYPES
        try:
            return sorted({int(one) for one in told})
        except ValueError:
            wrong = [str(one) for one in told if not str(one).isdigit()]
        raise ConfigError(
            f"connection '{self.options.connection}': activity_types takes numbers, not {', '.join(wrong)}",
            hint="write the numbers of the types: 1 is a page visit, 2 a form, own types begin at 100001",
        )

    def _types_line(self) -> CheckLine:
        names = {row.get("id"): str(row.get("name")) for row in rows_of(self.client.request("GET", TYPES))}
        wanted = self._types()
        missing = [str(one) for one in wanted if one not in names]
        if missing:
            what = f"the account has no activity type {', '.join(missing)}"
            return CheckLine("warn", what, "correct activity_types in leadloop.yaml")
        return CheckLine("ok", f"reads {', '.join(f'{names[one]} ({one})' for one in wanted)}")
