"""What a model's grammar cannot refuse by itself: conditions without meaning, names that nothing has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from connector.conditions import Lists, compile_test
from connector.documents import Path
from connector.scoring.language import COUNTING, Counting, ProfileSpec, ScoringModel, Track
from connector.scoring.when import ACT_KEYS, compile_key, is_of_acts


class Mistake(Struct, frozen=True):
    """A place in the model, what is wrong there, and what is allowed."""

    path: Path
    message: str
    remedy: str | None = None


def mistakes(spec: ScoringModel, lists: Lists) -> list[Mistake]:
    """Everything in a model that has no meaning, in no particular order."""
    return [
        *_in_profiles(spec, lists),
        *(mistake for path, when in conditions(spec) for mistake in _in_when(path, when, lists)),
        *(mistake for path, rule in _counted(spec) for mistake in _in_counting(path, rule)),
        *_in_tracks(spec),
        *_unknown_groups(spec),
    ]


def conditions(spec: ScoringModel) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every `when` of the model, with its place."""
    for path, rule in _counted(spec):
        yield (*path, "when"), rule.when
    for path, track in tracks(spec):
        if track.when is not None:
            yield (*path, "when"), track.when
        if track.hand_raise is not None:
            yield (*path, "hand_raise", "when"), track.hand_raise.when


def profiles(spec: ScoringModel) -> Iterator[tuple[Path, ProfileSpec]]:
    """The profiles with their places."""
    if spec.profile is not None:
        yield ("profile",), spec.profile
    for name, profile in spec.profiles.items():
        yield ("profiles", name), profile


def _counted(spec: ScoringModel) -> Iterator[tuple[Path, Counting]]:
    for name, group in spec.interest.groups.items():
        yield ("interest", "groups", name), group
    for index, rule in enumerate(spec.undesirables):
        yield ("undesirables", index), rule


def tracks(spec: ScoringModel) -> Iterator[tuple[Path, Track]]:
    """The tracks that the model has, with their places."""
    for name in type(spec.qualification).model_fields:
        track = getattr(spec.qualification, name)
        if track is not None:
            yield ("qualification", name), track


def _in_profiles(spec: ScoringModel, lists: Lists) -> Iterator[Mistake]:
    for path, profile in profiles(spec):
        for name, attribute in profile.attributes.items():
            for index, answer in enumerate(attribute.answers):
                place = (*path, "attributes", name, "answers", index)
                yield from _in_answer(place, answer.comparisons(), lists)


def _in_answer(path: Path, comparisons: Mapping[str, Any], lists: Lists) -> Iterator[Mistake]:
    if not comparisons:
        yield Mistake(path, "an answer compares nothing", "add 'is: […]' or another comparison, or use 'otherwise'")
        return
    try:
        compile_test(comparisons, lists, wildcards=False)
    except ValueError as error:
        yield Mistake((*path, _culprit(comparisons, lists)), str(error))


def _culprit(comparisons: Mapping[str, Any], lists: Lists) -> str:
    """The first comparison that has no meaning alone, else the last: it clashes with one before it."""
    for name, wanted in comparisons.items():
        try:
            compile_test({name: wanted}, lists, wildcards=False)
        except ValueError:
            return name
    return list(comparisons)[-1]


def _in_when(path: Path, when: Mapping[str, Any], lists: Lists) -> Iterator[Mistake]:
    for key, asked in when.items():
        try:
            compile_key(key, asked, lists)
        except ValueError as error:
            yield Mistake((*path, key), str(error))


def _in_counting(path: Path, rule: Counting) -> Iterator[Mistake]:
    if is_of_acts(rule.when):
        return
    for name in COUNTING:
        if name in rule.model_fields_set:
            message = f"this rule asks the lead alone and counts once: '{name}' has no meaning"
            remedy = f"take it away, or ask for an activity: one of {', '.join(sorted(ACT_KEYS))}"
            yield Mistake((*path, name), message, remedy)


def _in_tracks(spec: ScoringModel) -> Iterator[Mistake]:
    for path, track in tracks(spec):
        hand = track.hand_raise
        if hand is not None and not is_of_acts(hand.when):
            message = "a hand-raise is an activity with a day, and this asks the lead alone"
            yield Mistake((*path, "hand_raise", "when"), message, f"ask for one of {', '.join(sorted(ACT_KEYS))}")


def _unknown_groups(spec: ScoringModel) -> Iterator[Mistake]:
    named: list[tuple[Path, Iterable[str]]] = [
        (("dimensions", name, "groups"), dimension.groups) for name, dimension in spec.dimensions.items()
    ]
    named += [((*path, "groups"), track.groups or ()) for path, track in tracks(spec)]
    for path, groups in named:
        for index, name in enumerate(groups):
            if name not in spec.interest.groups:
                known = ", ".join(spec.interest.groups) or "none"
                yield Mistake((*path, index), f"unknown group '{name}'", f"known: {known}")
