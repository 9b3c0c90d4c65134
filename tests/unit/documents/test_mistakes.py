"""Mistakes as a person reads them, of every kind that models find."""

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator

from connector.documents import FileModel, Wrong, read_text
from connector.errors import ConfigError


class Points(FileModel):
    kind: Literal["points"]
    points: Annotated[int, Field(gt=0)]
    only: tuple[str | int, ...] = ()


class Veto(FileModel):
    kind: Literal["veto"]
    because: Annotated[str, Field(min_length=1)]


class Is(FileModel):
    is_: str | list[str] = Field(alias="is")
    grade: int


class Words(FileModel):
    words: list[str]
    grade: int


class Sample(FileModel):
    name: str
    on: date | None = None
    share: Annotated[float, Field(ge=0, le=1)] = 1
    active: bool = False
    repeat: Literal["once", "every_time"] = "once"
    api_token: str | None = None
    rules: tuple[Annotated[Points | Veto, Field(discriminator="kind")], ...] = ()
    answers: tuple[Is | Words, ...] = ()
    steps: dict[int, float] = Field(default_factory=dict)
    either: str | int | list[str] = ""

    @field_validator("name")
    @classmethod
    def is_short(cls, name: str) -> str:
        if len(name) > 10:
            raise Wrong("is too long a name", "use at most 10 characters")
        return name


KEYS = "name, on, share, active, repeat, api_token, rules, answers, steps, either"


def mistakes_in(text):
    with pytest.raises(ConfigError) as refused:
        read_text(text, "f.yaml", Sample)
    return [str(problem).removeprefix("f.yaml:") for problem in refused.value.problems]


def test_values_are_what_yaml_1_2_and_the_model_say():
    sample, _ = read_text("name: NO\non: 2026-01-31\nsteps: {30: 0.5}\neither: 2026-01-31\n", "f.yaml", Sample)
    assert (sample.name, sample.on, sample.steps, sample.either) == ("NO", date(2026, 1, 31), {30: 0.5}, "2026-01-31")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nam: x", f"2:1: nam: unknown key 'nam'; did you mean 'name'? allowed: {KEYS}"),
        ("on: 2026-02-30", "2:5: on: should be a date (found '2026-02-30'); write it as 2026-01-31"),
        ("share: 2", "2:8: share: should be 1 or less (found 2)"),
        ("share: .inf", "2:8: share: should be a number (found '.inf')"),
        ("share: '1e999'", "2:8: share: should be a number (found '1e999')"),
        ("active: maybe", "2:9: active: should be true or false (found 'maybe')"),
        ("repeat: Once",
         "2:9: repeat: is none of the allowed words (found 'Once'); did you mean 'once'? allowed: once, every_time"),
        ("api_token: 12345", "2:12: api_token: should be a text (found ***); put it in quotes"),
        ("rules: x", "2:8: rules: should be a list (found 'x'); write [one, two], or one item a line after '- '"),
        ("rules: [5]", "2:9: rules[1]: should be a group of keys (found 5)"),
        ("rules: [{kind: veto, because: ''}]",
         "2:31: rules[1].because: is empty (found ''); give it a value, or delete the line"),
        ("rules: [{kind: points, points: 0}]", "2:32: rules[1].points: should be more than 0 (found 0)"),
        ("rules: [{kind: vote}]", "2:9: rules[1]: 'kind' is none of the allowed words: 'points', 'veto'"),
        ("rules: [{points: 5}]", "2:9: rules[1]: 'kind' is missing"),
        ("answers: [{is: a, grade: x}]", "2:26: answers[1].grade: should be a whole number (found 'x')"),
        ("answers: [{words: [a]}]", "2:11: answers[1].grade: 'grade' is missing; add a line 'grade: …'"),
        ("steps: {soon: 1}", "2:9: steps.soon: the key 'soon' should be a whole number"),
        ("steps: {30: half}", "2:13: steps.30: should be a number (found 'half')"),
        ("either: {a: 1}", "2:1: either: should be a text, a whole number or a list"),
        ("rules: [{kind: points, points: 1, only: [{a: 1}]}]",
         "2:42: rules[1].only[1]: should be a text or a whole number"),
        ("steps:", "2:1: steps: is empty and should be a group of keys; give it a value, or delete the line"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_with_place_value_and_remedy(line, told):
    assert mistakes_in(f"name: x\n{line}\n") == [told]


def test_a_models_own_check_tells_its_remedy():
    assert mistakes_in("name: abcdefghijk") == [
        "1:7: name: is too long a name (found 'abcdefghijk'); use at most 10 characters"
    ]


def test_a_missing_key_is_told_at_its_group():
    assert mistakes_in("active: true") == ["1:1: name: 'name' is missing; add a line 'name: …'"]


def test_a_misspelt_key_is_not_told_as_missing_too():
    assert [told.split(";")[0] for told in mistakes_in("nmae: x")] == ["1:1: nmae: unknown key 'nmae'"]


def test_all_mistakes_are_told_together_in_the_order_of_the_file():
    told = mistakes_in("share: 5\nactive: perhaps\nname: 5\nrepeat: never\n")
    assert [line.split(":")[0] for line in told] == ["1", "2", "3", "4"]


def test_a_document_that_is_a_list_is_refused():
    assert mistakes_in("- 1") == [
        "1:1: document: should be a group of keys, not a list; write 'key: value' lines, indented, below it"
    ]


def test_the_message_counts_mistakes_and_carries_no_value():
    with pytest.raises(ConfigError, match=r"^2 mistakes in f\.yaml$") as refused:
        read_text("name: 5\napi_token: 12345\n", "f.yaml", Sample)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
