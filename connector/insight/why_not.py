"""Why a lead is not an MQL, and how far from it: the model's verdict, and what comes after it. Pure.

The model speaks of grade, points, vetoes and required fields; after it come sales' last word, the wait that a rejection
sets, and consent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from connector.insight.report import points
from connector.lifecycle import Standing, wait_over_at
from connector.model import Json, Person
from connector.scoring import Model, Verdict


class Case(Struct, frozen=True):
    """What there is to say of one lead at one moment. `blocked`: why it may not be passed to sales."""

    verdicts: Mapping[str, Verdict]
    standing: Standing
    blocked: str | None
    person: Person
    model: Model
    at: datetime
    has_new_evidence: bool = True

    def day(self, moment: datetime) -> str:
        """The date as people at the company read it."""
        return f"{moment.astimezone(self.model.zone):%Y-%m-%d}"


def track_of(case: Case) -> str:
    """The track to speak of: the one that lets the lead in, else where it stands, else the model's first."""
    own = case.standing.track if case.standing.track in case.verdicts else next(iter(case.verdicts), "mql")
    if case.standing.is_mql:
        return own
    return next((name for name, verdict in case.verdicts.items() if verdict.is_), own)


def why_not(case: Case) -> Json:
    """`{is, why_not, short_by}`: an MQL as the CRM is told of it, which consent may switch off."""
    verdict = case.verdicts.get(track_of(case))
    is_mql = case.standing.is_mql and case.blocked is None
    short = None if verdict is None or verdict.short_by_mp is None else verdict.short_by_mp
    return {
        "is": is_mql,
        "why_not": [] if is_mql else list(_reasons(case, verdict)),
        "short_by": None if is_mql or short is None else points(short),
    }


def _reasons(case: Case, verdict: Verdict | None) -> Iterator[str]:
    if case.blocked is not None:
        yield f"consent: {case.blocked}"
    if case.standing.is_mql:
        return
    if case.standing.stage != "lead" and case.standing.origin == "sales":
        yield f"sales took it up by itself on {case.day(case.standing.since)}: marketing never qualified it"
        return
    if case.standing.stage == "lost":
        yield f"sales lost it on {case.day(case.standing.since)} ({case.standing.reason or 'no reason given'})"
        return
    if verdict is None:
        yield "the scoring model has no track on which a lead could qualify"
        return
    yield from verdict.why_not
    rejected = [] if verdict.fast else list(_after_rejection(case))
    yield from rejected
    if verdict.is_ and not rejected and case.blocked is None:
        yield "it qualifies now: the next run makes it an MQL"


def _after_rejection(case: Case) -> Iterator[str]:
    """What a lead that sales gave back still waits for, beside its points."""
    standing = case.standing
    if standing.rejected_at is None:
        return
    reason = standing.reason or "none_given"
    rule = case.model.recycle_after(reason)
    given_back = f"sales gave it back on {case.day(standing.rejected_at)} ({reason})"
    over_at = wait_over_at(standing, rule.wait_days)
    if case.at < over_at:
        yield f"{given_back}: it waits until {case.day(over_at)}"
    if not case.has_new_evidence:
        yield f"{given_back}: nothing new counts since"
    lacks = [name for name in rule.require if case.person.attributes.get(name) in (None, "")]
    if lacks:
        yield f"{given_back}: before it may return it needs {', '.join(lacks)}"
