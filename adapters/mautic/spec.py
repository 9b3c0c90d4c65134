"""What Mautic declares: addresses, sign-in, limits, how its errors sort, what it can do.

Source: https://devdocs.mautic.org/en/latest/rest_api/ (authentication, contacts, stats, forms, notes, stages) and the
        code of https://github.com/mautic/mautic 5.1, both read 2026-11-22.
Limits: none by default; an administrator may set calls an hour (`api_rate_limiter_limit`). Ours are courtesy to a
        server that also serves pages and sends mail; `limits: {per_hour: …}` is for an account that has one.
Quirk:  the statistics answer 200 for a table that is unknown or not allowed: without `stats`, or with `errors`.
"""

from __future__ import annotations

from typing import Final

from connector.adapter import Capabilities, ErrorRule, Limit, MarketingSpec, OAuth, Option, StaticAuth

BATCH: Final = 200
"""Contacts of one batch, at most (`api_batch_max_limit`); above, the whole call is a 500."""
TABLES: Final = ("form_submissions", "page_hits", "email_stats", "asset_downloads", "lead_donotcontact")
"""The statistics that tell of acts."""
REFUSED: Final = "stats_refused"
DENIED: Final = "stats_denied"
"""How we call what the statistics refuse in a 200: a bad question, and a table that the role may not read."""

_AUTH = (
    OAuth(
        grant="client_credentials",
        credentials=("client_id", "client_secret"),
        token_url="{base}/oauth/v2/token",  # noqa: S106 - an address
        expires_in_s=3600,
    ),
    StaticAuth(credentials=("username", "password"), basic=("username", "password")),
)

_ENABLE = "enable the API in Mautic (Configuration > API Settings) and clear its cache"
_BASIC = "check the credentials; for username and password, enable HTTP basic auth (Configuration > API Settings)"
_ROLE = "give the user's role API access, and the right to view and edit all contacts"

_ERRORS = (
    ErrorRule(means="forbidden", code="api_disabled", hint=_ENABLE),
    ErrorRule(means="config", code=DENIED, hint=_ROLE),
    ErrorRule(means="config", code=REFUSED, hint="this version of Mautic has other columns in the table"),
    ErrorRule(means="refresh", status=401, hint=_BASIC),
    ErrorRule(means="forbidden", status=403, hint=_ROLE),
    ErrorRule(means="gone", status=404),
    ErrorRule(means="record", status=400),
    ErrorRule(means="record", status=422),
    ErrorRule(means="retry", status=429, wait_s=60),
)

SPEC: Final = MarketingSpec(
    name="mautic",
    title="Mautic",
    auth=_AUTH,
    limits=(Limit(calls=10, per_s=1), Limit(calls=36_000, per_s=3600)),
    concurrency=2,
    errors=_ERRORS,
    account=("client_id", "username"),
    options=(
        Option(
            name="tables",
            type="texts",
            help=f"which statistics to read: {', '.join(TABLES)} (default: all; a table that is not allowed is told)",
        ),
    ),
    contact_changed_at="dateModified",
    activity_key="key",
    capabilities=Capabilities(
        changes="modified",
        activities="feed",
        removals="sweep",
        merges=True,
        consent="record",
        writes=("field", "tag", "stage", "list", "note"),
        batch=BATCH,
        partial="per_row",
        upsert=False,
        makes_fields=True,
    ),
    scopes=("API access", "lead:leads:viewother", "lead:leads:editother", "form:forms:viewother"),
    source="https://devdocs.mautic.org/en/latest/rest_api/",
    read_on="2026-11-22",
    unverified=(
        "which changes move date_modified in each version: the audit log, or a daily walk, covers the rest",
        "the format of X-RateLimit-Reset: a refusal by the limit waits a minute instead",
        "that a field which the account lacks is left out of the answer to a write, as it is left out of every record",
        "that a list asked for with minimal=1 still names every contact's id",
        "that a note comes back with the text that was sent, as far as HTML lets it",
        "that the last of utmtags is the newest",
    ),
)
"""The declaration that the engine reads."""
