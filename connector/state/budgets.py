"""Counts of calls that outlive the process, and the pauses that platforms ask for.

What lies further ahead than any window or pause is of a clock that was wrong then: it counts no more. Otherwise an hour
in a wrong year would keep an account from its calls until that year.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from connector.state.clock import moment, stamp
from connector.state.store import Store

LONGEST_WINDOW: Final = timedelta(days=2)
"""No limit counts longer than a day; a clock that is set back by hours frees no calls."""
LONGEST_PAUSE: Final = timedelta(days=32)
"""Some budgets begin anew with the month."""

OVER_WINDOWS: Final = "DELETE FROM budgets WHERE slot <= ? OR slot > ?"
OVER_PAUSES: Final = "DELETE FROM account_pauses WHERE until <= ? OR until > ?"


class SqliteBudgets:
    """Implements connector.http.BudgetStore. A slot is named by the moment at which it stops counting.

    Counts are written without waiting for the disk: what a power cut may lose is less than a platform forgives.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(
        self, account: str, bucket: str, *, want: int, limit: int, now: datetime, until: datetime
    ) -> tuple[int, datetime | None]:
        with self._store.write(durable=False) as tx:
            used, first = tx.execute(
                "SELECT coalesce(sum(used), 0), min(slot) FROM budgets"
                " WHERE account = ? AND bucket = ? AND slot > ? AND slot <= ?",
                (account, bucket, stamp(now), stamp(now + LONGEST_WINDOW)),
            ).fetchone()
            granted = max(0, min(want, limit - used))
            if granted:
                tx.execute(
                    "INSERT INTO budgets (account, bucket, slot, used) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET used = used + excluded.used",
                    (account, bucket, stamp(until), granted),
                )
        return granted, None if first is None else moment(first)

    def give_back(self, account: str, bucket: str, until: datetime, calls: int) -> None:
        with self._store.write(durable=False) as tx:
            tx.execute(
                "UPDATE budgets SET used = max(0, used - ?) WHERE account = ? AND bucket = ? AND slot = ?",
                (calls, account, bucket, stamp(until)),
            )

    def used(self, account: str, bucket: str, now: datetime) -> int:
        (used,) = (
            self._store.read()
            .execute(
                "SELECT coalesce(sum(used), 0) FROM budgets"
                " WHERE account = ? AND bucket = ? AND slot > ? AND slot <= ?",
                (account, bucket, stamp(now), stamp(now + LONGEST_WINDOW)),
            )
            .fetchone()
        )
        return int(used)

    def pause(self, account: str, bucket: str, until: datetime, why: str) -> None:
        with self._store.write(durable=False) as tx:
            tx.execute(
                "INSERT INTO account_pauses (account, bucket, until, why) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET why = excluded.why, until ="
                " CASE WHEN until > ? THEN excluded.until ELSE max(until, excluded.until) END",
                (account, bucket, stamp(until), why, stamp(self._store.now() + LONGEST_PAUSE)),
            )

    def pauses(self, account: str, now: datetime) -> Mapping[str, datetime]:
        rows = self._store.read().execute(
            "SELECT bucket, until FROM account_pauses WHERE account = ? AND until > ? AND until <= ?",
            (account, stamp(now), stamp(now + LONGEST_PAUSE)),
        )
        return {row["bucket"]: moment(row["until"]) for row in rows}

    def sweep(self, now: datetime) -> None:
        with self._store.write(durable=False) as tx:
            for over, longest in ((OVER_WINDOWS, LONGEST_WINDOW), (OVER_PAUSES, LONGEST_PAUSE)):
                tx.execute(over, (stamp(now), stamp(now + longest)))
