"""Which events feedback tells, and with which parts: what an adapter may have to make first."""

from __future__ import annotations

LINES = """
contact: []
feedback:
  - {to: score, from: score.points}
  - {event: Decided, on: rejected, reason: decision.reason, fields: {decision: decision.kind}}
  - {event: Decided, on: won, value: decision.amount, fields: {decision: decision.kind}}
  - {event: Bare, on: mql}
"""


def test_an_event_has_the_parts_of_all_its_lines(marketing):
    events = marketing(LINES).feedback.events
    assert {name: set(parts) for name, parts in events.items()} == {
        "Decided": {"decision", "reason", "value"}, "Bare": set(),
    }  # fmt: skip
