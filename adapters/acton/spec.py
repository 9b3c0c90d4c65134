"""What Act-On declares: addresses, sign-in, limits, how its errors sort, what it can do.

Source: https://developer.act-on.com/reference (api-overview, download-list, get-contact-history-and-score,
        get-message-report-drilldown, grant-type-refresh, upload-custom-events) and the older pages of
        https://developer.act-on.com/hc/en-us, both read 2026-11-22. Many answers are published as `{}`, hence the
        length of `unverified`.
Limits: 5 calls/s, 30,000 calls/day and 5 sign-ins/hour for each account; pages disagree whether a refresh is a sign-in,
        so each call for a token counts. No header tells what is left.
Quirk:  asked for a new token by any grant, Act-On ends the refresh token that it gave before.
"""

from __future__ import annotations

from typing import Final

from connector.adapter import Capabilities, ErrorRule, Limit, MarketingSpec, OAuth, Option

DAY_S: Final = 86_400
PAGE: Final = 1000
"""Rows of one answer, at most."""
HISTORIES: Final = 5000
"""Histories that a day's walk reads again, unless the connection says otherwise: a sixth of a day's calls."""
INVALID_LIST: Final = "10004"
THROTTLED: Final = "throttled"
"""How we call what the gateway says of a limit, whatever its status."""

_TOKEN_URL: Final = "{base}/token"  # noqa: S105 - an address
_AUTH = (
    OAuth(
        grant="refresh_token",
        credentials=("client_id", "client_secret", "refresh_token"),
        token_url=_TOKEN_URL,
        expires_in_s=3600,
        authorize_url="{base}/authorize",
    ),
    OAuth(
        grant="password",
        credentials=("client_id", "client_secret", "username", "password"),
        token_url=_TOKEN_URL,
        expires_in_s=3600,
    ),
)

_COLUMN = "add the column to the list in Act-On (a list's columns cannot be made by the API), or correct the mapping"
_ERRORS = (
    ErrorRule(means="retry", code=THROTTLED, wait_s=10),
    ErrorRule(means="retry", status=429, wait_s=10),
    ErrorRule(means="refresh", status=401),
    ErrorRule(means="forbidden", status=403, hint="give the API user the right to see and edit contact lists"),
    ErrorRule(means="config", code=INVALID_LIST, hint="the list is gone or hidden from the API user: see 'lists'"),
    ErrorRule(means="gone", code="10008"),
    ErrorRule(means="gone", code="10030"),
    ErrorRule(means="config", code="10010", hint=_COLUMN),
    ErrorRule(means="contract", code="10089"),
    ErrorRule(means="record", status=400),
    ErrorRule(means="contract", status=404, hint="check base_url: https://api.actonsoftware.com, or api-eu for the EU"),
    ErrorRule(means="record", status=422),
)

SPEC: Final = MarketingSpec(
    name="acton",
    title="Act-On",
    base_url="https://api.actonsoftware.com",
    auth=_AUTH,
    limits=(
        Limit(calls=5, per_s=1),
        Limit(calls=30_000, per_s=DAY_S),
        Limit(calls=5, per_s=3600, logins=True),
    ),
    errors=_ERRORS,
    account=("client_id", "username"),
    options=(
        Option(name="lists", type="texts", help="ids (l-0001) or names of the lists to read (default: all)"),
        Option(
            name="histories_per_day",
            type="number",
            default=str(HISTORIES),
            help="how many contacts' histories the daily walk reads again, each by one call",
        ),
    ),
    contact_key="_contact_id_",
    contact_changed_at="modified_at",
    activity_key="key",
    capabilities=Capabilities(
        changes="modified",
        activities="feed_and_per_contact",
        removals="sweep",
        consent="record",
        writes=("field", "event"),
        exactly_once=False,  # a custom event has no key; whether the history shows each of them is not documented
        visible_after_s=300,
    ),
    source="https://developer.act-on.com/reference",
    read_on="2026-11-22",
    unverified=(
        "the unit of modafter (milliseconds): leadloop asks whether it filters before it relies on it",
        "the unit of createdafter for opt-outs (seconds): were it milliseconds, all opt-outs would come each time",
        "that a new record, an import and a form that fills a list count as modifications of the record",
        "how late a modification shows: the last ten minutes are read again",
        "that a contact's record lists its values in the order of the list's columns",
        "that months= widens the history of a list's contact, as it does for All Contacts",
        "whose history it is: two records with one address are taken to show the same acts",
        "that a history text names its form, file or page after the first colon",
        "which columns a message's drill-down has for bounces, and that recid names the list's record",
        "what a spent limit looks like: 429, 503 and a 403 that speaks of a limit are all waited for",
        "that a blank value written by record id empties the column",
        "that a custom event shows in the contact's history, with its title",
        "the sign-in page of the authorization code grant (/authorize)",
    ),
)
"""The declaration that the engine reads."""
