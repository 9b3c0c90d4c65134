"""Is a state what was written? Asked by `state check`, `doctor`, and before a backup is put in place."""

from __future__ import annotations

from connector.errors import StateError
from connector.state import audit, lists
from connector.state.store import Store


def problems_of(store: Store) -> list[str]:
    """What is wrong with a state: SQLite's own checks, the rows' checksums, the chain of the audit log."""
    found = store.problems()
    if found:
        return found
    try:
        lists.check_sums(store.read())
    except StateError as error:
        return [error.message]
    fault = audit.fault(store.read())
    return [] if fault is None else [fault]
