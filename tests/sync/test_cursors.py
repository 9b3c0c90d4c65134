"""Where a stream stands: a person who sets it has the last word, even while it is being read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from connector.adapter.cursors import resumed
from connector.errors import ContractError
from connector.loop import pull
from connector.loop.requests import perform
from connector.loop.run import pull_step
from tests.sync.world import Company

ARGS = {"connection": "rd", "stream": "contacts", "cursor": {"set": 1}, "verb": "cursor set"}


def test_a_cursor_that_is_set_during_a_walk_stays_as_it_was_set(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "ROWS_AT_ONCE", 1)
    company.convert("ana", "ebook-a")
    loop = company.open()
    [source] = loop.marketing
    real = source.adapter.changes

    def watched(cursor: Any) -> Iterator[Any]:
        for page in real(cursor):
            with loop.store.write(step=True) as tx:
                perform(tx, loop.store, "cursor set", ARGS)
            yield replace(page, cursor=page.cursor or {"moved": 1})

    monkeypatch.setattr(source.adapter, "changes", watched)
    with loop.store.hold():
        [line] = [line for line in pull_step(loop) if line.stream == "contacts"]
    [(kept,)] = company.ask("SELECT cursor FROM cursors WHERE connection = 'rd' AND stream = 'contacts'")
    assert kept == '{"set":1}'
    assert "set while" in str(line.why_zero)
    assert line.error is None


def test_nonsense_in_a_cursor_names_the_command_that_resets_it_and_the_log_where_it_was_met(company: Company) -> None:
    company.convert("ana", "ebook-a")
    loop = company.open()
    nonsense = {**ARGS, "cursor": {"mark": "nonsense", "seen": {}}}
    with capture_logs() as logs, loop.store.hold():
        with loop.store.write(step=True) as tx:
            perform(tx, loop.store, "cursor set", nonsense)
        [line] = [line for line in pull_step(loop) if line.stream == "contacts"]
    assert (line.error, line.hint) == ("the stored cursor cannot be read", "run 'leadloop cursor reset rd contacts'")
    [told] = [one for one in logs if one["log_level"] == "warning"]
    assert told["error"] == "ValueError"
    assert "hot.py" in told["place"]


def _walk(*steps: Any) -> Callable[[Any], Iterator[Any]]:
    def walk(_cursor: Any) -> Iterator[Any]:
        for step in steps:
            if isinstance(step, Exception):
                raise step
            yield step

    return walk


def test_a_walk_from_a_cursor_brings_all_its_pages() -> None:
    assert list(resumed(_walk(1, 2, 3), {"at": 1})) == [1, 2, 3]
    assert list(resumed(_walk(), {"at": 1})) == []


@pytest.mark.parametrize(("steps", "cursor"), [([KeyError("a")], None), ([1, KeyError("a")], {"at": 1})])
def test_a_mistake_without_a_cursor_or_after_the_first_page_is_not_the_cursors(steps: list[Any], cursor: Any) -> None:
    with pytest.raises(KeyError):
        list(resumed(_walk(*steps), cursor))


def test_what_the_platform_says_before_the_first_page_is_not_the_cursors() -> None:
    with pytest.raises(ContractError):
        list(resumed(_walk(ContractError("no list")), {"at": 1}))
