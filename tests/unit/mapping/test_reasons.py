from __future__ import annotations

import pytest

from connector.errors import ConfigError

LIST = """
no_budget:
  - Sem verba
  - {words: [budget, too expensive]}
no_fit: ["Not interested*", {words: [budget airline]}]
competitor: [Lost to budget airline]
none_given: ["-None-"]
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sem VERBA ", ("no_budget", True)),
        ("their budget is gone", ("no_budget", True)),
        ("Not interested at all", ("no_fit", True)),
        ("lost to budget airline", ("competitor", True)),
        ("-none-", ("none_given", True)),
        ("", ("none_given", True)),
        (None, ("none_given", True)),
        ("bad_timing", ("bad_timing", True)),
        ("Mercury retrograde", ("other", False)),
    ],
)
def test_wordings_become_codes(reasons, text: str | None, code: tuple[str, bool]):
    assert reasons(LIST).canonical(text) == code


def test_free_words_decide_where_the_picked_reason_says_nothing_that_we_know(reasons):
    listed = reasons(LIST)
    assert listed.of("Something", "no budget left") == ("no_budget", True)
    assert listed.of("Something", None) == ("other", False)
    assert listed.of(None, " ") == ("none_given", True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no_bugdet: [x]", "did you mean 'no_budget'?"),
        ("no_fit: [a]\nno_budget: [A]", "means 'no_budget' already"),
        ("no_fit: [{wrods: a}]", "unknown comparison 'wrods'"),
        ("no_fit: ['']", "{blank: true}"),
    ],
)
def test_a_mistake_in_the_reasons_is_told(reasons, text: str, says: str):
    with pytest.raises(ConfigError) as caught:
        reasons(text)
    assert says in str(caught.value.problems[0])
