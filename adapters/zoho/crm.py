"""Zoho CRM: leads, contacts and deals.

Source: https://www.zoho.com/crm/developer/docs/api/v8/ and zoho/crm-oas, folder v8.0; read 2026-11-22.
Limits: credits in a rolling 24 h, shared by all integrations of the account: most calls take one, a write one for ten
        records, a query one for 200 rows; 5 calls at once on the smallest edition; 10 access tokens in 10 minutes.
Quirk:  refusals may come with 200, 202 or 207; nothing found is an empty 204, nothing changed an empty 304.
Quirk:  converted leads are hidden from who does not ask for them, refuse every change, and an upsert by address would
        make them anew: so contacts are looked at first, and upserts go by our key alone.
Quirk:  a field that does not exist, and a choice that is not on the list, are taken without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Final

from adapters.zoho import checking, errors, preparing, reading, removals, resolving, tags, tasks
from adapters.zoho.account import API_VERSION, Account
from adapters.zoho.api import LEADS, MAX_IDS, OBJECTS, Api
from adapters.zoho.directory import PEOPLE
from adapters.zoho.records import Walker
from adapters.zoho.values import settled
from adapters.zoho.writing import Batch
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
from connector.errors import ConfigError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

HOSTS: Final = (
    ".zohoapis.com", ".zohoapis.eu", ".zohoapis.in", ".zohoapis.com.au", ".zohoapis.jp", ".zohoapis.com.cn",
    ".zohoapis.ca", ".zohoapis.sa", ".zohoapis.uk",
)  # fmt: skip
"""Where an account may live: `api_domain` of the token's answer is believed on these alone."""
SCOPES: Final = (
    "ZohoCRM.modules.ALL", "ZohoCRM.coql.READ", "ZohoCRM.settings.fields.ALL", "ZohoCRM.settings.tags.ALL",
    "ZohoCRM.users.READ",
)  # fmt: skip
UNTOLD: Final = 10**9
"""Credits that no account has: only what is left of them is told, and only once half of them are used."""

SPEC = CrmSpec(
    name="zoho",
    title="Zoho CRM",
    base_url="https://www.zohoapis.com",
    auth_url="https://accounts.zoho.com",
    auth=(
        OAuth(
            grant="refresh_token",
            credentials=("client_id", "client_secret", "refresh_token"),
            token_url="{auth}/oauth/v2/token",  # noqa: S106 - an address, not a secret
            prefix="Zoho-oauthtoken ",
            base_from="api_domain",
            base_suffixes=HOSTS,
            busy=("Access Denied",),
            expires_in_s=3600,
            authorize_url="{auth}/oauth/v2/auth",
            authorize_params={"scope": ",".join(SCOPES), "access_type": "offline", "prompt": "consent"},
        ),
    ),
    # The Free edition's day; `limits: {per_day: …}` states the account's own.
    limits=(Limit(calls=5_000, per_s=86_400, weighted=True), Limit(calls=10, per_s=600, logins=True)),
    concurrency=4,
    errors=errors.RULES,
    options=(Option(name="api_version", help="version of the API: v6, v7 or v8", default=API_VERSION),),
    capabilities=Capabilities(
        removals="feed",
        writes=("record", "tag", "task", "note"),
        batch=MAX_IDS,
        partial="per_row",
        upsert=True,
        history=True,
        conversions=True,
        objects=OBJECTS,
        makes_fields=True,
        visible_after_s=60,
    ),
    scopes=SCOPES,
    main_object=LEADS,
    source="https://www.zoho.com/crm/developer/docs/api/v8/",
    read_on="2026-11-22",
    unverified=(
        "that lists may be sorted by Modified_Time together with If-Modified-Since: an unsorted one is refused",
        "whether queries tell of converted leads: what they find is read by id, what they miss is searched for",
        "that a search takes a list of 50 values (`in`), which its page does not say",
        "how long queries and searches lag behind: a lost creation is looked for after a minute",
        "which of $converted, Converted__s and Converted_Contact an account tells: any of them counts",
        "in which words a stage says that it is closed (forecast_type, deal_category): both are read",
        "the status of a batch of which every row is refused: 400 with rows is read like 200",
        "that the token of a sandbox names the sandbox as its api_domain",
        "the label under which a made field gets the planned API name: it is looked at afterwards",
        "that a record's list of tasks shows one that was made a minute ago",
    ),
)  # fmt: skip


class ZohoCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        written = {options.object or LEADS, *options.also}
        if not written <= set(PEOPLE):
            raise ConfigError(
                f"connection '{options.connection}': leadloop writes to {' and '.join(PEOPLE)} of Zoho alone",
                code="bad_object",
                hint="set `object: Leads` and `also: [Contacts]` in the mapping; deals are read",
            )
        self.account = Account(Api(client, str(options.values.get("api_version") or API_VERSION)), options)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def hidden_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.hidden_errors(answer)

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        left = answer.headers.get("X-API-CREDITS-REMAINING", "")
        return (UNTOLD - int(left), UNTOLD) if left.isdigit() else None

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return self.account.schema.described(object or self.account.main)

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.ensure(self.account, plan, dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self.account, self.account.api, keys)

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
        return Walker(self.account).pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return Walker(self.account).one(object, id_)

    def people(self) -> Callable[[str], bool]:
        me = str(self.account.me["id"])
        return lambda author: author != me

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        named = [name for name, fields in self.options.fields.items() if name and fields]
        return removals.pages(self.account.api, list(dict.fromkeys([*PEOPLE, *named])), cursor)
