"""What Odoo declares: sign-in, limits, how its errors sort, what it can do."""

from __future__ import annotations

from typing import Final

from adapters.odoo import errors
from connector.adapter import Capabilities, CrmSpec, Limit, Option, StaticAuth

LEAD: Final = "crm.lead"
"""Leads and opportunities are one model; a conversion keeps the record."""
BATCH: Final = 20
"""Records of one creation. Changes go one by one, and a pause must not wait for many of them."""

SPEC: Final = CrmSpec(
    name="odoo",
    title="Odoo CRM",
    auth=(
        StaticAuth(
            credentials=("api_key", "database", "username"), also={"X-Odoo-Database": "database"}, prefix="bearer "
        ),
    ),
    # Odoo Online asks for about one call a second and none beside it; a server of one's own has no limit.
    limits=(Limit(calls=1, per_s=1),),
    concurrency=1,
    errors=errors.RULES,
    options=(
        Option(
            name="type",
            help="what is made for an MQL; not said: leads where the database uses them, else opportunities",
            choices=("lead", "opportunity"),
        ),
        Option(
            name="protocol",
            help="how the server is asked; not said: JSON-2 where it speaks it",
            choices=("json2", "jsonrpc"),
        ),
    ),
    capabilities=Capabilities(
        writes=("record", "tag", "task", "note"),
        batch=BATCH,
        partial="whole",
        history=True,
        objects=(LEAD,),
        makes_fields=True,
        # A server ends a request after two minutes; until then one that we gave up may still be at work.
        visible_after_s=120,
    ),
    account=("database",),
    main_object=LEAD,
    source="https://www.odoo.com/documentation/19.0/developer/reference/external_api.html",
    read_on="2026-11-22",
    unverified=(
        "the HTTP status of each exception in JSON-2: exceptions are told apart by their names",
        "how Odoo Online throttles: one call a second, one at a time, is kept",
        "that a message made without a subtype shows as an internal note",
        "which versions set date_conversion when an opportunity is made directly: none is known to",
        "that an activity on an archived lead is shown among its user's activities",
        "that an archived activity, as newer versions keep done ones, can be searched like an open one",
    ),
)
"""The declaration that the engine reads."""
