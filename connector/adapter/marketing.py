"""What a marketing adapter is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from connector.adapter.base import Adapter, Page, Removal
from connector.adapter.declared import MarketingSpec
from connector.model import Json, LeadWrite, Outcome, ReadBack


class ContactAnswer(Struct, frozen=True):
    """What became of a contact that was asked for by id: its whole record, gone, or merged into another id."""

    id: str
    state: Literal["whole", "gone", "merged"]
    record: Json | None = None
    merged_into: str | None = None


class MarketingAdapter(Adapter):
    """Reads contacts, acts, removals; tells marketing what became of a lead. Only what the platform offers.

    The engine asks `spec.capabilities` which of these exist; one that is not declared is never called.
    """

    spec: ClassVar[MarketingSpec]

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Pages of changed contacts: raw records in `records`, or ids only in `to_read` (stream `contacts`).

        The walk covers a fixed window from the cursor (or `options.since`) to `client.now()` less the platform's lag,
        overlaps what was read before, and survives ties and caps; the engine drops repeats.
        """
        raise NotImplementedError

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        """Whole contacts by id, in any order, one answer per id; yields as they come."""
        raise NotImplementedError

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Pages of an account-wide feed of acts (capability `activities: feed`)."""
        raise NotImplementedError

    def activities_of(self, id: str, since: datetime | None) -> Iterator[Page[Json]]:  # noqa: A002
        """Acts of one contact (capability `activities: per_contact`), complete back to `since`."""
        raise NotImplementedError

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        """Deletions and merges (capability `removals: feed`). Without a cursor, as far back as the platform tells."""
        raise NotImplementedError

    def removals_from_now(self) -> Json | None:
        """A cursor of `removals` from which everybody is told who is removed from now on; None: there is none such.

        Asked for and saved before anything of a connection is read: who was removed earlier cannot come to be known by
        that read, and is not looked for. By the platform's clock, less what may show late.
        """
        return None

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        """Ids of all contacts, a complete walk (capability `removals: sweep`); only a finished walk proves absence."""
        raise NotImplementedError

    def plan_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        """What `prepare_writes` would do; field name → `exists`, `would_create` or why not. Changes nothing."""
        there = {field.name for field in self.fields()}
        return {name: "exists" if name in there else "would_create" for name in plan}

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        """Make or verify the marketing fields that feedback writes; field name → `exists`, `created` or why not."""
        return {}

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        """Tell marketing: one outcome per write, in the order given. Kinds: field, tag, stage, event, list, note."""
        raise NotImplementedError

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        """Is it there? Asked after an unknown or pending outcome, before anything is sent again."""
        raise NotImplementedError
