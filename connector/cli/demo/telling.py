"""The end of the demo for people: about a screen, cut from the same documents that the reports print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.cli.demo.files import TIME_ZONE
from connector.insight.render import as_text as report_as_text
from connector.insight.render import in_zone, lead_as_text
from connector.insight.render.tables import wrapped
from connector.model import Json

OF_HAND_RAISERS: Final = ("mql", "qualified")
MOST_REASONS: Final = 5
MOST_FORMS: Final = 3
ABOVE_ROWS: Final = 3
"""Lines of a report before its first row: the title, the head, and what underlines it."""
SHOWN_OF_RECORD: Final = ("LeadScore__c", "MQL__c")
SHOWS_ALL: Final = {"reasons": "'leadloop report reasons'", "sources": "'leadloop report sources'"}
OF_HISTORY: Final = ("mql", "accepted", "qualified", "rejected", "won", "lost")


def as_text(document: Json) -> str:
    """The funnel, the reasons, where they come from, one lead, and what to do next."""
    parts = [
        _done(document["totals"]),
        _report(document["funnel"], _of_funnel(document["funnel"]["rows"]), notes=2),
        _report(document["reasons"], document["reasons"]["rows"], most=MOST_REASONS),
        _report(document["sources"], _forms(document["sources"]["rows"]), most=MOST_FORMS),
        _one_lead(document["lead"]),
        _next(document),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _done(totals: Json) -> list[str]:
    text = (
        f"{totals['runs']} runs, one a day, read {totals['contacts']:,} contacts, made {totals['mqls']} MQLs and"
        f" learned {totals['decisions']} decisions of sales, in {totals['requests']:,} requests over HTTP."
    )
    return [*wrapped(text), *(line for trouble in totals["troubles"] for line in wrapped(trouble, "  ", first="! "))]


def _report(report: Json, rows: Sequence[Json], *, notes: int = 1, most: int | None = None) -> list[str]:
    """The first rows and notes of a report, without its blank lines; what is left out is told, so that sums agree."""
    shown = list(rows)[:most]
    lines = _close(report_as_text(report | {"rows": shown, "notes": report["notes"][:notes]}))
    if (left := len(rows) - len(shown)) > 0:
        lines.insert(ABOVE_ROWS + len(shown), f"… and {left} more: {SHOWS_ALL[report['report']]} shows them all")
    return lines


def _close(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _of_funnel(rows: Sequence[Json]) -> list[Json]:
    return [row for row in rows if row["path"] != "hand_raise" or row["stage"] in OF_HAND_RAISERS]


def _forms(rows: Sequence[Json]) -> list[Json]:
    return [row for row in rows if row["dimension"] == "form"]


def _one_lead(lead: Json) -> list[str]:
    """Its main lines: `leadloop explain` shows all ids, the profile, and every write."""
    history = [one for one in lead["history"] if one["kind"] in OF_HISTORY and not one["implied"]]
    records = [one for one in lead["sent"] if one["kind"] == "record"][:1]
    sent = [one | {"fields": {name: one["fields"].get(name) for name in SHOWN_OF_RECORD}} for one in records]
    ids = [{"system": "email", "id": lead["email"], "role": "own"}]
    shown = lead | {"ids": ids, "profile": [], "history": history, "sent": sent}
    return _close(lead_as_text(in_zone(shown, TIME_ZONE)))


def _next(document: Json) -> list[str]:
    lead = document["lead"]["lead"]
    steps = {
        f"leadloop explain {lead}": "all of it; any other by address or id",
        "leadloop report sources": "all forms and rules; also: funnel",
        "leadloop rejects list": "what waits for a person",
        "leadloop init acme --marketing rdstation --crm salesforce": "your own account",
    }
    width = max(map(len, steps))
    return [
        "What to do next, after:  export LEADLOOP_CONFIG=" + document["files"]["configuration"],
        *(f"  {step.ljust(width)}  # {why}" for step, why in steps.items()),
    ]
