"""A whole scoring model, as an admin writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from connector.documents import FileModel, Wrong
from connector.scoring.language.examples import ModelTest
from connector.scoring.language.numbers import Share
from connector.scoring.language.profile import ProfileSpec
from connector.scoring.language.rules import Channel, Interest, Undesirable
from connector.scoring.language.tracks import Qualification, Reason, RecycleSpec


class View(FileModel):
    """How much profile and interest weigh in the 1 to 100 view."""

    profile: Share = Decimal("0.5")
    interest: Share = Decimal("0.5")


class Dimension(FileModel):
    """A named sum of some groups, shown beside the points."""

    groups: tuple[str, ...] = Field(min_length=1)


class ScoringModel(FileModel):
    """The scoring language. Every key that is not here is a mistake."""

    name: str = ""
    version: str = Field("unversioned", min_length=1)
    profile: ProfileSpec | None = None
    profiles: dict[str, ProfileSpec] = Field(default_factory=dict)
    interest: Interest = Interest()
    channels: dict[str, Channel] = Field(default_factory=dict)
    undesirables: tuple[Undesirable, ...] = ()
    qualification: Qualification = Qualification()
    dimensions: dict[str, Dimension] = Field(default_factory=dict)
    view: View = View()
    lists: dict[str, tuple[str | int | float, ...]] = Field(default_factory=dict)
    recycle: dict[Reason, RecycleSpec] = Field(default_factory=dict)
    tests: tuple[ModelTest, ...] = ()

    @field_validator("version", mode="before")
    @classmethod
    def is_a_word(cls, version: Any) -> Any:
        """`version: 3` is meant as the text."""
        return str(version) if isinstance(version, int | float) and not isinstance(version, bool) else version

    @field_validator("profiles")
    @classmethod
    def stand_alone(cls, profiles: dict[str, ProfileSpec], info: ValidationInfo) -> dict[str, ProfileSpec]:
        """One profile, or several with names."""
        if profiles and info.data.get("profile") is not None:
            raise Wrong("'profiles' stands instead of 'profile', not beside it", "move 'profile' into 'profiles'")
        return profiles

    @field_validator("undesirables")
    @classmethod
    def have_names_of_their_own(cls, rules: tuple[Undesirable, ...]) -> tuple[Undesirable, ...]:
        """A veto and a line of the receipt are found by their name."""
        names = [rule.name for rule in rules]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Wrong(f"two undesirables are called '{twice}'", "give each its own name")
        return rules

    def all_profiles(self) -> dict[str, ProfileSpec]:
        """The profiles by name; a single one is called `default`."""
        return {"default": self.profile} if self.profile else dict(self.profiles)


def schema() -> dict[str, Any]:
    """JSON Schema of the scoring language, made from the models, for editors."""
    return ScoringModel.model_json_schema(by_alias=True)
