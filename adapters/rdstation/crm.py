"""The CRM adapter of RD Station: what the declaration in `sales.spec` cannot say.

Source: https://developers.rdstation.com/reference (crm-v1-introducao-e-requisitos, crm-v2-introduction), read
        2026-11-22.
Limits: 120 requests a minute for the whole account, on every plan.
Quirk:  there is no lead: an MQL is a deal on a contact, in the first stage of a pipeline.
Quirk:  no upsert, no unique key, no list of changes in version 1; both versions show 10,000 rows of a filter.
Quirk:  nobody tells of deletions, and nobody says who changed a deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from adapters.rdstation.sales import checking, errors, preparing, tasks
from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.api import Api
from adapters.rdstation.sales.calls import Calls
from adapters.rdstation.sales.reading import Reader
from adapters.rdstation.sales.records import Walker
from adapters.rdstation.sales.spec import SPEC, TOKEN
from adapters.rdstation.sales.values import settled
from adapters.rdstation.sales.version1 import Version1
from adapters.rdstation.sales.version2 import Version2
from adapters.rdstation.sales.writing import FRESH_S, Writer
from connector.adapter import (
    Answer,
    CheckLine,
    Client,
    CrmAdapter,
    CrmSpec,
    FieldOutcome,
    FieldPlan,
    Options,
    Page,
    PersonKeys,
    Resolution,
    Sending,
)
from connector.adapter.usable import check_write
from connector.errors import LeadloopError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack


class RdStationCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        calls = Calls(client)
        api: Api = Version1(calls) if TOKEN in options.credentials else Version2(calls)
        self.account = Account(api, options)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return self.account.schema.described()

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.ensure(self.account, plan, dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return self.account.resolve(keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        sending = Sending()
        usable = [write for write in batch if sending.fits(write, self._check)]
        for write in usable:
            sending.attempt(self._send, [write])
        return [self._named(outcome) for outcome in sending.outcomes_of(batch)]

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return Reader(self.account).read_back(writes)

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        column = self.account.schema.find(name)
        return value if column is None else settled(column, value)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return Walker(self.account).pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return Walker(self.account).one(id_)

    def _check(self, write: LeadWrite) -> None:
        """Can this write travel at all? Raises RecordError that says why not; ConfigError where none could."""
        check_write(write, self.spec.capabilities.writes, "RD Station CRM")
        if write.kind == "record":
            writer = Writer(self.account, self.account.api)
            writer.parts(write)
            if not write.record_id:
                writer.first_stage()

    def _send(self, writes: Sequence[LeadWrite]) -> Sequence[Outcome]:
        api = self.account.api.with_reserve(writes[0].fresh)
        return [self._sent(write, api) for write in writes]

    def _sent(self, write: LeadWrite, api: Api) -> Outcome:
        if write.kind != "record":
            return tasks.make(self.account, api, write)
        writer = Writer(self.account, api)
        return writer.change(write) if write.record_id else writer.create(write)

    def _named(self, outcome: Outcome) -> Outcome:
        """A refused field by the name that people know; our own names may be old then.

        Never raises: what became of the batch is known by now.
        """
        if outcome.status != "rejected" or outcome.field is None:
            return outcome
        try:
            return replace(outcome, field=self.account.schema.named(outcome.field))
        except LeadloopError:
            return outcome
        finally:
            self.account.schema.forget(older_than_s=FRESH_S)
