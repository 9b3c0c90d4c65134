"""Files as marketing automation: contacts, and their acts, from what a system exports.

Source: RFC 4180 and what exports make of it; text as found in the wild.
Limits: none. An unchanged file is not read.
Quirk:  a file has no deletions: a contact that is missing from the newest export is not taken for removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from adapters.csv.files import Mark, Source
from adapters.csv.look import check_source, columns_of
from adapters.csv.table import Row
from adapters.csv.walk import Walk
from connector.adapter import Capabilities, CheckLine, MarketingAdapter, MarketingSpec, Option, Page
from connector.errors import ConfigError
from connector.model import Field, Json

SPEC = MarketingSpec(
    name="csv",
    title="CSV files",
    network=False,
    options=(
        Option(name="folder", help="where the files are; relative to leadloop.yaml", required=True),
        Option(name="contacts", help="which files hold contacts, as a pattern: Leads*.csv", default="contacts*.csv"),
        Option(name="activities", help="which files hold acts, one a line, as a pattern"),
        Option(name="activities_key", help="the column of those files that names the contact; default: the key"),
        Option(name="activities_at", help="the column of those files that holds the time", default="at"),
    ),
    capabilities=Capabilities(changes="full", activities="feed", consent="record"),
    account=("folder",),
    source="https://www.rfc-editor.org/rfc/rfc4180",
    read_on="2026-11-22",
)


class CsvMarketing(MarketingAdapter):
    """Reads; there is nowhere to tell marketing anything."""

    spec: ClassVar[MarketingSpec] = SPEC

    def check(self) -> Sequence[CheckLine]:
        lines = check_source(self._source("contacts"), self._key)
        return [*lines, *self._check_activities()]

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the contract's name; one kind here
        """The columns of the newest file of contacts."""
        names = columns_of(self._source("contacts"), (self._key,))
        return [Field("", name, label=name, unique=name == self._key, writable=False) for name in names]

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Contacts of all files that changed, whole. The last line of a file with a key counts, of files the last."""
        walk = Walk(self._source("contacts"), self._key, _values, self.client.now, self._columns, is_unique=True)
        return walk.pages(cursor)

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Acts of all files that changed: contact and time stand under the key's name and `at`, always."""
        if not self.options.values.get("activities"):
            return iter([Page(why_zero="no `activities` files are configured")])
        walk = Walk(self._source("activities"), self._activities_key, self._act, self.client.now)
        return walk.pages(cursor)

    def _act(self, row: Row, _: Mark) -> Json:
        values = row.values
        contact, at = values[self._activities_key].strip(), values.get(self._option("activities_at"), "")
        return {**values, self._key: contact, SPEC.activity_at: at}

    def _check_activities(self) -> Sequence[CheckLine]:
        if not self.options.values.get("activities"):
            return []
        return check_source(self._source("activities"), self._activities_key)

    @property
    def _key(self) -> str:
        if not self.options.key:
            raise ConfigError(
                f"the mapping of '{self.options.connection}' does not say which column is the id of a contact",
                code="no_key",
                hint="add a line like `key: Prospect ID` at the top of the mapping",
            )
        return self.options.key

    @property
    def _activities_key(self) -> str:
        return str(self.options.values.get("activities_key") or self._key)

    @property
    def _columns(self) -> tuple[str, ...]:
        return tuple(self.options.fields.get("", ()))

    def _option(self, name: str) -> str:
        declared = next(option for option in SPEC.options if option.name == name)
        return str(self.options.values.get(name) or declared.default or "")

    def _source(self, option: str) -> Source:
        return Source.at(self.options.base_dir / self._option("folder"), self._option(option))


def _values(row: Row, _: Mark) -> Json:
    return row.values
