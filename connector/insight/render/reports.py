"""The reports as text for people and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from connector.insight.render.tables import notes, number, share, table
from connector.model import Json

MOST_ROWS: Final = 30
"""How many rows a text shows; JSON and CSV hold all."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


def as_text(content: Json) -> str:
    """A report for the terminal."""
    title, lines = TITLES[content["report"]], BODIES[content["report"]](content["rows"][:MOST_ROWS])
    left = len(content["rows"]) - MOST_ROWS
    more = [f"… and {left} more rows: --json or --csv shows them all"] if left > 0 else []
    parts = [[f"{title} {_period(content['period'])}"], [*lines, *more], notes(content["notes"])]
    return "\n\n".join("\n".join(part) for part in parts if part)


def as_csv(content: Json) -> str:
    """The rows, with the keys of the JSON as head; a value that holds several is JSON."""
    target = io.StringIO()
    rows: Sequence[Json] = content["rows"]
    writer = csv.writer(target, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return target.getvalue().rstrip("\n")


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"  # forms and campaigns are named by anybody: no cell may be a formula
    return value


def _period(period: Json) -> str:
    since, until = (None if period[end] is None else str(period[end])[:10] for end in ("since", "until"))
    if since is None and until is None:
        return "since the beginning"
    return " ".join(part for part in (since and f"from {since}", until and f"until {until}") if part)


def _funnel(rows: Sequence[Json]) -> list[str]:
    head = ("stage", "by", "track", "count", "of previous", "of MQLs", "days", "days since MQL")
    cells = [
        (
            row["stage"], row["path"].replace("_", " "), row["track"], number(row["count"]),
            share(row["percent_of_previous"]), share(row["percent_of_mql"]),
            number(row["median_days"], decimals=1), number(row["median_days_from_mql"], decimals=1),
        )
        for row in rows
    ]  # fmt: skip
    return table(head, cells, texts=3)


def _reasons(rows: Sequence[Json]) -> list[str]:
    head = ("reason", "in the CRM's words", "count", "rejected", "recycled", "lost", "of these", "of MQLs")
    cells = [
        (
            row["reason"], "; ".join(one["text"] for one in row["examples"]),
            number(row["count"]), number(row["rejected"]), number(row["recycled"]), number(row["lost"]),
            share(row["percent_of_rejections"]), share(row["percent_of_mqls"]),
        )
        for row in rows
    ]  # fmt: skip
    return table(head, cells, texts=2)


def _sources(rows: Sequence[Json]) -> list[str]:
    head = ("", "value", "MQLs", "accepted", "SQL", "rejected", "95 %", "invalid", "harm")
    cells = [
        (
            row["dimension"], row["value"] or "(none)", number(row["mql"]), share(row["accepted_percent"]),
            share(row["qualified_percent"]), share(row["rejected_percent"]),
            f"{row['rejected_low']:.0f}–{row['rejected_high']:.0f}", share(row["invalid_data_percent"]),
            number(row["harm"], decimals=1),
        )
        for row in rows
    ]  # fmt: skip
    return table(head, cells, texts=2)


TITLES: Final = {
    "funnel": "From lead to customer,",
    "reasons": "Why sales gave MQLs back,",
    "sources": "Where the MQLs that sales gave back came from,",
}
BODIES: Final[dict[str, Callable[[Sequence[Json]], list[str]]]] = {
    "funnel": _funnel,
    "reasons": _reasons,
    "sources": _sources,
}
