"""Odoo CRM: leads and opportunities, which are one model and keep their record through a conversion.

Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html (JSON-2), …/17.0/developer/
        reference/external_api.html (JSON-RPC), https://github.com/odoo/odoo/tree/19.0/addons/crm; read 2026-11-22.
Limits: none on a server of one's own; Odoo Online asks for about one call a second, one at a time.
Quirk:  a lost lead is archived, and hidden from every search that does not ask for archived records.
Quirk:  restoring a lost lead clears its reason.
Quirk:  an empty value is `false`, whatever the field's type; text that is too long is cut and nobody told.
Quirk:  the caller becomes the salesperson of what it makes, unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from adapters.odoo import checking, errors, preparing, reading, resolving, tags, tasks
from adapters.odoo.account import Account
from adapters.odoo.api import Api
from adapters.odoo.records import Walker
from adapters.odoo.spec import SPEC
from adapters.odoo.values import Encoder
from adapters.odoo.writing import Batch
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
)
from connector.adapter.answers import in_order, of_kind
from connector.errors import RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack


class OdooCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self.account = Account(Api(client, options.values.get("protocol")), options)
        self.encoder = Encoder(self.account)
        self.walker = Walker(self.account)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.hidden_errors(answer)

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account, self.walker.history))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return [column.described() for column in self.account.columns.values()]

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.ensure(self.account, plan, dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self.account, keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return Batch(self.account, self.encoder).write(batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return in_order(
            writes,
            reading.read_back(self.account, self.encoder, of_kind(writes, "record")),
            tags.seen(self.account, of_kind(writes, "tag")),
            tasks.seen(self.account, of_kind(writes, "task", "note")),
        )

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        column = self.account.columns.get(name)
        return value if column is None else reading.settled(self.encoder, column, value)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return self.walker.pages(cursor)

    def people(self) -> Callable[[str], bool]:
        """Odoo's own automations act as OdooBot."""
        return self.account.is_person
