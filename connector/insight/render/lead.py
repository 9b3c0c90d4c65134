"""One lead explained, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.insight.render.tables import WIDTH, shown_width, wrapped
from connector.model import Json

RULE_WIDTH: Final = 28
POINTS_WIDTH: Final = 9


def lead_as_text(content: Json) -> str:
    """Who, grade, receipt with its sum, distance to the threshold, history, what was sent, what others made of it."""
    parts = [
        _who(content),
        [line for note in content["notes"] for line in wrapped(note)],
        _grade(content),
        _receipt(content),
        _mql(content),
        _history(content["history"]),
        _sent(content["sent"]),
        _corrected(content["corrected"]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _who(content: Json) -> list[str]:
    ids = ", ".join(
        f"{one['system']} {one['id']}" + ("" if one["role"] == "own" else f" ({one['role']})") for one in content["ids"]
    )
    return [f"Lead {content['lead']} on {_time(content['at'])}", *(wrapped(ids, "  ") if ids else [])]


def _grade(content: Json) -> list[str]:
    score = content["score"]
    if score is None:
        return []
    profile = "" if score["profile"] == "default" else f", profile {score['profile']}"
    head = (
        f"Grade {score['grade']}: fits {score['profile_percent']} %,"
        f" {score['completeness']} % of the profile known{profile}"
    )
    return [head, *(line for one in content["profile"] for line in entry("", one["attribute"], one["why"]))]


def _receipt(content: Json) -> list[str]:
    score = content["score"]
    if score is None:
        return []
    lines = [f"Points {score['points']} (1 to 100 view: {score['combined']}; model {score['model_version']})"]
    for line in content["receipt"]:
        lines += entry(_points(line["points"], sign=True), line["rule"], line["why"])
    total = _points(score["points_exact"])
    return [*lines, " " * 2 + "-" * POINTS_WIDTH, " " * 2 + total.rjust(POINTS_WIDTH) + "  the sum"]


def entry(points: str, name: str, why: str) -> list[str]:
    """A line of the receipt: points to the right, the name, the reason beside it over as many lines as it needs.

    A name that is too long for its column has the line for itself.
    """
    margin = " " * (2 + POINTS_WIDTH + 2 + RULE_WIDTH + 2)
    before = f"  {points.rjust(POINTS_WIDTH)}  {name}"
    free = len(margin) - shown_width(before)
    if free < 2:
        return [before, *wrapped(why, margin)]
    return wrapped(why, margin, first=before + " " * free) or [before]


def _points(value: float, *, sign: bool = False) -> str:
    """Decimals are kept in their columns, so that points stand below points."""
    text = f"{value:+,.3f}" if sign else f"{value:,.3f}"
    whole, _, decimals = text.partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept}".ljust(len(text)) if kept else whole.ljust(len(text))


def _mql(content: Json) -> list[str]:
    if content["stage"] is None:
        return []
    mql = content["mql"]
    stage = f"Stage {content['stage']} since {_time(content['since'])}, cycle {content['cycle']}, track {mql['track']}"
    lines = [stage + (", asked for sales itself" if mql["fast"] else "")]
    short = "" if mql["short_by"] is None or not mql["short_by"] else f", {mql['short_by']:g} points short"
    lines.append("It is an MQL." if mql["is"] else f"It is no MQL{short}:")
    lines += [line for why in mql["why_not"] for line in wrapped(why, "    ", first="  - ")]
    for held in mql["held"]:
        lines.append(f"  - a write to {held['connection']} is held since {_time(held['since'])}: {held['why']}")
    return lines


def _history(history: Sequence[Json]) -> list[str]:
    if not history:
        return []
    return ["History", *(line for one in history for line in wrapped(_event(one), " " * 21, first="  "))]


def _event(one: Json) -> str:
    said = f"{_time(one['at'])}  {one['kind']} by {one['by']}"
    marks = [f"cycle {one['cycle']}"]
    marks += ["implied"] if one["implied"] else []
    marks += ["time known to the day"] if one["precision"] == "date" else []
    marks += ["time known between two reads"] if one["precision"] == "poll" else []
    reason = "" if one["reason"] is None else f": {one['reason']}"
    words = "" if not one["reason_text"] else f' ("{one["reason_text"]}")'
    return f"{said} ({', '.join(marks)}){reason}{words}"


def _sent(sent: Sequence[Json]) -> list[str]:
    if not sent:
        return []
    lines = ["Sent"]
    for one in sent:
        off = "" if one["on"] else "taken off"
        what = " ".join(part for part in (one["kind"], one["object"], one["record"] or "", one["name"], off) if part)
        fields = ", ".join(f"{name} = {_value(value)}" for name, value in one["fields"].items())
        text = f"{_time(one['at'])}  {one['connection']}: {what}" + (f": {fields}" if fields else "")
        lines += wrapped(text, " " * 21, first="  ")
    return lines


def _corrected(corrected: Sequence[Json]) -> list[str]:
    if not corrected:
        return []
    lines = ["Changed by others in the CRM"]
    for one in corrected:
        became = "changed again, and left so until its value changes" if one["contested"] else "written again"
        text = f"{_time(one['at'])}  {one['connection']}: {one['object']} {one['record']}: {one['field']}, {became}"
        lines += wrapped(text, " " * 21, first="  ")
    return lines


def _value(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _time(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]}"
