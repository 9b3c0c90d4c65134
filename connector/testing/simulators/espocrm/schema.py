"""The fields of the simulated installation, and what each takes.

Source: espocrm/espocrm, application/Espo/Modules/Crm/Resources/metadata/entityDefs/*.json, cut to what is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.testing.simulators.espocrm.wording import RefusedError, Row, invalid

ENTITIES: Final = ("Lead", "Contact", "Opportunity", "Task", "Note", "User")
STATUSES: Final = ("New", "Assigned", "In Process", "Converted", "Recycled", "Dead")
STAGES: Final = {
    "Prospecting": 10, "Qualification": 20, "Proposal": 50, "Negotiation": 80, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
REASONS: Final = (
    "No budget", "Bad timing", "No contact", "Invalid data", "No fit", "No authority", "Competitor",
    "Existing customer", "Duplicate", "Not a buyer", "Other",
)  # fmt: skip
STATUS_OF: Final = {"Lead": "status", "Opportunity": "stage"}
ALLOWED: Final = {"varchar", "text", "int", "bool", "enum", "multiEnum", "datetime", "date", "float"}
_STAMPS: Row = {
    "createdAt": {"type": "datetime", "readOnly": True}, "modifiedAt": {"type": "datetime", "readOnly": True},
    "createdBy": {"type": "link", "readOnly": True}, "modifiedBy": {"type": "link", "readOnly": True},
    "assignedUser": {"type": "link"}, "description": {"type": "text"},
}  # fmt: skip
_PERSON: Row = {
    "name": {"type": "personName"}, "firstName": {"type": "varchar", "maxLength": 100},
    "lastName": {"type": "varchar", "maxLength": 100, "required": True}, "emailAddress": {"type": "email"},
    "phoneNumber": {"type": "phone"}, "doNotCall": {"type": "bool", "audited": True},
    "addressCountry": {"type": "varchar"}, "addressCity": {"type": "varchar"}, **_STAMPS,
}  # fmt: skip


def standard_fields(entity: str) -> Row:
    """The fields that every installation has."""
    links = {f"created{one}": {"type": "link"} for one in ("Account", "Contact", "Opportunity")}
    own: Mapping[str, Row] = {
        "Lead": {
            **_PERSON, **links, "title": {"type": "varchar", "maxLength": 100}, "accountName": {"type": "varchar"},
            "status": {"type": "enum", "options": list(STATUSES), "default": "New", "audited": True},
            "source": {"type": "enum", "options": ["", "Call", "Email", "Web Site", "Campaign", "Other"]},
            "website": {"type": "url"}, "convertedAt": {"type": "datetime", "readOnly": True},
        },
        "Contact": {**_PERSON, "account": {"type": "link"}},
        "Opportunity": {
            **_STAMPS, "name": {"type": "varchar", "required": True}, "amount": {"type": "currency", "audited": True},
            "account": {"type": "link", "audited": True}, "contact": {"type": "link"},
            "contacts": {"type": "linkMultiple"}, "closeDate": {"type": "date", "required": True},
            "stage": {
                "type": "enum", "options": list(STAGES), "default": "Prospecting", "audited": True,
                "probabilityMap": STAGES,
            },
        },
        "Task": {
            **_STAMPS, "name": {"type": "varchar", "required": True}, "dateEnd": {"type": "datetime"},
            "status": {"type": "enum", "options": ["Not Started", "Started", "Completed"], "default": "Not Started"},
            "parent": {"type": "linkParent"},
        },
        "Note": {
            **_STAMPS, "type": {"type": "varchar"}, "post": {"type": "text"}, "parent": {"type": "linkParent"},
            "data": {"type": "jsonObject"},
        },
        "User": {**_STAMPS, "type": {"type": "enum", "options": ["regular", "api", "admin", "system"]}},
    }  # fmt: skip
    return dict(own[entity])


def our_fields(entity: str) -> Row:
    """What `leadloop prepare` makes for the starting mapping."""
    reason = {"type": "enum", "options": ["", *REASONS], "audited": True, "isCustom": True}
    if entity == "Opportunity":
        return {"cLostReason": reason}
    ours: dict[str, Row] = {
        "cLeadloopId": {"type": "varchar", "maxLength": 32}, "cLeadloopScore": {"type": "int"},
        "cLeadloopGrade": {"type": "varchar", "maxLength": 255}, "cLeadloopMql": {"type": "bool"},
        "cLeadloopReasons": {"type": "text"},
        "cTags": {"type": "multiEnum", "options": ["MQL"], "allowCustomOptions": True},
    }  # fmt: skip
    named = {"Lead": "cRejectionReason", "Contact": "cDeclineReason"}[entity]
    return {name: {**one, "isCustom": True} for name, one in ours.items()} | {named: reason}


def attributes(fields: Row) -> dict[str, Row]:
    """The attributes of these fields: links and parents are told by several, an address by itself and its marks."""
    found: dict[str, Row] = {"id": {"type": "id", "readOnly": True}}
    for name, one in fields.items():
        if one["type"] == "link":
            found |= {f"{name}Id": one, f"{name}Name": one}
        elif one["type"] == "linkParent":
            found |= {f"{name}Id": one, f"{name}Type": one}
        else:
            found[name] = one
        if one["type"] == "email":
            found |= {f"{name}IsOptedOut": {"type": "bool"}, f"{name}Data": {"type": "jsonArray"}}
        if one["type"] == "currency":
            found[f"{name}Currency"] = {"type": "varchar"}
    return found


def validate(fields: Row, sent: Row, *, is_new: bool) -> Row:
    """What of a body is taken: unknown and read-only attributes fall away without a word.

    Raises RefusedError for a value that its field does not take.
    """
    known = attributes(fields)
    taken = {name: value for name, value in sent.items() if name in known and not known[name].get("readOnly")}
    for name, one in fields.items():
        if one.get("required") and (is_new or name in taken) and taken.get(name) in (None, ""):
            raise RefusedError(invalid(name, "required"))
    for name, value in taken.items():
        kind = _fault(known[name], value)
        if kind is not None:
            raise RefusedError(invalid(name, kind))
    return taken


def _fault(told: Row, value: Any) -> str | None:
    if value is None:
        return None
    options = told.get("options")
    if told["type"] == "enum" and options and value not in options:
        return "valid"
    if told["type"] == "multiEnum" and not isinstance(value, list):
        return "arrayOfString"
    if told["type"] == "int" and (isinstance(value, bool) or not isinstance(value, int)):
        return "valid"
    length = told.get("maxLength") or (255 if told["type"] == "varchar" else None)
    return "maxLength" if length and len(str(value)) > length else None
