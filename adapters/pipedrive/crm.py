"""Pipedrive: persons, leads (version 1 of the API) and deals (version 2).

Source: https://developers.pipedrive.com/docs/api/v1 (both versions), https://pipedrive.readme.io/docs; read 2026-11-22.
Limits: tokens per company and day, 30,000 × plan × seats, of which each call takes 1 to 20; 20 calls in 2 s on the
        lowest plan; searches 10 in 2 s.
Quirk:  no upsert and no unique field: whoever does not look first makes duplicates, and searches lag behind.
Quirk:  a converted lead vanishes; only its deal names it, in `source_lead_id`, and only to who asks.
Quirk:  what sales archived cannot be edited: its person stands for it.
Quirk:  custom fields are called by hashes that differ from company to company; mappings call them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from adapters.pipedrive import checking, errors, labels, outcomes, preparing, tasks
from adapters.pipedrive.account import Account
from adapters.pipedrive.api import Api
from adapters.pipedrive.columns import CONTACT_SYNC, LEAD, OBJECTS
from adapters.pipedrive.reading import Reader
from adapters.pipedrive.records import Walker
from adapters.pipedrive.values import UnfitError, settled
from adapters.pipedrive.writing import FRESH_S, Writer
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
    Option,
    Options,
    Page,
    PersonKeys,
    Resolution,
    StaticAuth,
)  # fmt: skip
from connector.adapter.answers import in_order, of_kind
from connector.adapter.batching import interrupted, put_off
from connector.adapter.usable import stop_if_nothing_fits, unusable
from connector.errors import AuthError, LeadloopError, RemoteError, RemoteRefusal, UnknownOutcome
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

SPEC = CrmSpec(
    name="pipedrive",
    title="Pipedrive",
    base_url="https://api.pipedrive.com",
    auth_url="https://oauth.pipedrive.com",
    auth=(
        StaticAuth(credentials=("api_token",), header="x-api-token", prefix=""),
        OAuth(
            grant="refresh_token",
            credentials=("client_id", "client_secret", "refresh_token"),
            token_url="{auth}/oauth/token",  # noqa: S106 - an address, not a secret
            basic=True,
            base_from="api_domain",
            base_suffixes=(".pipedrive.com",),
            expires_in_s=3599,
            authorize_url="{auth}/oauth/authorize",
        ),
    ),
    # 20 calls in 2 s are at least 10 in each second, which `limits: {per_second: …}` raises for larger plans.
    limits=(
        Limit(calls=10, per_s=1),
        Limit(calls=10, per_s=2, bucket="search"),
        Limit(calls=30_000, per_s=86_400, weighted=True),
    ),
    concurrency=4,
    errors=errors.RULES,
    options=(
        Option(name="object", help="what is made for an MQL; not said: the mapping's own object", choices=OBJECTS),
    ),
    capabilities=Capabilities(
        writes=("record", "tag", "task", "note"),
        # Each row is a request of its own; ten of them are about a second, so that a pause stops within one.
        batch=10,
        partial="single",
        history=True,
        conversions=True,
        objects=OBJECTS,
        makes_fields=True,
        visible_after_s=60,
    ),
    account=("client_id", "api_token"),
    scopes=(
        "contacts:full", "leads:full", "deals:full", "activities:full", "contact-fields:full", "deal-fields:full",
        "search:read",
    ),
    main_object=LEAD,
    source="https://developers.pipedrive.com/docs/api/v1",
    read_on="2026-11-22",
    unverified=(
        "how a change of an archived lead or deal is refused: after any refusal the record is looked at",
        "that archiving and labelling move a record's update_time",
        "how long a search lags behind: five minutes are allowed for",
        "whether an API token's user may make fields and labels: 'missing' says so where not",
        "whether option ids of leads come back as numbers or texts: both are read",
        "the shape of the 429 at the end of the day: it is told by x-daily-ratelimit-token-remaining: 0",
    ),
)  # fmt: skip


class PipedriveCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self.account = Account(Api(client), options, options.object or self.spec.main_object)
        self.reader = Reader(self.account)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def retry_after_s(cls, answer: Answer) -> float | None:
        return errors.retry_after_s(answer)

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        return errors.usage(answer)

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return self.account.schema.described(object or self.account.main)

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.ensure(self.account, plan, dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return self.account.resolve(keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        told: list[Outcome] = []
        for index, write in enumerate(batch):
            try:
                told.append(self._write(write))
            except LeadloopError as error:
                if not told:
                    raise
                told += [interrupted(write, error), *(put_off(one, error) for one in batch[index + 1 :])]
                break
        stop_if_nothing_fits(told, "Pipedrive", self.options.connection)
        return told

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return in_order(
            writes,
            self.reader.read_back(of_kind(writes, "record")),
            [labels.seen(self.account, write) for write in of_kind(writes, "tag")],
            [tasks.seen(self.account, write) for write in of_kind(writes, "task", "note")],
        )

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        column = self.account.schema.find(object, name)
        return value if column is None else settled(column, value)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return Walker(self.account).pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return Walker(self.account).one(object, id_)

    def people(self) -> Callable[[str], bool]:
        """Pipedrive's own automations change records in the name of the user who made them."""
        own = str(checking.own_user(self.account).get("id"))
        return lambda author: author != own

    def _write(self, write: LeadWrite) -> Outcome:
        """The outcome of one row. Raises only for what stops the others too."""
        try:
            return self._sent(write, self.account.api.with_reserve(write.fresh))
        except UnfitError as error:
            return outcomes.unfit(write, error)
        except UnknownOutcome:
            return outcomes.unknown(write)
        except (RemoteRefusal, AuthError) as error:
            return self._refused(write, error)

    def _sent(self, write: LeadWrite, api: Api) -> Outcome:
        refused = unusable(write, self.spec.capabilities.writes, "Pipedrive")
        if refused is not None:
            return refused
        if write.kind == "tag":
            return labels.put(self.account, api, write)
        if write.kind in ("task", "note"):
            return tasks.make(self.account, api, write)
        writer = Writer(self.account, api)
        return writer.change(write) if write.record_id else writer.create(write)

    def _refused(self, write: LeadWrite, error: RemoteRefusal | AuthError) -> Outcome:
        """A refusal of this row; how that of a record which was put away is worded is not told, so it is looked at."""
        means = error.means if isinstance(error, RemoteRefusal) else ""
        if write.record_id and (means == "gone" or Writer(self.account, self.account.api).is_put_away(write)):
            return outcomes.moved(write, error.code, "the record was deleted, converted or archived")
        if isinstance(error, AuthError):
            synced = next((name for name in write.fields if name in CONTACT_SYNC), None)
            if synced is None:
                raise error
            return outcomes.refused(
                write, "contact_sync", f"'{synced}' is taken only where contacts are synced", synced
            )
        self.account.schema.forget(older_than_s=FRESH_S)
        object_name = write.object or self.account.main
        return outcomes.of_refusal(write, error, self.account.schema.named(object_name, error.field))
