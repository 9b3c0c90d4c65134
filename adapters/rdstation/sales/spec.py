"""What RD Station CRM declares: addresses, both ways to sign in, limits, how its errors sort, what it can do."""

from __future__ import annotations

from typing import Final

from adapters.rdstation.sales.columns import DEAL
from adapters.rdstation.sales.errors import RULES
from connector.adapter import Capabilities, CrmSpec, Limit, OAuth, Option, StaticAuth

TOKEN: Final = "token"  # noqa: S105 - the name of a credential
"""The credential of version 1: who gives it signs in there."""

SPEC: Final = CrmSpec(
    name="rdstation",
    title="RD Station CRM",
    base_url="https://crm.rdstation.com/api/v1",
    auth_url="https://api.rd.services",
    auth=(
        StaticAuth(credentials=(TOKEN,), header=None, query="token"),
        OAuth(
            grant="refresh_token",
            credentials=("client_id", "client_secret", "refresh_token"),
            token_url="{auth}/oauth2/token",  # noqa: S106 - an address, not a secret
            base_url="https://api.rd.services/crm/v2",
            expires_in_s=7200,
            authorize_url="https://accounts.rdstation.com/oauth/authorize",
        ),
    ),
    limits=(Limit(calls=120, per_s=60),),
    concurrency=4,
    errors=RULES,
    options=(
        Option(name="pipeline", help="where new deals go, by name or id; not said: the first stage of the first one"),
        Option(
            name="linked",
            type="boolean",
            default="true",
            help="RD Station Marketing hears of sales, losses and opportunities from the CRM itself",
        ),
    ),
    capabilities=Capabilities(
        writes=("record", "task", "note"),
        # Each row is a request of its own; ten of them are five seconds of the account's rate.
        batch=10,
        partial="single",
        objects=(DEAL,),
        makes_fields=True,
        visible_after_s=60,
    ),
    tells={"rdstation": ("OPPORTUNITY", "SALE", "OPPORTUNITY_LOST")},
    account=("client_id", TOKEN),
    main_object=DEAL,
    source="https://developers.rdstation.com/reference",
    read_on="2026-11-22",
    unverified=(
        "that version 1 sorts deals by updated_at: the order is looked at; where it does not hold, all are read",
        "how set_contacts is worded: where the answer shows no link, it is made from the contact's side",
        "that custom fields which a PUT does not name keep their values",
        "that lists of addresses are replaced by a PUT: what others added is sent along",
        "how soon a search shows a new contact: one minute is allowed for",
        "how a taken name is refused: in any wording that says so of the name",
        "the bodies of custom fields and the zone of RDQL's times in version 2",
        "whether an older deal's custom fields of one character are taken: shorter texts than two are refused here",
    ),
)
"""The declaration that the engine reads."""
