"""What RD Station Marketing declares: addresses, sign-in, limits, how its errors sort, what it can do.

Source: https://developers.rdstation.com/reference (introducao-rdsm, contatos, batch-eventos, campos-personalizados,
        limite-de-requisicoes-da-api, mensagens-de-erro-rdsm), API 2.0, read 2026-11-22.
Limits: those of the lowest plans (Light, Basic, Pro); `limits: {per_minute: 500}` is what Advanced has for contacts.
Quirk:  a contact's own limit (24 updates a day) is worded as a 429 like the account's; only the name of the limiter,
        `lead_limiter`, tells them apart.
"""

from __future__ import annotations

from typing import Final

from adapters.rdstation.refusals import NOT_ROUTED
from connector.adapter import Capabilities, ErrorRule, Limit, MarketingSpec, OAuth

DAY_S: Final = 86_400
LEAD_LIMITER: Final = "lead_limiter"

_AUTH = OAuth(
    grant="refresh_token",
    credentials=("client_id", "client_secret", "refresh_token"),
    token_url="{base}/auth/token",  # noqa: S106 - an address
    send="json",
    grant_type_sent=False,
    expires_in_s=DAY_S,
    authorize_url="{base}/auth/dialog",
    code_url="{base}/auth/token?token_by=code",
)

_LIMITS = (
    # Contacts and their events, every method; a request that changes a contact names it with `record=`.
    Limit(calls=120, per_s=60, bucket="default"),
    Limit(calls=24, per_s=DAY_S, bucket="default", per_record=True),
    Limit(calls=120, per_s=60, bucket="segmentations"),
    Limit(calls=15_000, per_s=DAY_S, bucket="tags"),
    Limit(calls=24, per_s=DAY_S, bucket="tags", per_record=True),
    # A million a day, as the page on limits says of funnels, and of fields and webhooks.
    Limit(calls=1_000_000, per_s=DAY_S, bucket="funnels"),
    Limit(calls=24, per_s=DAY_S, bucket="funnels", per_record=True),
    Limit(calls=120, per_s=60, bucket="events"),
    Limit(calls=120, per_s=DAY_S, bucket="events", per_record=True),
    Limit(calls=1_000_000, per_s=DAY_S, bucket="fields"),
)

_CODE_SPENT = "a code lives 60 minutes and serves once: sign in again with 'leadloop auth {connection}'"
_ERRORS = (
    ErrorRule(means="refresh", code="expired_token"),
    ErrorRule(means="refresh", code="invalid_token"),
    ErrorRule(means="auth", code="ACCESS_DENIED", hint="check client_id and client_secret of the app"),
    ErrorRule(means="auth", code="INVALID_REFRESH_TOKEN", hint="sign in again with 'leadloop auth {connection}'"),
    ErrorRule(means="auth", code="EXPIRED_CODE_GRANT", hint=_CODE_SPENT),
    ErrorRule(
        means="auth", code="UNABLE_TO_LOAD_CDP_SCHEMA", hint="the app is one for RD Station CRM: make one for Marketing"
    ),
    ErrorRule(means="refresh", status=401, code="UNAUTHORIZED"),
    ErrorRule(means="auth", status=401),
    ErrorRule(means="forbidden", code="ACCOUNT_REQUIREMENT_MISSING", hint="the account's plan does not include this"),
    ErrorRule(means="forbidden", status=403),
    ErrorRule(means="quota", status=429, code=LEAD_LIMITER, scope="record"),
    ErrorRule(means="retry", status=429),
    ErrorRule(means="retry", code="SERVICE_UNAVAILABLE"),
    ErrorRule(means="retry", code=NOT_ROUTED, hint="if it lasts, check base_url"),
    ErrorRule(means="gone", code="RESOURCE_NOT_FOUND"),
    ErrorRule(means="gone", status=404),
    ErrorRule(means="conflict", code="EMAIL_ALREADY_IN_USE"),
    ErrorRule(means="conflict", code="TAKEN"),
    ErrorRule(
        means="config",
        code="INVALID_FIELDS",
        hint="the mapping writes a field that is read-only or unknown: 'leadloop mapping check' names it",
    ),
    ErrorRule(means="config", code="CONFLICTING_FIELD", hint="the mapping writes the identifying attribute"),
    ErrorRule(means="config", code="PARAMETER_UNKNOWN"),
    ErrorRule(means="contract", status=415),
    ErrorRule(means="record", status=400),
    ErrorRule(means="record", status=414, hint="an address over 8 kB: an id or e-mail is not what it should be"),
    ErrorRule(means="record", status=422),
)  # fmt: skip

SPEC: Final = MarketingSpec(
    name="rdstation",
    title="RD Station Marketing",
    base_url="https://api.rd.services",
    auth=(_AUTH,),
    limits=_LIMITS,
    errors=_ERRORS,
    contact_key="uuid",
    activity_at="event_timestamp",
    capabilities=Capabilities(
        changes="conversion",
        activities="per_contact",
        removals="sweep",
        merges=True,
        consent="record",
        writes=("field", "tag", "stage", "event"),
        batch=100,
        partial="whole",
        upsert=True,
        makes_fields=True,
        exactly_once=False,  # no idempotency key for events, and the funnel does not show every one of them
        visible_after_s=600,  # an event's 200 means taken; how long it takes is not documented
    ),
    source="https://developers.rdstation.com/reference",
    read_on="2026-11-22",
    unverified=(
        "whether a refresh ever rotates the refresh token (what is returned is stored)",
        "the unit of remaining_time in a 429 (taken as seconds, at most a day)",
        "how long an event takes to show in the funnel",
        "that a refused batch of events applied none of them",
        "that a change of stage leaves owner and opportunity alone when they are not sent",
        "that a contact which is gone is told in the platform's own words (any other 404 proves nothing)",
        "whether contacts without conversion sort first or last (both are handled)",
    ),
)
"""The declaration that the engine reads."""
