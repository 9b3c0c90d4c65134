"""What ActiveCampaign declares: sign-in, limits, how its errors sort, what it can do.

Source: https://developers.activecampaign.com/reference/overview (authentication, pagination, rate-limits, errors,
        list-all-contacts, list-contact-activities, bulk-import-contacts), read 2026-11-22.
Limits: 5 requests a second for the account, whatever the number of keys; 100 imports a minute besides.
Quirk:  an import beyond its limit is answered 400, not 429; a bad key 403, by some gateways 401.
"""

from __future__ import annotations

from typing import Final

from connector.adapter import Capabilities, ErrorRule, Limit, MarketingSpec, Option, StaticAuth

PAGE: Final = 100
"""Rows of a page, at most; a larger limit is cut to this without a word."""
BATCH: Final = 250
"""Contacts of one import, at most."""
IMPORTS: Final = "import"
"""The bucket of calls that start an import."""
TOO_MANY_IMPORTS: Final = "import_limit"
"""How we call the refusal of an import by its own limit."""

_KEY: Final = "check api_key and base_url (Settings > Developer), and what the user's group may see"

_ERRORS: Final = (
    ErrorRule(means="retry", code=TOO_MANY_IMPORTS, wait_s=60),
    ErrorRule(means="auth", status=401, hint=_KEY),
    ErrorRule(means="auth", status=403, hint=_KEY),
    ErrorRule(means="gone", status=404),
    ErrorRule(means="record", status=400),
    ErrorRule(means="record", status=422),
    ErrorRule(means="retry", status=429),
)

SPEC: Final = MarketingSpec(
    name="activecampaign",
    title="ActiveCampaign",
    auth=(StaticAuth(credentials=("api_key",), header="Api-Token", prefix=""),),
    limits=(Limit(calls=5, per_s=1), Limit(calls=100, per_s=60, bucket=IMPORTS)),
    errors=_ERRORS,
    account=("api_key",),
    options=(
        Option(
            name="log_of_all",
            type="boolean",
            default="true",
            help="read the activity log of all contacts at once, too; it is documented for one contact at a time",
        ),
    ),
    contact_changed_at="udate",
    activity_key="key",
    activity_by_machine="by_machine",
    capabilities=Capabilities(
        changes="modified",
        activities="feed_and_per_contact",
        removals="sweep",
        merges=False,
        consent="record",
        writes=("field", "tag", "note"),
        batch=BATCH,
        partial="per_row",
        makes_fields=True,
    ),
    scopes=("a user whose group may see all lists",),
    source="https://developers.activecampaign.com/reference/overview",
    read_on="2026-11-22",
    unverified=(
        "which changes move the time of update: whoever it does not name is read again within a week",
        "that the activity log answers for all contacts at once, as it did on live accounts in 2026",
        "that a list of contacts carries tags, lists and accounts: else they are asked for one by one",
        "that activities carry what they refer to (include=reference): without it, acts have no name and no address",
        "that isread tells an opening from a click in linkData: public pipelines differ",
        "that the address of a page seen stands in the value of a tracking log",
        "that contactLists hold the form by which somebody subscribed, which is how a form's submission is found",
        "the zone of a time without offset: such a time is not used",
        "that a form which somebody on its list sends again shows nowhere",
        "that a text field holds 255 characters",
        "that a tag added twice stays one",
    ),
)
"""The declaration that the engine reads."""
