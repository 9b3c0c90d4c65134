"""Salesforce Sales Cloud: Leads, Contacts and Opportunities.

Source: REST API Developer Guide v62.0 (resources_composite_sobjects_collections, resources_query, resources_limits),
        SOQL Reference, Object Reference; read 2026-11-22.
Limits: API calls in a rolling 24 h, shared by all integrations of the org; `Sforce-Limit-Info` tells the state.
Quirk:  a spent day answers 403 REQUEST_LIMIT_EXCEEDED, which is no matter of permissions.
Quirk:  a converted Lead stays readable and refuses every change: its person goes on as a Contact.
Quirk:  row errors say `statusCode`, request errors `errorCode`; a missing field refuses the whole request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from adapters.salesforce import checking, describing, errors, reading, removals, resolving, tasks, writing
from adapters.salesforce.api import MAX_ROWS, Api
from adapters.salesforce.history import History
from adapters.salesforce.lacking import Lacks
from adapters.salesforce.records import Walker
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
    Removal,
    Resolution,
)  # fmt: skip
from connector.adapter.answers import in_order, of_kind
from connector.adapter.usable import unusable
from connector.errors import ConfigError, LeadloopError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

API_VERSION = "62.0"
HOSTS = (".salesforce.com", ".force.com", ".salesforce.mil", ".cloudforce.com")
"""Where an org may live: `instance_url` of the token's answer is believed on these alone."""
TOKEN_URL = "{auth}/services/oauth2/token"  # noqa: S105 - an address, not a secret

SPEC = CrmSpec(
    name="salesforce",
    title="Salesforce Sales Cloud",
    auth_url="https://login.salesforce.com",
    auth=(
        OAuth(
            grant="client_credentials",
            credentials=("client_id", "client_secret"),
            token_url=TOKEN_URL,
            basic=True,
            base_from="instance_url",
            base_suffixes=HOSTS,
        ),
        OAuth(
            grant="jwt_bearer",
            credentials=("client_id", "username", "private_key"),
            token_url=TOKEN_URL,
            base_from="instance_url",
            base_suffixes=HOSTS,
        ),
    ),
    # The smallest documented allowance is a Developer Edition's; `limits: {per_day: …}` states the account's own.
    limits=(Limit(calls=15_000, per_s=86_400), Limit(calls=3_600, per_s=3_600, logins=True)),
    concurrency=4,
    errors=errors.RULES,
    options=(
        Option(name="api_version", help="REST API version, 46.0 or newer", default=API_VERSION),
        Option(name="task_key", help="a Task field marked External ID: keeps tasks single whatever happens"),
    ),
    capabilities=Capabilities(
        removals="feed",
        merges=True,
        writes=("record", "task", "note"),
        batch=MAX_ROWS,
        partial="per_row",
        upsert=True,
        history=True,
        conversions=True,
        objects=("Lead", "Contact", "Opportunity"),
    ),
    headers={"Sforce-Call-Options": "client=leadloop"},
    scopes=("api",),
    source="https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/",
    read_on="2026-11-22",
    unverified=(
        "whether INVALID_FIELD refuses a whole collection or one row: both are handled",
        "whether a collection's row carries the matches of a duplicate rule: they are looked up where it does not",
        "3,600 logins an hour and user",
    ),
)

_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class SalesforceCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self.api = Api(client, str(options.values.get("api_version") or API_VERSION))
        self.history = History(self.api)
        self.lacks = Lacks(self.api, options.ours)
        self.task_key = str(options.values.get("task_key") or "")

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        told = _USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
        return (int(told[1]), int(told[2])) if told else None

    @property
    def main_object(self) -> str:
        """The object on which new persons are made."""
        return self.options.object or self.spec.main_object

    @cached_property
    def key_objects(self) -> tuple[str, ...]:
        """The objects that carry the mapping's key field."""
        return tuple(dict.fromkeys((self.main_object, *self.options.also)))

    @property
    def keys(self) -> resolving.Keys:
        """Which keys find a record, and where they stand."""
        return resolving.Keys(self.options.key, self.key_objects, self.options.match)

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.api, self.options, self.history, self.key_objects))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return describing.fields_of(self.api, object or self.main_object)

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        named = [replace(one, object=one.object or self.main_object) for one in plan]
        return describing.verify(self.api, named, self.options.key)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self.api, self.keys, keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        kinds = self.spec.capabilities.writes
        told = {write.effect: text for write in batch if (text := unusable(write, kinds, "Salesforce")) is not None}
        usable = [write for write in batch if write.effect not in told]
        on_records = [write for write in usable if write.kind != "record"]
        owners = tasks.owners(self.api, on_records)
        sent = writing.send(self.api, (self._row(write, owners) for write in usable))
        told |= self._with_names(batch, self._without_taken_keys(usable, sent))
        return [told[write.effect] for write in batch]

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        others = [write for write in writes if write.kind != "record"]
        return in_order(
            writes,
            reading.read_back(self.api, of_kind(writes, "record"), self.main_object, self.options.key),
            tasks.read_back(self.api, others, self.task_key),
        )

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return Walker(self.api, self.options, self.history, self.key_objects, self.lacks).pages(cursor)

    def people(self) -> Callable[[str], bool]:
        """Assignment rules that our writes set off change records in our user's name."""
        own = str(checking.own_user(self.api).get("user_id"))
        return lambda author: author[:15] != own[:15]  # an id may stand in its short form, too

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        named = [name for name, fields in self.options.fields.items() if name and fields]
        return removals.pages(self.api, list(dict.fromkeys([*resolving.PEOPLE, *named])), cursor)

    def _row(self, write: LeadWrite, owners: Mapping[str, str]) -> writing.Row:
        if write.kind != "record":
            owner = owners.get(str(write.record_id))
            return tasks.task_row(write, owner, ZoneInfo(self.options.time_zone), self.task_key)
        if write.record_id is None and self.options.key is None:
            raise ConfigError(
                f"connection '{self.options.connection}': the mapping names no key to create records under",
                hint="set `key` in the mapping to a field marked External ID and Unique",
            )
        object_name = write.object or self.main_object
        key = self.options.key if object_name in self.key_objects or write.record_id is None else None
        return writing.record_row(write, object_name, key or "")

    def _without_taken_keys(self, writes: Sequence[LeadWrite], told: dict[str, Outcome]) -> dict[str, Outcome]:
        """Updates again without the key, where another record of the same person holds it: the score goes through."""
        taken = [
            write
            for write in writes
            if write.kind == "record" and write.record_id and told[write.effect].code == "DUPLICATE_VALUE"
        ]
        if not taken:
            return told
        rows = [writing.record_row(write, write.object or self.main_object, "") for write in taken]
        try:
            return told | writing.send(self.api, rows)
        except LeadloopError:
            return told  # what became of the other rows is known: these stay in conflict until they are sent again

    def _with_names(self, batch: Sequence[LeadWrite], told: dict[str, Outcome]) -> dict[str, Outcome]:
        """Conflicts that do not say with whom, named by a look-up of the writes' e-mail addresses."""
        emails = {write.effect: write.email for write in batch if write.email}
        nameless = [
            one for one in told.values() if one.status == "conflict" and not one.existing and one.effect in emails
        ]
        if not nameless:
            return told
        try:
            found = resolving.namesakes(self.api, self.keys, [str(emails[one.effect]) for one in nameless])
        except LeadloopError:
            return told  # the rows are written: what became of them matters more than a name
        return told | {one.effect: replace(one, existing=found[str(emails[one.effect])]) for one in nameless}
