"""Rows of a CRM that come without their id: each is one bad record with its place, and stops nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from connector.adapter.base import BadRecord
from connector.errors import RecordError
from connector.model import Json


def told_apart(
    rows: Sequence[Json], object_name: str, *, id_: str = "id", changed: str, gone: bool = False
) -> tuple[list[Json], list[BadRecord]]:
    """The rows that say which record they are, and the others; `id_` and `changed` are the platform's field names.

    Without an id, the time of change is all that a person can look for. `gone`: the rows tell of removals.
    """
    make = nameless_removal if gone else nameless
    bad = [make(object_name, str(row.get(changed) or "at an unknown time"), id_) for row in rows if not row.get(id_)]
    return [row for row in rows if row.get(id_)], bad


def nameless(object_name: str, changed: str, id_: str = "id") -> BadRecord:
    """The bad record that a row without an id is."""
    what = f"a row of {object_name} came without its '{id_}': nobody can tell which record it is"
    hint = "save the record that changed then once more in the CRM; 'leadloop rejects drop NUMBER' closes this"
    return _bad(f"{object_name} changed {changed}", what, id_, hint)


def nameless_removal(object_name: str, removed: str, id_: str = "id") -> BadRecord:
    """The bad record that a removal without an id is: nobody can save again what is no more."""
    what = f"a removed row of {object_name} came without its '{id_}': nobody can tell which record is gone"
    hint = "the next write to the record finds it gone; 'leadloop rejects drop NUMBER' closes this"
    return _bad(f"{object_name} removed {removed}", what, id_, hint)


def _bad(place: str, what: str, id_: str, hint: str) -> BadRecord:
    return BadRecord(place, {}, RecordError(what, code="no_id", field=id_, place=place, hint=hint))
