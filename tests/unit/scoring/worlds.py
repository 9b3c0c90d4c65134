"""Random models and leads for properties: few types, many ties, all ways of counting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from connector.model import Activity, Recycled
from tests.unit.scoring.leads import FIT, NOW

TYPES = ("download", "chat", "webinar")
DECAYS: list[dict[str, Any]] = [
    {},
    {"half_life_days": 3},
    {"half_life_days": 30},
    {"linear_days": 45},
    {"steps": {2: 0.75, 30: 0.5, 90: 0}},
    {"steps": {0: 0.5, 10: 0.333}},
]


@st.composite
def counting(draw: st.DrawFn) -> dict[str, Any]:
    rule: dict[str, Any] = {"when": {"type": draw(st.sampled_from(TYPES))}, **draw(st.sampled_from(DECAYS))}
    for name, values in (
        ("window_days", (0, 5, 40)),
        ("at_least", (1, 2, 3)),
        ("cap_per_day", (6, 15)),
        ("cap", (9, 30)),
    ):
        if draw(st.integers(0, 3)) == 0:
            rule[name] = draw(st.sampled_from(values))
    if "at_least" in rule and draw(st.booleans()):
        rule["within_days"] = draw(st.sampled_from((1, 2, 7)))
    if draw(st.booleans()):
        rule["repeat"] = draw(st.sampled_from(["every_time", "once", "once_per_asset", {"newest": 2}]))
    if draw(st.integers(0, 4)) == 0:
        rule["by_machine"] = "count"
    return rule


POINTS = st.sampled_from([0.001, 0.5, 1, 2.125, 5, 12, 40])


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    groups = draw(st.lists(counting(), min_size=1, max_size=4))
    undesirables = draw(st.lists(counting(), max_size=2))
    mql: dict[str, Any] = {
        "thresholds": {"A": draw(st.sampled_from([5, 20, 45])), "B": 60},
        "leave_at": draw(st.sampled_from([1, 0.8, 0.5])),
        "hand_raise": {"when": {"type": "webinar", "asset": "a"}, "within_days": draw(st.sampled_from([0, 7]))},
    }
    pql = {"thresholds": {"A": 10}, "groups": ["g0"], "when": {"type": "chat"}}
    interest: dict[str, Any] = {"floor": draw(st.sampled_from([0, -50]))}
    if draw(st.booleans()):
        interest["cap"] = 55
    return {
        "profile": FIT,
        "interest": {
            **interest,
            "groups": {f"g{i}": {**rule, "points": draw(POINTS)} for i, rule in enumerate(groups)},
        },
        "channels": {"ads": {"points": 1.5}},
        "undesirables": [
            {**rule, "points": -draw(POINTS), "veto": draw(st.integers(0, 3)) == 0, "name": f"u{i}", "because": "so"}
            for i, rule in enumerate(undesirables)
        ],
        "qualification": {"mql": mql, "pql": pql},
    }


@st.composite
def histories(draw: st.DrawFn, max_size: int = 14) -> list[Activity]:
    """Activities at few moments, so that days, moments and assets repeat; some in the future, some by machine."""
    hours = st.one_of(st.integers(-60, 24 * 9), st.integers(0, 24 * 100))
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(TYPES), hours, st.sampled_from([None, "a", "b"]), st.integers(0, 5)),
            max_size=max_size,
        )
    )
    return [
        Activity(f"k{number}", kind, NOW - timedelta(hours=age), asset=asset, by_machine=True if machine == 0 else None)
        for number, (kind, age, asset, machine) in enumerate(rows)
    ]


RECYCLED = st.lists(
    st.builds(
        lambda days, factor: Recycled(NOW - timedelta(days=days), factor),
        st.integers(0, 60),
        st.sampled_from([1.0, 0.5, 0.0]),
    ),
    max_size=2,
)
LEADS = st.fixed_dictionaries({"fit": st.sampled_from(["g9", "g6", "g2", ""]), "channel": st.sampled_from(["", "ads"])})
