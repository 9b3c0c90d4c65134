"""What holds for every model and every lead."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.model import Activity, Person, Recycled
from connector.scoring import score
from tests.unit.scoring.leads import NOW, model_of
from tests.unit.scoring.reference import rule_sum
from tests.unit.scoring.worlds import LEADS, RECYCLED, histories, specs

ZONE = "America/Sao_Paulo"
quick = settings(max_examples=120, deadline=None, derandomize=True)


@quick
@given(spec=specs(), acts=histories(), lead=LEADS, recycled=RECYCLED)
def test_the_engine_agrees_with_a_naive_reference(
    spec: dict[str, Any], acts: list[Activity], lead: dict[str, str], recycled: list[Recycled]
) -> None:
    result = score(Person(lead), acts, model_of(ZONE, **spec), NOW, recycled)
    zone = ZoneInfo(ZONE)
    gained = sum(rule_sum(rule, acts, NOW, zone, recycled) for rule in spec["interest"]["groups"].values())
    lost = sum(rule_sum(rule, acts, NOW, zone, recycled) for rule in spec["undesirables"])
    total = gained - lost + (1500 if lead["channel"] == "ads" else 0)
    held = max(spec["interest"]["floor"] * 1000, min(total, spec["interest"].get("cap", 10**6) * 1000))
    assert result.points_mp == held


@quick
@given(spec=specs(), acts=histories(), lead=LEADS, recycled=RECYCLED)
def test_the_receipt_sums_to_the_score_and_texts_change_no_number(
    spec: dict[str, Any], acts: list[Activity], lead: dict[str, str], recycled: list[Recycled]
) -> None:
    model = model_of(ZONE, **spec)
    explained = score(Person(lead), acts, model, NOW, recycled)
    assert sum(line.points_mp for line in explained.receipt) == explained.points_mp
    assert all(line.points_mp == 0 for line in explained.receipt if line.kind == "withheld")
    bare = score(Person(lead), acts, model, NOW, recycled, explain=False)
    assert bare == replace(explained, receipt=(), profile_lines=())


@quick
@given(spec=specs(), acts=histories(), lead=LEADS, recycled=RECYCLED, data=st.data())
def test_the_order_of_activities_and_leads_scored_before_change_nothing(
    spec: dict[str, Any], acts: list[Activity], lead: dict[str, str], recycled: list[Recycled], data: st.DataObject
) -> None:
    model = model_of(ZONE, **spec)
    expected = score(Person(lead), acts, model, NOW, recycled)
    shuffled = data.draw(st.permutations(acts))
    assert score(Person(lead), shuffled, model, NOW, recycled) == expected
    assert score(Person(lead), shuffled, model_of(ZONE, **spec), NOW, list(reversed(recycled))) == expected


@quick
@given(spec=specs(), acts=histories(), lead=LEADS, more=histories(max_size=3))
def test_more_interest_never_lowers_and_more_of_the_undesirable_never_raises(
    spec: dict[str, Any], acts: list[Activity], lead: dict[str, str], more: list[Activity]
) -> None:
    more = [replace(act, key=f"more {act.key}") for act in more]
    wanted = model_of(ZONE, **{**spec, "undesirables": []})
    unwanted = model_of(ZONE, **{**spec, "interest": {"floor": -1000}, "qualification": {}})
    for model, sign in ((wanted, 1), (unwanted, -1)):
        before = score(Person(lead), acts, model, NOW, explain=False).points_mp
        after = score(Person(lead), [*acts, *more], model, NOW, explain=False).points_mp
        assert sign * after >= sign * before
