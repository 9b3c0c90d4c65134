"""What describe and queries answer with: the platform's keys around the org's values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.salesforce.schema import FieldDef
from connector.testing.simulators.salesforce.store import Row, Table
from connector.testing.simulators.salesforce.users import PREFIXES

_FIELD_KEYS: Final[dict[str, Any]] = {
    **dict.fromkeys(
        (
            "autoNumber", "cascadeDelete", "dependentPicklist", "deprecatedAndHidden", "displayLocationInDecimal",
            "encrypted", "highScaleNumber", "htmlFormatted", "nameField", "namePointing", "polymorphicForeignKey",
            "queryByDistance", "restrictedDelete", "searchPrefilterable", "writeRequiresMasterRead",
        ),
        False,
    ),
    **dict.fromkeys(
        (
            "calculatedFormula", "compoundFieldName", "controllerName", "defaultValue", "defaultValueFormula",
            "extraTypeInfo", "filteredLookupInfo", "inlineHelpText", "mask", "maskType", "referenceTargetField",
            "relationshipOrder",
        )
    ),
    "aggregatable": True, "groupable": True, "permissionable": True, "sortable": True, "byteLength": 0, "digits": 0,
    "precision": 0, "scale": 0, "soapType": "xsd:string",
}  # fmt: skip
_OBJECT_KEYS: Final[dict[str, Any]] = {
    **dict.fromkeys(
        ("activateable", "compactLayoutable", "customSetting", "deprecatedAndHidden", "feedEnabled", "hasSubtypes",
         "isSubtype", "mruEnabled"), False,
    ),
    **dict.fromkeys(
        ("createable", "deletable", "layoutable", "mergeable", "queryable", "replicateable", "retrieveable",
         "searchable", "triggerable", "undeletable", "updateable"), True,
    ),
    **dict.fromkeys(("actionOverrides", "childRelationships", "namedLayoutInfos", "recordTypeInfos"), ()),
    "custom": False, "listviewable": None, "lookupLayoutable": None, "networkScopeFieldName": None,
    "searchLayoutable": True, "sobjectDescribeOption": "DEFERRED", "urls": {},
    "supportedScopes": ({"label": "All records", "name": "everything"},),
}  # fmt: skip


def described(table: Table) -> dict[str, Any]:
    """An object's description: only the fields that are there."""
    return {
        **_OBJECT_KEYS,
        "name": table.name,
        "label": table.name,
        "labelPlural": f"{table.name}s",
        "keyPrefix": PREFIXES[table.name],
        "fields": [_described(field) for field in table.fields.values()],
    }


def _described(field: FieldDef) -> dict[str, Any]:
    return {**_FIELD_KEYS, **field.described()}


def shown(table: Table, row: Row, fields: Sequence[str], version: str) -> dict[str, Any]:
    """A row of a query's answer, with the related owner's type and name where they are asked for."""
    url = f"/services/data/v{version}/sobjects/{table.name}/{row['Id']}"
    answer: dict[str, Any] = {"attributes": {"type": table.name, "url": url}}
    for field in fields:
        parent, dot, child = field.partition(".")
        if not dot:
            answer[field] = _value(row[field])
        else:
            owner = answer.setdefault(parent, {"attributes": {"type": "Name", "url": ""}})
            owner[child] = _owner_value(str(row[f"{parent}Id"]), child)
    return answer


def _value(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000") if isinstance(value, datetime) else value


def _owner_value(owner_id: str, child: str) -> str:
    if child == "Type":
        return "Queue" if owner_id.startswith(PREFIXES["Group"]) else "User"
    return owner_id if child == "Id" else f"User {owner_id[-4:]}"
