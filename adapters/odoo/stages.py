"""Stages: which is won, and which place each has among those of a team."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model import Json


class Stages:
    """Stages in their order. One that names no team serves all; from 19.0 a stage may name several."""

    def __init__(self, rows: Sequence[Json]) -> None:
        self._teams = {row["id"]: _teams(row) for row in rows}
        self._won = {row["id"] for row in rows if row.get("is_won")}

    def is_won(self, stage: int | None) -> bool:
        """Is a record in this stage won?"""
        return stage in self._won

    def order(self, stage: int | None, team: int | None) -> int | None:
        """The place of a stage among those that a team sees, from 1; None for one that is no more."""
        seen = [one for one, teams in self._teams.items() if one == stage or not teams or team in teams]
        return seen.index(stage) + 1 if stage in self._teams else None


def _teams(row: Json) -> frozenset[int]:
    one, several = row.get("team_id"), row.get("team_ids")
    if isinstance(one, list | tuple):
        return frozenset(one[:1])
    return frozenset(several) if isinstance(several, list) else frozenset()
