"""What an adapter declares of its platform: addresses, sign-in, limits, errors, abilities.

Every declaration is a frozen pydantic model that refuses unknown keys: the same class validates it, prints the
reference row (`adapters --json`) and makes the schema. An option exists once, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

EffectKind = Literal["record", "tag", "task", "note", "field", "stage", "event", "list"]
"""Kinds of remote effects. `record` creates or updates a CRM record, `field` a marketing contact; the rest as named."""


class Declared(BaseModel):
    """Base of all declarations."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


LIMIT_OPTIONS: Mapping[int, str] = {
    1: "per_second", 10: "per_10s", 20: "per_20s", 60: "per_minute", 3600: "per_hour", 86_400: "per_day",
}  # fmt: skip
"""Which key under `limits:` in leadloop.yaml changes a limit of that window."""


class Limit(Declared):
    """At most `calls` in any window of `per_s` seconds.

    `bucket` names the calls that share it (`*`: every call of the account). `per_record`: counted for each record
    that a request names with `record=`. `logins`: counts requests to the token address instead of API calls.
    `weighted`: a call counts as many times as its `cost` says; for windows of a day, as platforms count tokens.
    The account's plan overrides `calls` of `*` and `default` buckets through `limits:` (see LIMIT_OPTIONS).
    """

    calls: Annotated[int, Field(gt=0)]
    per_s: Annotated[int, Field(gt=0)]
    bucket: str = "*"
    per_record: bool = False
    logins: bool = False
    weighted: bool = False

    @property
    def is_plan(self) -> bool:
        """May the account's `limits:` say another number of calls?"""
        return self.bucket in ("*", "default") and not self.per_record and not self.logins


class StaticAuth(Declared):
    """A secret sent with every request: a bearer token, an own header, a query parameter or HTTP Basic."""

    kind: Literal["static"] = "static"
    credentials: tuple[str, ...] = ("token",)
    header: str | None = "Authorization"
    prefix: str = "Bearer "
    query: str | None = None
    basic: tuple[str, str] | None = None
    """Names of the credentials used as user and password."""
    also: Mapping[str, str] = Field(default_factory=dict)
    """Further headers, each with the name of the credential that it carries (a database, a tenant)."""


class OAuth(Declared):
    """A token address that turns credentials into an access token.

    `grant`: `refresh_token`, `client_credentials`, `password` or `jwt_bearer` (RS256; `sub` is the credential
    `username`, signed with `private_key`). `token_url` may hold `{auth}` (the connection's auth_url) and
    `{base}` (its base_url). `send` is how the parameters travel (a body, or the query); `basic` sends client id and
    secret as HTTP Basic instead.
    `grant_type_sent`: RD Station Marketing takes no grant_type at all. `base_from`: the answer's key that holds the
    API's address, believed only for https hosts that end with one of `base_suffixes` (or loopback, when the
    configured address is loopback), and not asked where the connection says `base_url`.
    `expires_in_s`: assumed lifetime when the answer gives none.
    `authorize_url` and `code_params` serve `leadloop auth`: the sign-in address and how the code is exchanged.
    """

    kind: Literal["oauth"] = "oauth"
    grant: Literal["refresh_token", "client_credentials", "password", "jwt_bearer"]
    credentials: tuple[str, ...]
    token_url: str
    send: Literal["form", "json", "query"] = "form"
    basic: bool = False
    grant_type_sent: bool = True
    audience: str | None = None
    extra: Mapping[str, str] = Field(default_factory=dict)
    base_url: str = ""
    """The API's address for who signs in so, where it is not the declaration's."""
    base_from: str | None = None
    base_suffixes: tuple[str, ...] = ()
    expires_in_s: int | None = None
    busy: tuple[str, ...] = ()
    """Errors of the token address that say nothing about the grant: it is asked again later."""
    header: str = "Authorization"
    prefix: str = "Bearer "
    authorize_url: str | None = None
    authorize_params: Mapping[str, str] = Field(default_factory=dict)
    code_url: str | None = None
    """Where a code is exchanged when that is not `token_url` (RD Station Marketing: `…?token_by=code`)."""


Auth = StaticAuth | OAuth

Means = Literal[
    "retry", "lost", "quota", "auth", "refresh", "forbidden", "record", "gone", "conflict", "config", "contract"
]


CONNECTION = "{connection}"
"""Where the connection's name goes in a rule's hint: an adapter's declaration serves connections of any name."""


class ErrorRule(Declared):
    """How one documented error sorts into our tree. The first rule that fits wins, before the defaults by status.

    `code` may end in `*`. `means`: retry (soon; nothing was applied), lost (the platform gave up in the middle: soon
    for what is safe to repeat, else the outcome is unknown), quota (budget spent: not an authentication problem),
    auth (final),
    refresh (token died: refresh once), forbidden (scope or permission), record (this record is refused), gone,
    conflict (exists already), config (a person must change the mapping or the account), contract (unexpected).
    `scope: record` parks only the record named by the request (a limit per contact). `rolled_back`: a request that
    ends so was undone as a whole, the platform says, so that even a 500 leaves no unknown outcome. In `hint`,
    `{connection}` becomes the connection's name: `sign in again with 'leadloop auth {connection}'`.
    """

    means: Means
    status: int | None = None
    code: str | None = None
    wait_s: float | None = None
    scope: Literal["account", "record"] = "account"
    rolled_back: bool = False
    hint: str | None = None


class Option(Declared):
    """A key that a connection of this adapter takes beside the common ones."""

    name: str
    help: str
    required: bool = False
    type: Literal["text", "texts", "number", "boolean"] = "text"
    choices: tuple[str, ...] = ()
    default: str | None = None


class Capabilities(Declared):
    """What a platform can do, as `adapters --json` prints it and the engine plans by it."""

    changes: Literal["modified", "conversion", "full"] = "modified"
    """How changed contacts are found: by modification time, by last conversion only, or only by reading all."""
    activities: Literal["feed", "per_contact", "feed_and_per_contact", "none"] = "none"
    """How acts are read: an account-wide feed, contact by contact, or some kinds by one and the rest by the other."""
    removals: Literal["feed", "sweep", "none"] = "none"
    merges: bool = False
    consent: Literal["feed", "record", "none"] = "none"
    writes: tuple[EffectKind, ...] = ()
    batch: int = 1
    """Writes per call."""
    partial: Literal["per_row", "whole", "single"] = "single"
    """What one bad row does to its batch: own outcome per row, the whole call is refused, or one row per call."""
    upsert: bool = False
    """The platform itself guarantees one record per key."""
    history: bool = False
    conversions: bool = False
    objects: tuple[str, ...] = ()
    makes_fields: bool = False
    exactly_once: bool = True
    """False: the platform cannot exclude a duplicate after an unknown outcome; `doctor` says so."""
    visible_after_s: int = 0
    """How long a write may stay invisible to searches; an absence is believed only after that."""

    @property
    def has_activity_feed(self) -> bool:
        """Is there a feed of acts?"""
        return self.activities in ("feed", "feed_and_per_contact")

    @property
    def has_acts_per_contact(self) -> bool:
        """Are acts to be asked for contact by contact?"""
        return self.activities in ("per_contact", "feed_and_per_contact")


class Spec(Declared):
    """What both kinds of adapter declare.

    `auth`: alternatives; the first whose credentials are all given is used. `source`, `read_on`: where and when the
    platform's documentation was read. `account`: credentials or options that tell whose account it is (limits are
    shared by connections of the same account). `unverified`: statements no live account has confirmed yet.
    """

    name: str
    title: str
    base_url: str = ""
    base_path: str = ""
    """What every path follows, below the connection's base_url; `{database}` stands for that credential (a name)."""
    auth_url: str = ""
    auth: tuple[Auth, ...] = ()
    limits: tuple[Limit, ...] = ()
    concurrency: int = 4
    errors: tuple[ErrorRule, ...] = ()
    options: tuple[Option, ...] = ()
    capabilities: Capabilities = Capabilities()
    network: bool = True
    headers: Mapping[str, str] = Field(default_factory=dict)
    account: tuple[str, ...] = ("client_id",)
    deadline_s: float = 60.0
    max_bytes: int = 64 * 1024 * 1024
    scopes: tuple[str, ...] = ()
    source: str = ""
    read_on: str = ""
    unverified: tuple[str, ...] = ()


class MarketingSpec(Spec):
    """A marketing automation platform."""

    side: Literal["marketing"] = "marketing"
    contact_key: str = "id"
    """Where a raw contact record holds the platform's id: a dotted path."""
    contact_changed_at: str | None = None
    """Where it holds the source's time of the last change, if it does."""
    contact_further_emails: str | None = None
    """The field in which it holds further addresses, if it does: a list, or one text with `;` between them."""
    contact_object: str = ""
    """Which object of the platform's own CRM a contact is; '' for none. In one account both are one record."""
    stage_field: str = ""
    """The field of that record which a stage is, so that a CRM connection of the same account can protect it."""
    activity_key: str | None = None
    """Where a raw activity holds an id; None: the engine hashes its content."""
    activity_contact: str = "contact_id"
    """Where a raw activity names its contact: an id, or with `activity_contact_by="email"` an address."""
    activity_contact_by: Literal["id", "email"] = "id"
    activity_at: str = "at"
    """Where a raw activity holds its time: ISO 8601 with offset, or epoch milliseconds as a number."""
    activity_by_machine: str | None = None
    """Where the platform marks acts by machines, if it does."""


class CrmSpec(Spec):
    """A CRM."""

    side: Literal["crm"] = "crm"
    main_object: str = "Lead"
    tells: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Events that this CRM tells a marketing platform by itself, by the name of that platform's adapter.

    leadloop does not tell them a second time, unless the connection says `linked: false`.
    """
