"""Records of one call: made by upsert under the mapping's key, changed by id, a hundred at a time.

Nothing of the account is set off by our writes: `trigger: []` mutes workflows, approvals and blueprints, cadences are
skipped, and assignment rules run only for who names one (`lar_id`).
Source: https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html, …/update-records.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from adapters.zoho import outcomes
from adapters.zoho.account import Account
from adapters.zoho.api import Api, row_cost
from adapters.zoho.values import encoded
from connector.adapter.usable import FIELD_MISSING
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome

QUIETLY: Final[Json] = {"trigger": [], "skip_feature_execution": [{"name": "cadences"}]}


def check(account: Account, write: LeadWrite) -> None:
    """Raises RecordError for a record that cannot be sent.

    Zoho ignores a field that it does not know, without a word: so that is found here.
    """
    if write.record_id is None and account.key_on(write.object or account.main) is None:
        raise RecordError("the mapping names no key to make records under: set `key`", code="no_key")
    _values(account, write)


def send(account: Account, api: Api, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One call: all of these are new, or all are known, and of one object."""
    object_name = writes[0].object or account.main
    body: Json = {"data": [_row(account, object_name, write) for write in writes], **QUIETLY}
    if writes[0].record_id is None:
        body["duplicate_check_fields"] = [account.key_on(object_name)]
        results = api.save("POST", f"{object_name}/upsert", body, cost=row_cost(len(writes)))
    else:
        results = api.save("PUT", object_name, body, cost=row_cost(len(writes)))
    return outcomes.of_rows(object_name, writes, results)


def _row(account: Account, object_name: str, write: LeadWrite) -> Json:
    """A known record carries our key from now on."""
    row = _values(account, write)
    key = account.key_on(object_name)
    if key and write.key:
        row[key] = write.key
    return {**row, "id": write.record_id} if write.record_id else row


def _values(account: Account, write: LeadWrite) -> dict[str, Any]:
    object_name = write.object or account.main
    values: dict[str, Any] = {}
    for name, value in write.fields.items():
        column = account.schema.find(object_name, name)
        if column is None:
            raise RecordError(f"{object_name} has no field '{name}'", code=FIELD_MISSING, field=name)
        if not column.writable:
            raise RecordError(f"'{name}' is not written through the API", code="read_only", field=name)
        values[name] = encoded(column, value)
    return values
