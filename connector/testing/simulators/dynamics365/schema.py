"""The tables and columns of the simulated environment: what Dynamics 365 Sales brings, and what leadloop adds.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/lead (contact, opportunity);
status reasons are those of a fresh environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(slots=True)
class ColumnDef:
    """A column. `options` maps numbers of a choice to (label, state); `of` names the column that it remarks on."""

    name: str
    type: str = "String"
    max_length: int | None = None
    options: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    of: str | None = None
    writable: bool = True
    custom: bool = False
    label: str = ""
    number: int = 0


LOOKUPS: Final = ("Lookup", "Owner", "Customer")
SETS: Final[Mapping[str, str]] = {
    "leads": "lead", "contacts": "contact", "opportunities": "opportunity", "accounts": "account", "tasks": "task",
    "annotations": "annotation", "audits": "audit",
}  # fmt: skip
KEY: Final = "new_leadloopid"
REASONS: Final = (
    "No budget", "Bad timing", "No contact", "Invalid data", "No fit", "No authority", "Competitor",
    "Existing customer", "Duplicate", "Not a buyer", "Other",
)  # fmt: skip
LEAD_STATUS: Final = {
    1: ("New", 0), 2: ("Contacted", 0), 3: ("Qualified", 1), 4: ("Lost", 2), 5: ("Cannot Contact", 2),
    6: ("No Longer Interested", 2), 7: ("Canceled", 2),
}  # fmt: skip
DEAL_STATUS: Final = {
    1: ("In Progress", 0), 2: ("On Hold", 0), 3: ("Won", 1), 4: ("Canceled", 2), 5: ("Out-Sold", 2),
}  # fmt: skip


def id_column(table: str) -> str:
    """The primary key: that of an activity is called otherwise."""
    return "activityid" if table == "task" else f"{table}id"


def _text(*named: tuple[str, int]) -> list[ColumnDef]:
    return [ColumnDef(name, max_length=length) for name, length in named]


def _lookup(name: str, kind: str = "Lookup") -> list[ColumnDef]:
    remarks = [ColumnDef(f"{name}{tail}", "Virtual", of=name, writable=False) for tail in ("name", "type")]
    return [ColumnDef(name, kind), *remarks]


def choice(
    name: str, kind: str, options: Mapping[int, tuple[str, int | None]], *, custom: bool = False
) -> list[ColumnDef]:
    """A choice and its label's column."""
    return [
        ColumnDef(name, kind, options=dict(options), custom=custom),
        ColumnDef(f"{name}name", "Virtual", of=name, writable=False, custom=custom),
    ]


def _common(table: str) -> list[ColumnDef]:
    stamps = [ColumnDef(name, "DateTime", writable=False) for name in ("createdon", "modifiedon")]
    return [ColumnDef(id_column(table), "Uniqueidentifier", writable=False), *stamps, *_lookup("modifiedby"),
            *_lookup("createdby"), *_lookup("ownerid", "Owner")]  # fmt: skip


def ours() -> list[ColumnDef]:
    """What `leadloop prepare` makes."""
    return [
        ColumnDef(KEY, max_length=32, custom=True, label="leadloop id"),
        ColumnDef("new_mqlscore", "Integer", custom=True, label="Lead score"),
        ColumnDef("new_mqlgrade", max_length=10, custom=True, label="Lead grade"),
        ColumnDef("new_ismql", "Boolean", custom=True, label="MQL"),
        ColumnDef("new_mqlreasons", "Memo", max_length=2000, custom=True, label="MQL reasons"),
        *choice(
            "new_rejectionreason", "Picklist",
            {100_000_000 + number: (label, None) for number, label in enumerate(REASONS)}, custom=True,
        ),
    ]  # fmt: skip


def _person() -> list[ColumnDef]:
    texts = _text(
        ("firstname", 50), ("lastname", 50), ("jobtitle", 100), ("telephone1", 50), ("emailaddress1", 100),
        ("emailaddress2", 100), ("emailaddress3", 100), ("websiteurl", 200), ("address1_country", 80),
    )  # fmt: skip
    flags = [ColumnDef(name, "Boolean") for name in ("donotbulkemail", "donotemail", "merged")]
    return [*texts, *flags, *_lookup("masterid"), *ours()]


def columns_of(table: str) -> list[ColumnDef]:
    """The columns of a table as a fresh environment, prepared for leadloop, has them."""
    found = _common(table)
    match table:
        case "lead":
            states: dict[int, tuple[str, int | None]] = {
                0: ("Open", None), 1: ("Qualified", None), 2: ("Disqualified", None),
            }  # fmt: skip
            found += [*_person(), *_text(("subject", 300), ("companyname", 100)), *_lookup("parentcontactid"),
                      *_lookup("parentaccountid"), *_lookup("qualifyingopportunityid"),
                      *choice("statecode", "State", states), *choice("statuscode", "Status", LEAD_STATUS),
                      *choice("leadsourcecode", "Picklist", {1: ("Advertisement", None), 8: ("Web", None)}),
            ]  # fmt: skip
        case "contact":
            found += [*_person(), *_lookup("originatingleadid"), *_lookup("parentcustomerid", "Customer"),
                      *choice("statecode", "State", {0: ("Active", None), 1: ("Inactive", None)}),
                      *choice("statuscode", "Status", {1: ("Active", 0), 2: ("Inactive", 1)})]  # fmt: skip
        case "opportunity":
            found += [*_text(("name", 300)), *_lookup("originatingleadid"), *_lookup("parentcontactid"),
                      *_lookup("customerid", "Customer"), ColumnDef("actualvalue", "Money"),
                      ColumnDef("actualclosedate", "DateTime"),
                      *choice("statecode", "State", {0: ("Open", None), 1: ("Won", None), 2: ("Lost", None)}),
                      *choice("statuscode", "Status", DEAL_STATUS)]  # fmt: skip
        case "account":
            found += _text(("name", 160))
        case "task":
            found += [*_text(("subject", 200), ("description", 2000)), ColumnDef("scheduledend", "DateTime"),
                      ColumnDef("prioritycode", "Picklist"), *_lookup("regardingobjectid")]  # fmt: skip
        case "annotation":
            found += [*_text(("subject", 500), ("notetext", 100_000)), *_lookup("objectid")]
        case "audit":
            found = [ColumnDef("auditid", "Uniqueidentifier"), ColumnDef("createdon", "DateTime"),
                     ColumnDef("operation", "Picklist"), ColumnDef("attributemask", "Memo"),
                     ColumnDef("objecttypecode", "EntityName"), *_lookup("userid"), *_lookup("objectid")]  # fmt: skip
    for number, column in enumerate(found, 1):
        column.number = number
    return found
