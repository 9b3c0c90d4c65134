"""Rows of a CRM that come without their id: each is one bad record with its place, and stops nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from connector.adapter.base import BadRecord
from connector.errors import RecordError
from connector.model import Json


def told_apart(
    rows: Sequence[Json], object_name: str, *, id_: str = "id", changed: str
) -> tuple[list[Json], list[BadRecord]]:
    """The rows that say which record they are, and the others; `id_` and `changed` are the platform's field names.

    Without an id, the time of change is all that a person can look for.
    """
    bad = [nameless(object_name, str(row.get(changed)), id_) for row in rows if not row.get(id_)]
    return [row for row in rows if row.get(id_)], bad


def nameless(object_name: str, changed: str, id_: str = "id") -> BadRecord:
    """The bad record that a row without an id is."""
    place = f"{object_name} changed {changed}"
    error = RecordError(
        f"a row of {object_name} came without its '{id_}': nobody can tell which record it is",
        code="no_id", field=id_, place=place,
        hint="save the record that changed then once more in the CRM; 'leadloop rejects drop' closes this",
    )  # fmt: skip
    return BadRecord(place, {}, error)
