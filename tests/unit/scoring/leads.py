"""Small models and leads: each test writes only what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connector.documents import read_text
from connector.errors import ConfigError, Problem
from connector.model import Activity, Person, Recycled, Score
from connector.scoring import Model, ScoringModel, Verdict, compile_model, load_model, qualify, score

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
FIT = {"attributes": {"fit": {"weight": 1, "answers": [{"grade": grade, "is": f"g{grade}"} for grade in range(1, 11)]}}}
"""A profile of one attribute: `fit: g7` is 70 %."""


def act(type: str = "download", days_ago: float = 0, key: str | None = None, **more: Any) -> Activity:
    name = key or f"{type} {days_ago} {more.get('asset')} {more.get('url')}"
    return Activity(key=name, type=type, at=NOW - timedelta(days=days_ago), **more)


def acts(*days_ago: float, **more: Any) -> list[Activity]:
    """Downloads so many days ago, each another activity."""
    return [act(days_ago=days, key=f"a{number}", **more) for number, days in enumerate(days_ago)]


def model_of(time_zone: str = "UTC", **spec: Any) -> Model:
    return compile_model(ScoringModel.model_validate(spec), time_zone=time_zone)


def group(**rule: Any) -> Model:
    """A model with one group: 10 points a download, unless said."""
    return model_of(interest={"groups": {"it": {"points": 10, "when": {"type": "download"}, **rule}}})


def undesirable(*, floor: float = -1000, **rule: Any) -> Model:
    rule = {"name": "it", "because": "agreed with sales", **rule}
    return model_of(interest={"floor": floor}, undesirables=[rule])


def scored(
    model: Model, did: Sequence[Activity] = (), recycled: Sequence[Recycled] = (), at: datetime = NOW, **lead: Any
) -> Score:
    """The score of a lead; checks on the way that the receipt sums to it."""
    result = score(Person(lead), did, model, at, recycled)
    assert sum(line.points_mp for line in result.receipt) == result.points_mp
    return result


def points(model: Model, did: Sequence[Activity] = (), **lead: Any) -> float:
    return scored(model, did, **lead).points_mp / 1000


def verdict(model: Model, did: Sequence[Activity] = (), track: str = "mql", at: datetime = NOW, **more: Any) -> Verdict:
    """The verdict on one track; `lead` are the attributes, the rest goes to `qualify`."""
    person = Person(more.pop("lead", {}))
    result = score(person, did, model, at, explain=False)
    return qualify(result, person, did, model, at, **more)[track]


def refused(text: str, folder: Path) -> list[Problem]:
    """The mistakes for which a model's text is refused."""
    path = folder / "model.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load_model(path, time_zone="UTC")
    except ConfigError as error:
        return list(error.problems)
    return []


def from_text(text: str) -> Model:
    return compile_model(read_text(text, "model.yaml", ScoringModel)[0], time_zone="America/Sao_Paulo")
