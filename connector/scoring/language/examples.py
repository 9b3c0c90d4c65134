"""The tests that a model carries: a lead, what it did, and what must come out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from connector.documents import FileModel
from connector.scoring.language.numbers import AnyPoints, Days, Letter


class Did(FileModel):
    """One activity of a test's lead. `days_ago` counts whole days before the test's own moment."""

    type: str
    days_ago: Days = 0
    asset: str | None = None
    url: str | None = None
    campaign: str | None = None
    channel: str | None = None
    seconds: float | None = None
    value: float | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    by_machine: bool | None = None


class Expect(FileModel):
    """What must come out, compared exactly; what is not named is not compared. `sql` is the stage `qualified`."""

    grade: Letter | None = None
    points: AnyPoints | None = None
    profile_percent: int | None = Field(None, strict=True)
    completeness: int | None = Field(None, strict=True)
    combined: int | None = Field(None, strict=True)
    vetoed: bool | None = Field(None, strict=True)
    stage: Literal["lead", "mql", "qualified", "sql"] | None = None
    mql: bool | None = Field(None, strict=True)
    pql: bool | None = Field(None, strict=True)
    service: bool | None = Field(None, strict=True)


class ModelTest(FileModel):
    """A lead with a known answer. `was: mql` asks whether it stays one."""

    lead: dict[str, Any] = Field(default_factory=dict)
    did: tuple[Did, ...] = ()
    was: Literal["lead", "mql"] = "lead"
    expect: Expect
    name: str = ""
    note: str = ""
