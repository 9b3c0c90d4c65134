"""Counts of calls that outlive the process, and the pauses that platforms ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.state.clock import moment, stamp
from connector.state.store import Store


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
                "SELECT coalesce(sum(used), 0), min(slot) FROM budgets WHERE account = ? AND bucket = ? AND slot > ?",
                (account, bucket, stamp(now)),
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
                "SELECT coalesce(sum(used), 0) FROM budgets WHERE account = ? AND bucket = ? AND slot > ?",
                (account, bucket, stamp(now)),
            )
            .fetchone()
        )
        return int(used)

    def pause(self, account: str, bucket: str, until: datetime, why: str) -> None:
        with self._store.write(durable=False) as tx:
            tx.execute(
                "INSERT INTO account_pauses (account, bucket, until, why) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET until = max(until, excluded.until), why = excluded.why",
                (account, bucket, stamp(until), why),
            )

    def pauses(self, account: str, now: datetime) -> Mapping[str, datetime]:
        rows = self._store.read().execute(
            "SELECT bucket, until FROM account_pauses WHERE account = ? AND until > ?", (account, stamp(now))
        )
        return {row["bucket"]: moment(row["until"]) for row in rows}

    def sweep(self, now: datetime) -> None:
        with self._store.write(durable=False) as tx:
            tx.execute("DELETE FROM budgets WHERE slot <= ?", (stamp(now),))
            tx.execute("DELETE FROM account_pauses WHERE until <= ?", (stamp(now),))
