"""What a CRM adapter is. It knows no stage and no reason: the engine derives decisions by the mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Literal

from msgspec import Struct

from connector.adapter.base import Adapter, FieldOutcome, FieldPlan, Page, Removal
from connector.adapter.declared import CrmSpec
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack


class PersonKeys(Struct, frozen=True):
    """All that may find a person in a CRM: our id, records known from before, and addresses that may match."""

    leadloop_id: str
    records: Sequence[tuple[str, str]] = ()
    emails: Sequence[str] = ()


class Found(Struct, frozen=True):
    """A record that stands for the person now: conversions and merges are followed already.

    `by`: `id`, `key` or `email`. `was` is the record it was reached from when that one was converted or merged.
    """

    object: str
    id: str
    by: Literal["id", "key", "email"]
    was: tuple[str, str] | None = None
    key: str | None = None
    """What the record's key field holds: another person's leadloop_id means it must not be taken over."""


class Resolution(Struct, frozen=True):
    """Which records are this person? In the order in which the adapter would write them, best first.

    `gone` names records that were known and are deleted. An empty `found` means: nobody has this person.
    """

    leadloop_id: str
    found: Sequence[Found] = ()
    gone: Sequence[tuple[str, str]] = ()


def anybody(_author: str) -> bool:
    """Where a CRM does not tell its automation from its people, whoever is named is a person."""
    return True


class CrmAdapter(Adapter):
    """Finds, writes and reads records. The engine asks `spec.capabilities` what exists."""

    spec: ClassVar[CrmSpec]

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        """The fields of one object (default: the mapping's main object)."""
        raise NotImplementedError

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        """Make, or verify, the fields that the mapping writes; one outcome per planned field."""
        raise NotImplementedError

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        """Which record is each person? By known ids, the external key, then e-mail; one answer per input, in order."""
        raise NotImplementedError

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        """Write; one outcome per input in the order given. One bad row never sinks its batch.

        Rows whose fate the platform did not tell get `unknown`. Raises RetryableError only when certainly nothing of
        the batch was applied; AuthError, QuotaError likewise.
        """
        raise NotImplementedError

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        """How does each write's record stand now? One answer per input, in order. Also the *before* of a dry run."""
        raise NotImplementedError

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002
        """What `records` and `read_back` tell of a field in which this value of ours stands; by default the value.

        Said where the platform has its own words for it (the label of a choice, a day of a moment). Asks nothing that
        `records` did not just ask, and raises no error for a value that the field cannot hold.
        """
        return value

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Changed records of every object that the mapping's decisions name, as they stand, with history if kept."""
        raise NotImplementedError

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        """One record as `records` tells it; None when it is no more. Asked for what a page named as `unread` alone."""
        raise NotImplementedError

    def people(self) -> Callable[[str], bool]:
        """What tells whether the author of a change, as records and histories name it, is a person: not leadloop, nor
        an automation of the CRM. May ask the platform who we are.

        Called before a walk, where the mapping asks `{…: {changed_by: person}}`. By default whoever is named is one.
        """
        return anybody

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        """Deleted and merged records (capability `removals: feed`)."""
        raise NotImplementedError
