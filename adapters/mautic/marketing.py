"""The marketing adapter of Mautic: what the declaration in `spec` cannot say.

Source: https://devdocs.mautic.org/en/latest/rest_api/, read 2026-11-22.
Quirk:  no feed tells all: contacts come by their times and the audit log (`changes`), acts from the statistics
        (`acts`), and whoever vanished without a line is found by comparing all ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from adapters.mautic import fields, people, refusals
from adapters.mautic.acts import Acts
from adapters.mautic.batch import Batch
from adapters.mautic.changes import AUDIT, Changes
from adapters.mautic.naming import Names
from adapters.mautic.readback import Reader
from adapters.mautic.spec import BATCH, SPEC, TABLES
from adapters.mautic.tables import newest_id
from connector.adapter import Answer, CheckLine, Client, ContactAnswer, MarketingAdapter, MarketingSpec, Options, Page
from connector.adapter.usable import prepares
from connector.errors import ConfigError, RemoteError
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack

ROWS: Final = 500
"""Rows of a page of statistics."""


class MauticMarketing(MarketingAdapter):
    """One installation of Mautic."""

    spec: ClassVar[MarketingSpec] = SPEC
    page_size: ClassVar[int] = BATCH
    rows_size: ClassVar[int] = ROWS

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self._names = Names(client)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.hidden_in(answer)

    def check(self) -> Sequence[CheckLine]:
        answer = self.client.request("GET", people.PATH, params={"limit": 1})
        version = answer.headers.get("Mautic-Version") or "of unknown version"
        there = {field.name for field in self.fields()}
        lines = [CheckLine("ok", f"signed in to Mautic {version}; {len(there)} contact fields")]
        lines += [self._table_line(table) for table in self._tables()]
        if newest_id(self.client, AUDIT) is None:
            lines.append(
                CheckLine(
                    "warn",
                    "the audit log may not be read: edits that move no date_modified are found once a day, and a"
                    " merge looks like a deletion",
                    "give the user an administrator's role, if that is acceptable",
                )
            )
        named = {name.partition(".")[0] for names in self.options.fields.values() for name in names}
        if missing := sorted(named - there):
            step = prepares(self.options.connection)
            lines.append(CheckLine("warn", f"the account has no contact field {', '.join(missing)}", step))
        return lines

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        return fields.fields_of(self.client)

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return fields.make_fields(self.client, plan)

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        mapped = {name.partition(".")[0] for name in self.options.fields.get("", ())}
        return Changes(self.client, sorted(mapped), self.options.since, self.page_size).walk(cursor)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        return people.read(self.client, ids)

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        return Acts(self.client, self._names, self._tables(), self.options.since, self.rows_size).walk(cursor)

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        """Ids of all known contacts. The cursor is the last id; a finished walk begins the next at the start."""
        after = int((cursor or {}).get("after", 0))
        for records in people.walk(self.client, (), after, self.page_size, people.page_with()):
            ids = [record["id"] for record in records]
            after = int(ids[-1]) if ids else after
            yield Page(records=ids, cursor={"after": after})
        yield Page(cursor={"after": 0})

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return Batch(self.client, self._names).write_back(batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return Reader(self.client, self._names).read_back(writes)

    def _tables(self) -> Sequence[str]:
        wanted = tuple(self.options.values.get("tables") or TABLES)
        if unknown := [name for name in wanted if name not in TABLES]:
            raise ConfigError(
                f"connection '{self.options.connection}': there are no acts in {', '.join(unknown)}",
                hint=f"tables takes {', '.join(TABLES)}",
            )
        return wanted

    def _table_line(self, table: str) -> CheckLine:
        if newest_id(self.client, table) is None:
            step = "give the user's role the right to view it, or leave it out of 'tables'"
            return CheckLine("fail", f"the statistics {table} may not be read", step)
        return CheckLine("ok", f"reads {table}")
