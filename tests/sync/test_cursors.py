"""Where a stream stands: a person who sets it has the last word, even while it is being read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

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
