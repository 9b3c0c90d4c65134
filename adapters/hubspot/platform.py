"""What HubSpot declares for both sides: sign-in, limits, how its errors sort. One account, one set of limits.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines, the pages on OAuth, service
        keys, search and errors, and the public API specifications (v3); read 2026-11-22.
Limits: 100 calls in 10 s for an app, 250,000 a day for the account (Free and Starter), 5 searches a second for both.
Quirk:  a search's 429 names no policy: only `RATE_LIMITS` and the sentence tell it from the others.
"""

from __future__ import annotations

from typing import Final

from connector.adapter import ErrorRule, Limit, OAuth, StaticAuth

NAME: Final = "hubspot"
BASE_URL: Final = "https://api.hubapi.com"
SOURCE: Final = "https://developers.hubspot.com/docs/api-reference"
READ_ON: Final = "2026-11-22"
SEARCH: Final = "search"
"""The bucket that searches are counted in, beside the account's own limits."""
ACCOUNT: Final = ("token", "client_id", "refresh_token")
FURTHER_EMAILS: Final = "hs_additional_emails"
"""Addresses of a contact beside its own, with `;` between them: those of contacts that were merged into it, too."""
LOCKED_S: Final = 2.0
"""How long a locked record (423) is left alone, at least."""

SCOPES: Final = (
    "crm.objects.contacts.read", "crm.objects.contacts.write",
    "crm.schemas.contacts.read", "crm.schemas.contacts.write",
)  # fmt: skip
"""What neither side can do without."""
FURTHER_SCOPES: Final = (
    "forms", "content", "crm.lists.read", "crm.lists.write", "crm.objects.deals.read", "crm.schemas.deals.read",
    "crm.objects.leads.read", "crm.schemas.leads.read",
)  # fmt: skip
"""What one side or the other reads, where the account's plan has it."""

AUTH: Final = (
    StaticAuth(credentials=("token",)),
    OAuth(
        grant="refresh_token",
        credentials=("client_id", "client_secret", "refresh_token"),
        token_url="{base}/oauth/v3/token",  # noqa: S106 - an address
        expires_in_s=1800,
        authorize_url="https://app.hubspot.com/oauth/authorize",
        authorize_params={"scope": " ".join(("oauth", *SCOPES)), "optional_scope": " ".join(FURTHER_SCOPES)},
    ),
)

LIMITS: Final = (
    Limit(calls=100, per_s=10),
    Limit(calls=250_000, per_s=86_400),
    Limit(calls=5, per_s=1, bucket=SEARCH),
)

ERRORS: Final = (
    # The day ends at midnight in the account's own time zone, which no answer tells: looked at again after an hour.
    ErrorRule(means="quota", status=429, code="DAILY", wait_s=3600.0),
    ErrorRule(means="retry", status=429, code="SECONDLY", wait_s=1.0),
    ErrorRule(means="retry", status=429, code="RATE_LIMITS", wait_s=1.0),
    ErrorRule(means="retry", status=429, wait_s=10.0),
    ErrorRule(means="forbidden", code="MISSING_SCOPES", hint="give the token the scope that the message names"),
    ErrorRule(means="forbidden", status=403),
    ErrorRule(means="gone", status=404),
    ErrorRule(means="conflict", status=409),
    ErrorRule(means="config", status=400, code="PROPERTY_DOESNT_EXIST"),
    ErrorRule(means="record", status=400),
    ErrorRule(means="record", status=413),
    ErrorRule(means="record", status=414),
    ErrorRule(means="record", status=423),  # one locked record refuses the batch: it is split until that one is alone
    ErrorRule(means="retry", status=477),  # the account is moved to another data centre; Retry-After tells how long
)
