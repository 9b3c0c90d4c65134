"""Microsoft Dynamics 365 Sales: leads, contacts and opportunities, over the Dataverse Web API.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview (upsert, batch, change tracking,
        alternate keys, audit, limits), read 2026-11-22.
Limits: 6,000 requests and 20 minutes of execution in 5 minutes for each user and web server, 52 at once; beside that a
        day's entitlement, which counts each part of a batch.
Quirk:  an upsert answers 204 for both made and changed, unless it is asked for the record: then 201 and 200.
Quirk:  a batch stops at its first error unless told to go on; a 401 has no body, a conditional 412 no code.
Quirk:  a qualified lead stays, closed: its person goes on as a contact, which the lead may or may not name.
Quirk:  the reason of a disqualification is the status reason: a number whose label is the account's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import ClassVar

from msgspec.structs import replace

from adapters.dynamics365 import checking, errors, outcomes, reading, removals, resolving, tasks
from adapters.dynamics365.api import Api
from adapters.dynamics365.describing import Description
from adapters.dynamics365.history import History
from adapters.dynamics365.people import People
from adapters.dynamics365.preparing import Preparation
from adapters.dynamics365.records import Walker
from adapters.dynamics365.schema import Schema
from adapters.dynamics365.tables import CONTACT, LEAD, OPPORTUNITY, PEOPLE, TABLES
from adapters.dynamics365.writing import MAX_PARTS, Writer
from connector.adapter import (
    Answer,
    Capabilities,
    CheckLine,
    Client,
    CrmAdapter,
    CrmSpec,
    FieldOutcome,
    FieldPlan,
    Limit,
    OAuth,
    Options,
    Page,
    PersonKeys,
    Removal,
    Resolution,
)  # fmt: skip
from connector.adapter.answers import in_order, of_kind
from connector.errors import AuthError, ConfigError, LeadloopError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

SPEC = CrmSpec(
    name="dynamics365",
    title="Dynamics 365 Sales",
    auth_url="https://login.microsoftonline.com",
    auth=(
        OAuth(
            grant="client_credentials",
            credentials=("tenant_id", "client_id", "client_secret"),
            token_url="{auth}/{tenant_id}/oauth2/v2.0/token",  # noqa: S106 - an address, not a secret
            extra={"scope": "{base}/.default"},
            expires_in_s=3599,
        ),
    ),
    # 40,000 a day is what one paid user is entitled to; application users draw on the tenant's larger pool.
    limits=(Limit(calls=6_000, per_s=300), Limit(calls=40_000, per_s=86_400, weighted=True)),
    concurrency=4,
    errors=errors.RULES,
    capabilities=Capabilities(
        removals="feed",
        merges=True,
        writes=("record", "task", "note"),
        batch=MAX_PARTS,
        partial="per_row",
        upsert=True,
        history=True,
        conversions=True,
        objects=(LEAD, CONTACT, OPPORTUNITY),
        makes_fields=True,
    ),
    headers={"Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0"},
    account=("tenant_id", "client_id"),
    main_object=LEAD,
    source="https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview",
    read_on="2026-11-22",
    unverified=(
        "whether and how a closed lead refuses a change: after any refusal the lead is looked at",
        "how a worn-out link to changes is refused: any refusal of it leads to a new walk",
        "that a walk over many pages tells what changes meanwhile, on a later page or behind its link",
        "whether lead, contact and opportunity track changes from the start: 'leadloop check' says",
        "the daily entitlement of application users, and what is answered beyond it",
        "which codes a value that is too long or no choice is refused with: the column is told by its name in the text",
        "that a qualified lead names its contact in parentcontactid: else the contact that names the lead is taken",
        "whether the audit log masks columns by number in every change: one without a mask is asked for",
    ),
)


class Dynamics365Crm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        strange = sorted({self.main_object, *options.also} - set(PEOPLE) | set(options.fields) - {"", *TABLES})
        if strange:
            raise ConfigError(
                f"connection '{options.connection}': the mapping names the table {', '.join(strange)}",
                code="bad_object",
                hint=f"leadloop writes {', '.join(PEOPLE)} and reads {', '.join(TABLES)}",
            )
        self.api = Api(client)
        self.schema = Schema(self.api.with_reserve())  # without names no fresh MQL can be written
        self.history = History(self.api, self.schema, {name: options.historic(name) for name in options.fields})

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @property
    def main_object(self) -> str:
        """The table in which new persons are made."""
        return self.options.object or self.spec.main_object

    @cached_property
    def key_tables(self) -> tuple[str, ...]:
        """The tables that carry the mapping's key column."""
        return tuple(dict.fromkeys((self.main_object, *self.options.also)))

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.api, self.options, self.schema, self.history, self.key_tables))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return Description(self.api, object or self.main_object).fields()

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        named = [replace(one, object=one.object or self.main_object) for one in plan]
        return Preparation(self.api, self.schema, self.options.key, dry_run=dry_run).all(named)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self._people(), self.options.match, keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        named = [write if write.object else replace(write, object=self.main_object) for write in batch]
        if self.options.key is None and any(one.kind == "record" and one.record_id is None for one in named):
            raise ConfigError(
                f"connection '{self.options.connection}': the mapping names no key to create records under",
                code="no_key",
                hint=f"set `key` in the mapping, and run 'leadloop prepare {self.options.connection}'",
            )
        told = Writer(self.api, self.schema, self.options.key, self.key_tables).write(named)
        self._stop_if_nothing_fits(list(told.values()))
        told = self._with_names(named, told)
        return [told[write.effect] for write in batch]

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        named = [write if write.object else replace(write, object=self.main_object) for write in writes]
        return in_order(
            writes,
            reading.read_back(self.api, self.schema, self.options.key, of_kind(named, "record")),
            tasks.read_back(self.api, named),
        )

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return self._walker().pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return self._walker().one(object, id_)

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        named = [name for name, fields in self.options.fields.items() if name and fields]
        return removals.pages(self.api, self.schema, list(dict.fromkeys([*PEOPLE, *named])), cursor)

    def _walker(self) -> Walker:
        return Walker(self.api, self.options, self.schema, self.history, self.key_tables)

    def _people(self) -> People:
        return People(self.api, self.options.key, self.key_tables)

    def _stop_if_nothing_fits(self, told: Sequence[Outcome]) -> None:
        """When every row of a batch is refused for one and the same want of the account, it is nobody's record."""
        codes = {one.code for one in told}
        names = ", ".join(sorted({f"{one.object}.{one.field}" for one in told if one.field}))
        connection = f"connection '{self.options.connection}'"
        if len(codes) == 1 and codes <= {outcomes.FIELD_MISSING, outcomes.KEY_MISSING}:
            what = "column" if outcomes.FIELD_MISSING in codes else "active alternate key"
            raise ConfigError(
                f"{connection}: Dynamics has no {what} {names}",
                code=next(iter(codes)),
                hint=f"'leadloop prepare {self.options.connection}' makes it; 'leadloop check' says when it is active",
            )
        if codes == {outcomes.FORBIDDEN}:
            raise AuthError(
                f"{connection}: the application user may not write {told[0].object}",
                code=outcomes.FORBIDDEN,
                hint="give its security role Create and Write on the table",
            )

    def _with_names(self, batch: Sequence[LeadWrite], told: dict[str, Outcome]) -> dict[str, Outcome]:
        """Conflicts do not say with whom: named by a look-up of the writes' addresses."""
        emails = {
            write.effect: write.email
            for write in batch if write.kind == "record" and write.email and told[write.effect].status == "conflict"
        }  # fmt: skip
        if not emails:
            return told
        try:
            found = resolving.namesakes(self._people(), list(emails.values()))
        except LeadloopError:
            return told  # the rows are written: what became of them matters more than a name
        return told | {effect: replace(told[effect], existing=found[email]) for effect, email in emails.items()}
