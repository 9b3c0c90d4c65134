"""Lines that people and machines read: one JSON object each, nothing personal, nothing twice."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from connector import logs


class Log:
    """What was written, and a clock."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.now_s = 0.0
        logs.configure(self.stream, monotonic=lambda: self.now_s)
        self.say = structlog.get_logger("leadloop")

    @property
    def raw(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.raw]


@pytest.fixture
def log() -> Iterator[Log]:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Log()
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


def test_a_line_is_one_object_with_when_how_bad_and_what_first(log: Log) -> None:
    log.say.info("page saved", records=100, name="two\nlines\x1b[31m")
    [line] = log.raw
    assert list(json.loads(line))[:3] == ["at", "level", "event"]
    assert json.loads(line)["name"] == "two lines [31m"


@pytest.mark.parametrize(
    "text",
    ["ann@example.com", "said ann.b+x@mail.example.com.br today", "+55 11 99999-8888", "(11) 99999-8888", "11999998888",
     "access_token=abc123secret", "Bearer abc123secret"],
)  # fmt: skip
def test_addresses_phones_and_secrets_are_masked_wherever_they_stand(log: Log, text: str) -> None:
    log.say.info("page saved", text=f"x {text} y", more={"deep": [f"x {text} y"]})
    for part in ("example", "9999", "secret"):
        assert part not in log.raw[0]


def test_ids_dates_and_counts_stay(log: Log) -> None:
    kept = {
        "run": "20261122120000-abcde", "record_id": "123456789012", "records": 123456789,
        "text": "waits until 2026-11-22T12:00:00.000000Z or 2026-11-22 12:00", "code": "http_503",
    }  # fmt: skip
    log.say.info("page saved", **kept)
    assert kept.items() <= log.lines[0].items()


def test_a_repeating_warning_is_written_once_per_interval_with_its_count(log: Log) -> None:
    for second in range(0, 1800, 60):
        log.now_s = second
        log.say.warning("stream stopped", connection="rd", stream="contacts", code="http_503", run=f"r{second}")
    assert [line.get("times") for line in log.lines] == [None, 15]


def test_different_streams_and_causes_are_told_apart(log: Log) -> None:
    for stream, code in (("contacts", "http_503"), ("activities", "http_503"), ("contacts", "quota")):
        log.say.warning("stream stopped", connection="rd", stream=stream, code=code)
    assert len(log.lines) == 3


def test_what_breaks_again_after_it_recovered_is_news(log: Log) -> None:
    for _ in range(2):
        log.say.warning("stream stopped", connection="rd", stream="contacts", code="http_503")
        log.say.info("recovered", connection="rd", stream="contacts")
    assert [line["event"] for line in log.lines] == ["stream stopped", "recovered"] * 2


def test_a_healthy_hour_says_nothing_below_info(log: Log) -> None:
    log.say.debug("run ended", step="pull")
    assert log.raw == []


def test_a_library_is_quoted_without_the_text_of_its_error(log: Log) -> None:
    try:
        raise ValueError("ann@example.com")
    except ValueError:
        logging.getLogger("some.library").exception("could not talk to ann@example.com")
    logging.getLogger("some.library").info("chatter")
    [line] = log.lines
    assert (line["event"], line["library"], line["error"]) == ("library warned", "some.library", "ValueError")
    assert line["place"].startswith("test_logs.py:")
    assert "example.com" not in log.raw[0]


def test_structlog_is_loaded_with_the_first_line_and_writes_it_as_configured() -> None:
    code = (
        "import sys; from connector import logs; from connector.loop import run; logs.configure(sys.stderr);"
        " print('structlog' in sys.modules); logs.Log(step='pull').warning('stream stopped', text='ann@example.com')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    line = json.loads(done.stderr)
    assert (done.stdout.strip(), line["level"], line["step"]) == ("False", "warning", "pull")
    assert "ann" not in line["text"]
