"""EspoCRM: leads, contacts and opportunities.

Source: https://docs.espocrm.com/development/api/, https://github.com/espocrm/espocrm (versions 8.4 to 10.0); read
        2026-11-22, and calls measured against a running 8.4.
Limits: none of its own; ten calls a second are kept.
Quirk:  custom fields are named with a `c` before them; a field that does not exist is taken and dropped without a word.
Quirk:  a creation is refused for a namesake as for the same address, with the records that it met.
Quirk:  a converted lead stays, takes every change, and names its contact and opportunity.
Quirk:  times are UTC without saying so, in whole seconds.
Quirk:  a search by address finds all addresses of a record, a list tells only the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from adapters.espocrm import checking, errors, preparing, reading, resolving, tags, tasks
from adapters.espocrm.account import Account
from adapters.espocrm.api import Api
from adapters.espocrm.records import Walker
from adapters.espocrm.spec import LEAD, PEOPLE, SPEC
from adapters.espocrm.values import settled
from adapters.espocrm.writing import Batch
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
from connector.errors import ConfigError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack


class EspoCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        if not {options.object or LEAD, *options.also} <= set(PEOPLE):
            raise ConfigError(
                f"connection '{options.connection}': leadloop writes to {' and '.join(PEOPLE)} of EspoCRM alone",
                code="bad_object",
                hint="set `object: Lead` and `also: [Contact]` in the mapping; opportunities are read",
            )
        self.account = Account(Api(client), options)
        self.walker = Walker(self.account)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return self.account.schema.described(object or self.account.main)

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.ensure(self.account, plan, dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self.account, keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return Batch(self.account).write(batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return in_order(
            writes,
            reading.read_back(self.account, of_kind(writes, "record")),
            tags.read_back(self.account, of_kind(writes, "tag")),
            [tasks.read_back(self.account, write) for write in of_kind(writes, "task", "note")],
        )

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        column = self.account.schema.find(object, name)
        return value if column is None else settled(column, value)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return self.walker.pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return self.walker.one(object, id_)

    def people(self) -> Callable[[str], bool]:
        """Formulas, workflows and jobs act as the system's user; other API users are programs, too."""
        machines = self.account.machines()
        return lambda author: author not in machines
