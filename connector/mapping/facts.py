"""Our side of a mapping: what its paths (`score.*`, `lead.*`, `contact.*`, `decision.*`) can name.

    score.points   score.grade   score.reasons   lead.is_mql   contact.first_name   contact.custom.plan

A person's facts are one dict of four groups, made by `facts`. Blank values may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from connector.mapping.paths import Path, compile_path
from connector.model import ATTRIBUTES, CHANNEL_ATTRIBUTES, LANES, Consent, Decision, ReceiptLine, Score

Facts: TypeAlias = Mapping[str, Any]

STRONGEST: Final = 5
"""How many lines of the receipt `score.reasons` shows."""
SCORE: Final = ("points", "grade", "combined", "profile_percent", "completeness", "reasons")
LEAD: Final = (
    "id", "is_mql", "stage", "cycle", "mql_at", "days_in_stage", "track", "fast", "model_version", "history",
)  # fmt: skip
DECISION: Final = ("kind", "reason", "reason_text", "at", "by", "amount")
CONTACT: Final = tuple(dict.fromkeys((*ATTRIBUTES, *CHANNEL_ATTRIBUTES, *(f"consent.{lane}" for lane in LANES))))
KNOWN: Final = frozenset(
    f"{group}.{name}"
    for group, names in {"score": SCORE, "lead": LEAD, "decision": DECISION, "contact": CONTACT}.items()
    for name in names
)
OPEN_GROUPS: Final = ("score.dimensions.", "contact.custom.")
"""Groups whose names the scoring model or the admin makes up."""


def facts(
    score: Score | None = None,
    lead: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    consent: Mapping[str, Consent] | None = None,
    decision: Decision | None = None,
    times: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The facts of one person. `lead` uses the names in LEAD, `attributes` ours (`custom.plan`).

    `times` tells when we learned an attribute's value, by its name; only `wins: newest` asks for it.
    """
    return {
        "score": _score(score) if score else {},
        "lead": dict(lead or {}),
        "contact": _contact(attributes or {}, consent or {}),
        "decision": {name: getattr(decision, name) for name in DECISION} if decision else {},
        "times": times or {},
    }


def reasons(receipt: tuple[ReceiptLine, ...]) -> list[str]:
    """The strongest lines of a receipt as sales reads them: `+40 demo: 2 days ago (demo-request)`.

    Lines without points are no reasons.
    """
    counted = [line for line in receipt if line.points_mp]
    strongest = sorted(counted, key=lambda line: -abs(line.points_mp))[:STRONGEST]
    return [f"{line.points_mp / 1000:+g} {line.rule}{': ' if line.newest else ''}{line.newest}" for line in strongest]


def our_path(text: str) -> Path:
    """A path on our side. Raises ValueError for a name that no person's facts have."""
    path = compile_path(text)
    for name in path.reads:
        _known(name)
    return path


def _known(name: str) -> None:
    if name in KNOWN or (name.startswith(OPEN_GROUPS) and not name.endswith(".")):
        return
    close = get_close_matches(name, sorted(KNOWN), n=1)
    guess = f"did you mean '{close[0]}'?" if close else "paths begin with score., lead., contact. or decision."
    raise ValueError(f"'{name}' is no value of ours; {guess}")


def _score(score: Score) -> dict[str, Any]:
    return {
        "points": score.points,
        "grade": score.grade,
        "combined": score.combined,
        "profile_percent": score.profile_percent,
        "completeness": score.completeness,
        "dimensions": score.dimensions,
        "reasons": reasons(score.receipt),
    }


def _contact(attributes: Mapping[str, Any], consent: Mapping[str, Consent]) -> dict[str, Any]:
    custom = {name.removeprefix("custom."): value for name, value in attributes.items() if name.startswith("custom.")}
    plain = {name: value for name, value in attributes.items() if not name.startswith("custom.")}
    return {**plain, "custom": custom, "consent": dict(consent)}
