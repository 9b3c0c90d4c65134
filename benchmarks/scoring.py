"""Microseconds per lead, with and without receipts: `.venv/bin/python benchmarks/scoring.py`.

A typical lead has 10 attributes and 10 activities of the last year; the model has 10 rules of interest with decay and
windows, 4 undesirables, a grade of 10 attributes. Leads differ, as those of a real base do.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.model import ACTIVITY_TYPES, Activity, Person
from connector.scoring import Model, ScoringModel, compile_model, score

LEADS = 5_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def model() -> Model:
    answers = [{"grade": 10, "words": ["alfa", "beta"]}, {"grade": 5, "pattern": ["c*"]}]
    attributes = {f"custom.a{i}": {"weight": i + 1, "answers": answers} for i in range(10)}
    groups: dict[str, Any] = {
        f"group {i}": {
            "points": 5 + i,
            "when": {"type": ACTIVITY_TYPES[i], "asset": [f"asset-{n}" for n in range(8)]},
            "window_days": 180,
            "half_life_days": 30,
            "cap": 40,
        }
        for i in range(10)
    }
    undesirables = [
        {"name": "free mail", "when": {"email_domain": {"list": "free_mail"}}, "points": -10, "because": "agreed"},
        {"name": "title", "when": {"custom.a1": {"words": ["omega"]}}, "veto": True, "because": "agreed"},
        {"name": "unsubscribed", "when": {"type": "unsubscribe"}, "points": -30, "because": "agreed"},
        {"name": "bounced", "when": {"type": "bounce"}, "points": -5, "because": "agreed"},
    ]
    spec = {
        "profile": {"attributes": attributes},
        "interest": {"groups": groups, "cap": 200},
        "undesirables": undesirables,
        "qualification": {"mql": {"thresholds": {"A": 50, "B": 100}, "require": ["email"], "leave_at": 0.8}},
    }
    return compile_model(ScoringModel.model_validate(spec), time_zone="America/Sao_Paulo")


def lead(dice: random.Random, number: int) -> tuple[Person, list[Activity]]:
    words = ("alfa", "beta gama", "c delta", "omega", "", "épsilon de alfa", "outro valor")
    attributes = {f"custom.a{i}": dice.choice(words) for i in range(10)}
    domain = dice.choice(("gmail.com", "example.org", f"company-{number % 700}.example"))
    attributes["email"] = f"lead-{number}@{domain}"
    acts = [
        Activity(
            key=f"{number}-{index}",
            type=dice.choice(ACTIVITY_TYPES),
            at=NOW - timedelta(minutes=dice.randrange(365 * 24 * 60)),
            asset=f"asset-{dice.randrange(12)}",
            url=f"https://example.com/page-{dice.randrange(400)}",
        )
        for index in range(10)
    ]
    return Person(attributes), acts


def main() -> None:
    dice = random.Random(1)
    compiled, leads = model(), [lead(dice, number) for number in range(LEADS)]
    for explain in (False, True):
        best = min(seconds(compiled, leads, explain=explain) for _ in range(3))
        print(f"explain={explain!s:5}  {best / LEADS * 1e6:6.1f} µs per lead (best of 3 rounds of {LEADS})")
    scores = [score(person, acts, compiled, NOW, explain=False) for person, acts in leads]
    watched = sum(result.next_change_at is not None for result in scores)
    print(f"leads that age alone may change: {watched} of {LEADS}")


def seconds(compiled: Model, leads: list[tuple[Person, list[Activity]]], *, explain: bool) -> float:
    start = time.process_time()
    for person, acts in leads:
        score(person, acts, compiled, NOW, explain=explain)
    return time.process_time() - start


if __name__ == "__main__":
    main()
