"""What HubSpot can do on each side, and what no live account has confirmed yet."""

from __future__ import annotations

from typing import Final

from adapters.hubspot import platform
from adapters.hubspot.api import MAX_ROWS
from connector.adapter import Capabilities, CrmSpec, MarketingSpec, Option

_BOTH: Final = (
    "that look-ups by id, e-mail and unique property see a write at once: an absence is believed after a minute",
    "that a batch which is refused as a whole applied none of its rows (creations of tasks and notes count on it)",
    "that a trace id turns on outcomes per row for every kind of batch: where it does not, batches are split",
    "the code of a value that another record holds (CONFLICTING_UNIQUE_VALUE)",
    "that OAuth's refresh token never rotates: what is returned is stored",
    "the limit of 5 searches a second: older pages say 4; a refusal by it is waited for",
    "the association types of tasks (204) and notes (202) with contacts",
)

CRM: Final = CrmSpec(
    name=platform.NAME,
    title="HubSpot",
    base_url=platform.BASE_URL,
    auth=platform.AUTH,
    limits=platform.LIMITS,
    errors=platform.ERRORS,
    account=platform.ACCOUNT,
    main_object="contacts",
    capabilities=Capabilities(
        removals="feed",
        merges=True,
        writes=("record", "task", "note"),
        batch=MAX_ROWS,
        partial="per_row",
        upsert=True,
        history=True,
        objects=("contacts", "deals", "leads"),
        makes_fields=True,
        visible_after_s=60,
    ),
    scopes=(
        *platform.SCOPES, "crm.objects.deals.read", "crm.schemas.deals.read", "crm.objects.leads.read",
        "crm.schemas.leads.read",
    ),
    source=platform.SOURCE,
    read_on=platform.READ_ON,
    unverified=(
        *_BOTH,
        "how many versions a property's history keeps (about 20): an older decision is dated by the poll",
        "that calculated properties such as hs_is_closed_won keep a history",
        "the stage ids of the leads pipeline in accounts that changed it: correct them in the mapping",
    ),
)  # fmt: skip

MARKETING: Final = MarketingSpec(
    name=platform.NAME,
    title="HubSpot",
    base_url=platform.BASE_URL,
    auth=platform.AUTH,
    limits=platform.LIMITS,
    errors=platform.ERRORS,
    account=platform.ACCOUNT,
    contact_key="id",
    contact_changed_at="updatedAt",
    contact_further_emails=platform.FURTHER_EMAILS,
    contact_object="contacts",
    stage_field="lifecyclestage",
    activity_key="key",
    activity_contact="email",
    activity_contact_by="email",
    activity_at="at",
    activity_by_machine="filteredEvent",
    options=(
        Option(name="forms", help="ids of the forms to read; default: all", type="texts"),
        Option(
            name="stages_back",
            help="may feedback move a lifecycle stage backward? HubSpot then has it cleared first",
            type="boolean",
            default="false",
        ),
    ),
    capabilities=Capabilities(
        activities="feed",
        removals="sweep",
        merges=True,
        consent="record",
        writes=("field", "stage", "list", "note"),
        batch=MAX_ROWS,
        partial="per_row",
        makes_fields=True,
        visible_after_s=60,
    ),
    scopes=(*platform.SCOPES, "forms", "content", "crm.lists.read", "crm.lists.write"),
    source=platform.SOURCE,
    read_on=platform.READ_ON,
    unverified=(
        *_BOTH,
        "formTypes=all in the list of forms, which brings captured forms too",
        "filteredEvent, the mark of opens and clicks by machines",
        "the names hs_analytics_num_page_views, hs_analytics_last_timestamp and hs_email_optout",
        "whether an opt-out alone moves lastmodifieddate: contacts are read again before a first push",
        "how late a form submission or an e-mail event may show up: twenty minutes are read again",
        "lifecycle stages backward: cleared in a request of its own, and looked at afterwards",
    ),
)  # fmt: skip
