"""The engine agrees with a plain reading of the language: every spelling against all that can be asked, any profile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model import Activity, Person
from connector.scoring import Model, qualify, score
from tests.unit.scoring.leads import NOW, model_of
from tests.unit.scoring.plain import fit, fits, holds, qualifies

quick = settings(max_examples=250, deadline=None, derandomize=True)

TEXTS = [
    "CEO", "c.e.o.", "Diretor de Vendas", "diretora", "São  Paulo", "SAO PAULO ", "ﬁnance head", "Straße", "STRASSE",
    "İstanbul", "head_sales", "BR", "br ", "NO", "true", "0", "007", "50", " 50.0 ", "１２０", "-5", "1e3", "1000",
    "50-200", "5000.5", "5*", "*", "a@b.example", "x@y@gmail.com", "a\nb", "½", "٣", "Ⅷ", "VIII",
]  # fmt: skip
VALUES = [*TEXTS, "", " \t", None, True, False, 0, 7, 50, 120, 1000, 5000.5]
LISTS = {"own": ["SP", "são paulo", "50", "gmail.com"], "free_mail": ["gmail.com"]}
COMPARED: list[dict[str, Any]] = [
    *({"is": text} for text in TEXTS),
    *({"pattern": text} for text in ("*diret*", "s*o*", "b*r", "*@*.com", "5*", "*0", "CEO", "a*b", "C*E*O*", "*ss*")),
    *({"words": text} for text in ("ceo", "Diretor", "sao paulo", "c e o", "strasse", "head", "50", "finance", "viii")),
    {"words": ["vendas", "head sales"]}, {"words": "diretor", "pattern": "*vendas"}, {"list": "own"},
    {"list": ["own", "free_mail"]}, {"between": [7, 120]}, {"between": [-5, 0]}, {"at_least": 50}, {"at_most": "50.0"},
    {"at_least": 0.5, "at_most": 5000.5}, {"blank": False}, {"is": [50, False, "br"]},
]  # fmt: skip
ASKED: list[Any] = [*COMPARED, *TEXTS, *VALUES[-6:], ["BR", "*paulo"], ["c*", 7], {"blank": True}]


def one_group(when: dict[str, Any], points: float = 1) -> Model:
    return model_of(lists=LISTS, interest={"groups": {"it": {"points": points, "when": when}}})


@pytest.mark.parametrize("where", ["lead", "activity"])
def test_every_spelling_against_all_that_can_be_asked_of_it(where: str) -> None:
    for asked in ASKED:
        model = one_group({"custom.x": asked} if where == "lead" else {"type": "chat", "fields": {"x": asked}})
        for value in VALUES:
            lead, fields = ({"custom.x": value}, {}) if where == "lead" else ({}, {"x": value})
            result = score(Person(lead), [Activity(key="1", type="chat", at=NOW, fields=fields)], model, NOW)
            assert result.points_mp == 1000 * fits(asked, value, LISTS), (asked, value)


WORDS = ["CEO", "ceo ", "50", "*", "", "x@y@GMAIL.com", "a@mail.gmail.com"]
LEADS = st.fixed_dictionaries(dict.fromkeys(["job_title", "email", "phone"], st.sampled_from(WORDS)))
SHORT: list[Any] = ["ceo", "c*", ["gmail.com", "50"], {"list": "own"}, {"at_least": 50}, {"blank": True}]
ACTS = st.builds(
    Activity, key=st.just("1"), type=st.sampled_from(WORDS), at=st.just(NOW), asset=st.sampled_from(WORDS),
    channel=st.sampled_from([None, *WORDS]), fields=st.fixed_dictionaries({}, optional={"x": st.sampled_from(WORDS)}),
)  # fmt: skip


@quick
@given(
    when=st.dictionaries(
        st.sampled_from(["asset", "channel", "job_title", "email_domain"]), st.sampled_from(SHORT), max_size=2
    ),
    answer=st.none() | st.sampled_from(SHORT),
    act=ACTS,
    lead=LEADS,
)
def test_all_keys_of_a_when_must_hold(when: dict[str, Any], answer: Any, act: Activity, lead: dict[str, Any]) -> None:
    when = {"type": "*", **when, **({} if answer is None else {"fields": {"x": answer}})}
    assert score(Person(lead), [act], one_group(when), NOW).points_mp == 1000 * holds(when, act, lead, LISTS)


ANSWERS = st.builds(
    lambda grade, asked: {"grade": grade, **asked},
    st.integers(1, 10),
    st.sampled_from([{"is": "ceo"}, {"is": "*"}, {"pattern": "c*"}, {"list": "free_mail"}, {"at_least": 50}]),
)
ATTRIBUTE = st.fixed_dictionaries(
    {"weight": st.sampled_from([0.5, 1, 2]), "answers": st.lists(ANSWERS, max_size=3)},
    optional={"otherwise": st.integers(1, 10)},
)
PROFILES = st.fixed_dictionaries(
    {
        "attributes": st.dictionaries(st.sampled_from(["job_title", "email_domain", "phone"]), ATTRIBUTE, min_size=2),
        "grades": st.sampled_from([{"A": 75, "B": 50, "C": 25}, {"A": 40, "B": 30, "C": 10}]),
        "missing": st.sampled_from(["unknown", "lowest"]),
        "needs_complete": st.sampled_from([{}, {"A": 60}, {"A": 100, "B": 50, "C": 25}]),
    }
)
TRACKS = st.fixed_dictionaries(
    {
        "thresholds": st.fixed_dictionaries({}, optional=dict.fromkeys("ABCD", st.sampled_from([1, 2.5]))),
        "leave_at": st.sampled_from([1, 0.8, 0.333]),
        "require": st.sampled_from([[], ["phone"]]),
    }
)
POINTS = st.sampled_from([0.332, 0.333, 0.799, 0.8, 0.832, 0.833, 1, 1.999, 2, 2.499, 2.5])
"""On both sides of every threshold and of every level to stay at."""


@quick
@given(profile=PROFILES, lead=LEADS, track=TRACKS, points=POINTS)
def test_the_grade_and_what_it_takes_to_qualify(
    profile: dict[str, Any], lead: dict[str, Any], track: dict[str, Any], points: float
) -> None:
    groups = {"it": {"points": points, "when": {"type": "chat"}}}
    model = model_of(lists=LISTS, profile=profile, interest={"groups": groups}, qualification={"mql": track})
    acts = [Activity(key="1", type="chat", at=NOW)]
    result = score(Person(lead), acts, model, NOW)
    percent, complete, grade = fit(profile, lead, LISTS)
    assert (result.profile_percent, result.completeness, result.grade) == (int(percent), int(complete), grade)
    for stands in (False, True):
        verdict = qualify(result, Person(lead), acts, model, NOW, standing={"mql": stands})["mql"]
        assert verdict.is_ is qualifies(track, grade, result.points_mp, lead, stands=stands)
