"""What Marketo declares: addresses, sign-in, limits, how its errors sort, what it can do.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest (base-url, authentication,
        error-codes, marketo-integration-best-practices, bulk-extract), and the API description at
        https://github.com/AdobeDocs/marketo-apis, both read 2026-11-22.
Limits: 100 calls in 20 s and 50,000 a day, ten at once, shared by all integrations of one instance. No header tells.
Quirk:  nearly every error comes with HTTP 200 and `success: false`; only its code tells what it is.
"""

from __future__ import annotations

from typing import Final

from connector.adapter import Capabilities, ErrorRule, Limit, MarketingSpec, OAuth, Option

DAY_S: Final = 86_400
BATCH: Final = 300
"""Rows of a page and of a write, and ids of a read, at most."""
BULK: Final = "bulk"
"""The bucket of calls that queue bulk jobs: a spent bulk quota pauses these alone."""
DEFAULT_TYPES: Final = (1, 2, 3, 8, 9, 10, 11, 46, 104)
"""Page visits, forms, link clicks, hard bounces, unsubscribes, opens, clicks, interesting moments, program statuses."""

_AUTH = OAuth(
    grant="client_credentials",
    credentials=("client_id", "client_secret"),
    token_url="{base}/identity/oauth/token",  # noqa: S106 - an address
    send="query",
    expires_in_s=3600,
)

_SERVICE = "check client_id and client_secret (Admin > LaunchPoint) and that the service's API user is active"
_ROLE = "give the API user's role the permission, or add our address to the allow-list (Admin > Web Services)"
_ADDRESS = "base_url is https://….mktorest.com, without /rest at its end"

_ERRORS = (
    ErrorRule(means="refresh", code="600", hint=_SERVICE),
    ErrorRule(means="refresh", code="601", hint=_SERVICE),
    ErrorRule(means="refresh", code="602", hint=_SERVICE),
    ErrorRule(means="forbidden", code="603", hint=_ROLE),
    ErrorRule(means="forbidden", code="703", hint="the subscription does not include this feature"),
    ErrorRule(means="quota", code="607"),
    ErrorRule(means="quota", code="1029/quota"),
    ErrorRule(means="quota", code="1029/queue", wait_s=300),
    ErrorRule(means="retry", code="606", wait_s=20),
    ErrorRule(means="retry", code="608"),
    ErrorRule(means="retry", code="614"),
    ErrorRule(means="retry", code="615", wait_s=2),
    ErrorRule(means="lost", code="500"),
    ErrorRule(means="lost", code="502"),
    ErrorRule(means="lost", code="604"),
    ErrorRule(means="lost", code="611"),
    ErrorRule(means="lost", code="713"),
    ErrorRule(means="contract", code="605"),
    ErrorRule(means="contract", code="609"),
    ErrorRule(means="contract", code="610", hint=_ADDRESS),
    ErrorRule(means="contract", code="612"),
    ErrorRule(means="contract", status=404, hint=_ADDRESS),
    ErrorRule(means="gone", code="1004"),
    ErrorRule(means="gone", code="1013"),
    ErrorRule(means="gone", code="1080"),
    ErrorRule(means="conflict", code="1005"),
    ErrorRule(means="conflict", code="1007"),
    ErrorRule(means="config", code="1006", hint="the mapping names a field that the account does not have"),
    ErrorRule(means="config", code="1021", hint="fields of the company are not written through the lead"),
    ErrorRule(means="config", code="1035", hint="the subscription does not have this filter"),
    ErrorRule(means="record", status=414),
    # Every other code of an answer with HTTP 200 is about what was asked: 701, 704, 709, 1001, 1002, 1003 …
    ErrorRule(means="record", status=200),
)

SPEC: Final = MarketingSpec(
    name="marketo",
    title="Adobe Marketo Engage",
    auth=(_AUTH,),
    limits=(Limit(calls=100, per_s=20), Limit(calls=50_000, per_s=DAY_S)),
    concurrency=5,  # half of what the instance allows all its integrations together
    errors=_ERRORS,
    options=(
        Option(
            name="activity_types",
            type="texts",
            help="numbers of the activity types to read (default: 1, 2, 3, 8, 9, 10, 11, 46, 104)",
        ),
    ),
    contact_key="id",
    contact_changed_at="updatedAt",
    activity_key="marketoGUID",
    activity_contact="leadId",
    activity_at="activityDate",
    activity_by_machine='attributes."Is Bot Activity"',
    capabilities=Capabilities(
        changes="modified",
        activities="feed",
        removals="feed",
        merges=True,
        consent="feed",
        writes=("field", "list", "event"),
        batch=BATCH,
        partial="per_row",
        makes_fields=True,
        exactly_once=False,  # a custom activity is found by our key in it, but the lag of the log is not documented
        visible_after_s=900,
    ),
    deadline_s=120.0,  # Marketo itself gives up on a write after 90 s
    scopes=(
        "Read-Write Lead", "Read-Only Activity", "Read-Write Activity", "Read-Write Activity Metadata",
        "Read-Write Schema Custom Field",
    ),
    source="https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest",
    read_on="2026-11-22",
    unverified=(
        "how late an activity may become visible (ten minutes are read again each time, six hours every six hours)",
        "how long a paging token lives (a walk that is refused begins again at its time)",
        "the name of the attribute that holds the losers of a merge (any that begins with 'Merge ID')",
        "the name and values of the mark of e-mail bots ('Is Bot Activity')",
        "that lead changes tell of fields of the company",
        "that removing from a static list takes ids in the query and the body at once, as the API description says",
        "how the attributes of a bulk activity are spelled (a list or an object are both read)",
    ),
)  # fmt: skip
"""The declaration that the engine reads."""
