"""The scoring language as models: what an admin may write, and what each key means."""

from connector.scoring.language.examples import Did, Expect, ModelTest
from connector.scoring.language.model import ScoringModel, schema
from connector.scoring.language.numbers import milli
from connector.scoring.language.profile import AttributeSpec, ProfileSpec
from connector.scoring.language.rules import COUNTING, Counting, Group, Undesirable
from connector.scoring.language.tracks import HandRaise, RecycleSpec, Track

__all__ = [
    "COUNTING",
    "AttributeSpec",
    "Counting",
    "Did",
    "Expect",
    "Group",
    "HandRaise",
    "ModelTest",
    "ProfileSpec",
    "RecycleSpec",
    "ScoringModel",
    "Track",
    "Undesirable",
    "milli",
    "schema",
]
