"""What a model's grammar allows and nobody means: answers that never fit, thresholds that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from connector.conditions import covers
from connector.documents import Path, Places
from connector.errors import Problem
from connector.scoring.checks import profiles, tracks
from connector.scoring.language import ScoringModel


def oddities(spec: ScoringModel, places: Places) -> list[Problem]:
    """Warnings for `validate`, in no particular order."""
    return [
        places.problem(path, message, remedy=remedy) for path, message, remedy in (*_answers(spec), *_thresholds(spec))
    ]


def _answers(spec: ScoringModel) -> Iterator[tuple[Path, str, str]]:
    """Answers behind one that takes all their values: the first that fits counts."""
    for path, profile in profiles(spec):
        for name, attribute in profile.attributes.items():
            asked = [answer.comparisons() for answer in attribute.answers]
            for index, narrow in enumerate(asked):
                if (by := next((one for one in range(index) if covers(asked[one], narrow)), None)) is not None:
                    place = (*path, "attributes", name, "answers", index)
                    yield (
                        place,
                        f"this answer never fits: answer {by + 1} takes all its values",
                        "put it before that one",
                    )


def _thresholds(spec: ScoringModel) -> Iterator[tuple[Path, str, str]]:
    cap = spec.interest.cap
    for path, track in tracks(spec):
        for (better, most), (worse, least) in pairwise(sorted(track.thresholds.items())):
            if most > least:
                message = f"grade {better}, the better one, needs more points than grade {worse}"
                yield (*path, "thresholds", better), message, "a better grade needs fewer points"
        for grade, points in track.thresholds.items():
            if cap is not None and points > cap:
                message = f"nobody reaches this: the cap of interest is {cap}"
                yield (*path, "thresholds", grade), message, "lower it, or raise the cap"
