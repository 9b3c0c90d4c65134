"""How rows look in answers, and which of them a request asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from connector.model import Json
from connector.testing.simulator import Request
from connector.testing.simulators.activecampaign.account import NEVER, Account, SimContact, shown

DEFAULT_LIMIT: Final = 20
MOST: Final = 100


def page(rows: Sequence[Any], params: Mapping[str, str]) -> list[Any]:
    """Twenty rows unless more are asked for, a hundred at most."""
    limit = min(int(params.get("limit", DEFAULT_LIMIT)), MOST)
    offset = int(params.get("offset", 0))
    return list(rows[offset : offset + limit])


def asked_contacts(account: Account, request: Request) -> list[SimContact]:
    """The contacts that the filters leave; a filter that is not known is ignored. Newest first unless ordered."""
    params = request.params
    found = list(account.contacts.values())
    if ids := {value for name, value in parse_qsl(request.query) if name == "ids[]"}:
        found = [one for one in found if str(one.id) in ids]
    if "filters[updated_after]" in params:
        after = datetime.fromisoformat(params["filters[updated_after]"])
        found = [one for one in found if one.updated_at.replace(microsecond=0) > after]
    if "id_greater" in params:
        found = [one for one in found if one.id > int(params["id_greater"])]
    if params.get("status") != "-1":
        found = [one for one in found if any(row["status"] == "1" for row in one.lists.values())]
    return sorted(found, key=lambda one: one.id, reverse=params.get("orders[id]") != "ASC")


def contact_row(contact: SimContact) -> Json:
    """A contact as lists and single answers show it."""
    return {
        "id": str(contact.id), "email": "", "firstName": "", "lastName": "", "phone": "", "orgid": "0", "orgname": "",
        **contact.standard, "cdate": shown(contact.added_at), "udate": shown(contact.updated_at), "deleted": "0",
        "deleted_at": NEVER, "anonymized": "0", "ip": "0", "bounced_hard": str(len(contact.bounces)),
        "bounced_soft": "0", "bounced_date": None, "links": {},
    }  # fmt: skip


def parts_of(contact: SimContact) -> dict[str, list[Json]]:
    """What belongs to a contact and comes beside it."""
    id_ = str(contact.id)
    return {
        "fieldValues": [
            {"contact": id_, "field": number, "value": value, "id": f"{id_}{number}"}
            for number, value in contact.values.items()
        ],
        "contactTags": [{"contact": id_, "tag": tag, "id": number} for number, tag in contact.tags.items()],
        "contactLists": list(contact.lists.values()),
        "accountContacts": [contact.job] if contact.job else [],
        "contactData": [contact.data] if contact.data else [],
    }


def activity_row(row: Json) -> Json:
    """A row of the activity log."""
    return {
        "id": row["id"], "tstamp": shown(row["at"]), "subscriberid": row["subscriberid"],
        "reference_type": row["reference_type"], "reference_id": row["reference_id"],
        "reference_action": row["reference_action"], "jsonData": None, "userid": "0", "permission": "",
        "referenceModelName": row["model"], "notes": [], "recipients": [], "user": None,
        "reference": {"type": row["model"], "id": row["reference_id"]},
    }  # fmt: skip


def references(account: Account, rows: Sequence[Json], include: str) -> dict[str, list[Json]]:
    """What the rows refer to, in lists by kind, as far as it was asked for."""
    tables = {"link-data": "linkData", "mpp-link-data": "mppLinkData", "contact-list": "contactLists",
              "contact-automation": "contactAutomations", "reply": "replies"}  # fmt: skip
    found: dict[str, list[Json]] = {}
    for row in rows if "reference" in include.split(",") else ():
        table = tables.get(row["model"])
        if table is not None:
            thing = account.tables[table][row["reference_id"]]
            found.setdefault(table, []).append(thing)
            if "link" in thing and "reference.link" in include.split(","):
                found.setdefault("links", []).append(account.tables["links"][thing["link"]])
    return found
