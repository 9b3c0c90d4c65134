"""What EspoCRM declares: sign-in, limits, how its errors sort, what it can do."""

from __future__ import annotations

from typing import Final

from adapters.espocrm import errors
from connector.adapter import Capabilities, CrmSpec, Limit, Option, StaticAuth

LEAD: Final = "Lead"
CONTACT: Final = "Contact"
OPPORTUNITY: Final = "Opportunity"
PEOPLE: Final = (LEAD, CONTACT)
OBJECTS: Final = (LEAD, CONTACT, OPPORTUNITY)
TAG_FIELD: Final = "cTags"
BATCH: Final = 40
"""Writes of one batch: each is a request of its own, and one or two more look at the records before."""

SPEC: Final = CrmSpec(
    name="espocrm",
    title="EspoCRM",
    base_path="/api/v1",
    auth=(
        StaticAuth(credentials=("api_key",), header="X-Api-Key", prefix=""),
        StaticAuth(credentials=("username", "password"), basic=("username", "password")),
    ),
    # EspoCRM has no limit of its own; so many keep a small server quick for its people.
    limits=(Limit(calls=10, per_s=1),),
    concurrency=2,
    errors=errors.RULES,
    options=(
        Option(name="tag_field", help="the multi-enum or array field that holds tags", default=TAG_FIELD),
    ),
    capabilities=Capabilities(
        writes=("record", "tag", "task", "note"),
        batch=BATCH,
        partial="single",
        history=True,
        conversions=True,
        objects=OBJECTS,
        makes_fields=True,
        # Searches see everything at once; this is how long a request that we gave up may still be at work.
        visible_after_s=120,
    ),
    account=("api_key", "username"),
    main_object=LEAD,
    source="https://docs.espocrm.com/development/api/",
    read_on="2026-11-22",
    unverified=(
        "in which words a record that is locked is refused: any 409 to a change is tried again later",
        "how long a web server lets a request run that nobody waits for: two minutes are allowed for",
        "that every installation names a contact of an opportunity (contactId); older ones tell of none",
        "the notes of streams, which versions word differently before 9 and from 9 on: read from the sources of both",
        "that opportunities of version 10, whose stages may belong to pipelines, keep the options of the field",
    ),
)  # fmt: skip
"""The declaration that the engine reads."""
