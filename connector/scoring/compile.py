"""From a model as written to a model that scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, lcm
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connector import documents
from connector.conditions import Lists, key_of
from connector.errors import ConfigError
from connector.scoring.checks import mistakes
from connector.scoring.compiled import FACTORS, HandRaise, LeadRule, Model, Recycle, Track, View
from connector.scoring.counting import ActRule
from connector.scoring.decay import worth_by_age
from connector.scoring.grading import compile_profile
from connector.scoring.language import Counting, Group, ScoringModel, Undesirable, milli
from connector.scoring.language import Track as TrackSpec
from connector.scoring.lists import all_lists, shipped_lists
from connector.scoring.sorting import Sorter
from connector.scoring.usage import used_by
from connector.scoring.when import When, compile_when

TRACKS = ("mql", "pql", "service")
HASH_CHARACTERS = 6


def load_model(path: Path, *, time_zone: str, lists: Mapping[str, frozenset[str]] | None = None) -> Model:
    """The model in a file. Raises ConfigError with every mistake, each with its line."""
    spec, places = documents.read(path, ScoringModel)
    known = all_lists(spec.lists, shipped_lists() if lists is None else lists)
    if found := mistakes(spec, known):
        problems = [places.problem(mistake.path, mistake.message, remedy=mistake.remedy) for mistake in found]
        raise documents.refused(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    lines = tuple(places.line(("tests", index))[0] for index in range(len(spec.tests)))
    return _assemble(spec, known, time_zone, lines)


def compile_model(spec: ScoringModel, *, time_zone: str, lists: Mapping[str, frozenset[str]] | None = None) -> Model:
    """A model at hand, ready to score; `lists` take the place of those that ship. Raises ConfigError."""
    known = all_lists(spec.lists, shipped_lists() if lists is None else lists)
    if found := mistakes(spec, known):
        text = "; ".join(f"{'.'.join(map(str, mistake.path))}: {mistake.message}" for mistake in found)
        raise ConfigError(f"the scoring model has no meaning: {text}", code="wrong_model")
    return _assemble(spec, known, time_zone, tuple(0 for _ in spec.tests))


def _assemble(spec: ScoringModel, lists: Lists, time_zone: str, test_lines: tuple[int, ...]) -> Model:
    parts = _Parts(lists)
    zone = ZoneInfo(time_zone)
    interest, interest_of_lead = parts.groups(spec.interest.groups)
    undesirables, undesirables_of_lead = parts.undesirables(spec.undesirables)
    tracks = {name: parts.track(name, track) for name in TRACKS if (track := getattr(spec.qualification, name))}
    return Model(
        name=spec.name,
        version=f"{spec.version}+{_fingerprint(spec, lists, time_zone)}",
        zone=zone,
        profiles=tuple(compile_profile(name, profile, lists) for name, profile in spec.all_profiles().items()),
        groups=tuple(spec.interest.groups),
        interest=interest,
        interest_of_lead=interest_of_lead,
        undesirables=undesirables,
        undesirables_of_lead=undesirables_of_lead,
        channels={str(key_of(name)): (name, milli(channel.points)) for name, channel in spec.channels.items()},
        floor_mp=milli(spec.interest.floor),
        cap_mp=None if spec.interest.cap is None else milli(spec.interest.cap),
        dimensions={name: frozenset(dimension.groups) for name, dimension in spec.dimensions.items()},
        view=_view(spec, tracks),
        qualification=tracks,
        recycle={
            reason: Recycle(recycle.wait_days, FACTORS[recycle.score], recycle.require)
            for reason, recycle in spec.recycle.items()
        },
        sorter=Sorter(parts.conditions, zone),
        used=used_by(spec),
        tests=spec.tests,
        test_lines=test_lines,
    )


class _Parts:
    """Compiles the rules of one model and numbers the conditions that are asked of activities."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self.conditions: list[When] = []

    def groups(self, groups: Mapping[str, Group]) -> tuple[tuple[ActRule, ...], tuple[LeadRule, ...]]:
        return _split([self._rule(name, group, 1) for name, group in groups.items()])

    def undesirables(self, rules: Sequence[Undesirable]) -> tuple[tuple[ActRule, ...], tuple[LeadRule, ...]]:
        return _split([self._rule(rule.name, rule, -1, rule.because, rule.veto) for rule in rules])

    def track(self, name: str, spec: TrackSpec) -> Track:
        enter: dict[str, int] = {grade: milli(points) for grade, points in spec.thresholds.items()}
        membership = compile_when(spec.when, self._lists) if spec.when else None
        return Track(
            name=name,
            enter_mp=enter,
            # Points are whole milli-points, so reaching a fraction of one means reaching the next whole one.
            leave_mp={grade: ceil(threshold * spec.leave_at) for grade, threshold in enter.items()},
            require=spec.require,
            hand_raise=self._hand_raise(spec),
            stay_days=spec.stay_days,
            membership=membership,
            membership_condition=self._number(membership) if membership and membership.of_acts else None,
            groups=None if spec.groups is None else frozenset(spec.groups),
        )

    def _hand_raise(self, spec: TrackSpec) -> HandRaise | None:
        hand = spec.hand_raise
        if hand is None:
            return None
        condition = self._number(compile_when(hand.when, self._lists))
        return HandRaise(condition, hand.within_days, hand.needs, hand.stage == "sql")

    def _rule(
        self, name: str, spec: Group | Undesirable, sign: int, because: str = "", veto: bool = False
    ) -> ActRule | LeadRule:
        when = compile_when(spec.when, self._lists)
        points_mp = milli(spec.points)
        if not when.of_acts:
            return LeadRule(name, when, points_mp, because, veto)
        repeat = spec.repeat
        return ActRule(
            name=name,
            condition=self._number(when),
            sign=sign,
            points_mp=abs(points_mp),
            worth=worth_by_age(abs(points_mp), spec),
            window_days=spec.window_days,
            at_least=spec.at_least or 1,
            within_days=spec.within_days,
            keep=_kept(spec),
            once_per_asset=repeat == "once_per_asset",
            cap_per_day_mp=_milli_or_none(spec.cap_per_day),
            cap_mp=_milli_or_none(spec.cap),
            counts_machines=spec.by_machine == "count",
            because=because,
            veto=veto,
        )

    def _number(self, when: When) -> int:
        self.conditions.append(when)
        return len(self.conditions) - 1


def _split(rules: Sequence[ActRule | LeadRule]) -> tuple[tuple[ActRule, ...], tuple[LeadRule, ...]]:
    of_acts = tuple(rule for rule in rules if isinstance(rule, ActRule))
    return of_acts, tuple(rule for rule in rules if isinstance(rule, LeadRule))


def _kept(spec: Counting) -> int | None:
    if isinstance(spec.repeat, str):
        return 1 if spec.repeat == "once" else None
    return spec.repeat.newest


def _milli_or_none(points: Decimal | None) -> int | None:
    return None if points is None else milli(points)


def _view(spec: ScoringModel, tracks: Mapping[str, Track]) -> View:
    thresholds = tracks["mql"].enter_mp if "mql" in tracks else {}
    full = thresholds.get("A", min(thresholds.values(), default=None))
    profile, interest = Fraction(spec.view.profile), Fraction(spec.view.interest)
    parts = lcm(profile.denominator, interest.denominator)
    return View(int(profile * parts), int(interest * parts), parts, full)


def _fingerprint(spec: ScoringModel, lists: Lists, time_zone: str) -> str:
    """A short hash of all that decides a score: not the model's name, not its tests, not lists that it never asks."""
    content: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude={"name", "version", "tests"})
    asked = {name: sorted(lists[name]) for name in sorted(set(_lists_in(content))) if name in lists}
    text = json.dumps([content, asked, time_zone], ensure_ascii=False)
    return hashlib.blake2b(text.encode()).hexdigest()[:HASH_CHARACTERS]


def _lists_in(content: Any) -> Iterator[str]:
    """Every text beside a key `list`, wherever it stands; some may name no list (a form may have a field `list`)."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "list":
                yield from (
                    [value] if isinstance(value, str) else [name for name in value or () if isinstance(name, str)]
                )
            yield from _lists_in(value)
    elif isinstance(content, list):
        for item in content:
            yield from _lists_in(item)
