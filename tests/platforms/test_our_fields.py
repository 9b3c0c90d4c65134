"""On every CRM: our own writes come back as ours, and what sales writes over them is corrected once, then told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platforms.test_script_of_decisions import SIMULATED, Play, desk_of
from tests.sync.world import address, line_of

ANA = address("ana")


@pytest.fixture(params=SIMULATED)
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path, desk_of(request.param)) as play:
        yield play


def corrections(play: Play) -> int:
    """Passes until nothing is under way; in how many records others had changed what is ours."""
    return sum(line_of(lines, "decisions", "decisions").corrected for lines in play.run_until_quiet())


def overwrite(play: Play, points: int) -> int:
    """Sales writes a score by hand, an hour later."""
    play.later(hours=1)
    play.desk.set_score(ANA, points)
    return corrections(play)


def test_what_we_wrote_comes_back_in_the_platforms_words_and_is_ours_still(play: Play) -> None:
    """A person's change of the same record makes it newer than our write: then it is the values that are compared."""
    play.mql()
    play.later(hours=1)
    play.desk.accept(ANA)
    assert corrections(play) == 0
    play.later(hours=1)
    written = play.desk.writes
    assert corrections(play) == 0
    assert play.desk.writes == written, "a second run with nothing new sends nothing"
    assert play.ask("SELECT corrected FROM desired WHERE connection = 'crm'") == [("{}",)]


def test_a_score_that_sales_overwrites_is_written_again_and_the_second_time_it_is_told(play: Play) -> None:
    play.mql()
    assert play.desk.score(ANA) == 60
    assert overwrite(play, 7) == 1
    assert play.desk.score(ANA) == 60
    assert play.rejects() == []

    assert overwrite(play, 7) == 0
    assert play.desk.score(ANA) == 7
    assert play.rejects() == [("crm", "field_contested", "field_contested")]
    written = play.desk.writes
    assert overwrite(play, 8) == 0
    assert play.desk.writes == written

    play.convert("ana", "ebook-c")
    assert corrections(play) == 0
    assert play.desk.score(ANA) == 90
    play.later(hours=1)
    play.desk.accept(ANA)
    assert corrections(play) == 0
    assert play.rejects() == []
