"""OData as Dataverse reads it: values written safely, names checked, long lists split so that addresses stay short.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/filter-rows
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import quote, quote_plus

from connector.errors import ContractError, RecordError

ADDRESS_BYTES: Final = 12_000
"""What an encoded filter may take of an address, which the platform takes up to 32 KB long."""
FORMATTED: Final = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE: Final = "Microsoft.Dynamics.CRM.lookuplogicalname"

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_UNFIT_FOR_KEYS: Final = re.compile(r"[/<>*%&:\\?+]")


def text(value: str) -> str:
    """A string literal."""
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def by_id(entity_set: str, record_id: str) -> str:
    """The path of a record. Raises RecordError for an id that is none: it would lead somewhere else."""
    if not _GUID.fullmatch(record_id):
        raise RecordError("the record's id is no id of Dynamics", code="bad_id")
    return f"{entity_set}({record_id})"


def by_key(entity_set: str, column: str, value: str) -> str:
    """The path of the record under an alternate key.

    Raises RecordError for a value that no request can name.
    Source: https://learn.microsoft.com/power-apps/developer/data-platform/define-alternate-keys-entity
    """
    if not value or _UNFIT_FOR_KEYS.search(value):
        raise RecordError("the key holds a sign that no key of Dynamics may hold", code="bad_key", field=column)
    return f"{entity_set}({column}={quote(text(value), safe='')})"


def any_of(wanted: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Filters that together ask for every (column, value) wanted, each short enough for an address."""
    lists: dict[str, list[str]] = {}
    used = 0
    for column, value in dict.fromkeys(wanted):
        cost = len(quote_plus(text(value))) + 3 + (0 if column in lists else 120)
        if lists and used + cost > ADDRESS_BYTES:
            yield _joined(lists)
            lists, used = {}, 0
        lists.setdefault(column, []).append(text(value))
        used += cost
    if lists:
        yield _joined(lists)


def _joined(lists: dict[str, list[str]]) -> str:
    return " or ".join(
        f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{','.join(values)}])"
        for column, values in lists.items()
    )


def moment(value: Any) -> datetime:
    """A moment as answers write it (`2026-11-21T10:00:00Z`, to the second)."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError) as error:
        raise ContractError("a record came with a time that is none") from error


def sendable(value: Any) -> Any:
    """A value as JSON takes it: moments in UTC to the second, days as dates, several choices joined by commas."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ",".join(str(one) for one in value)
    return value
