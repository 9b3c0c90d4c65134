"""Told to end while a platform keeps it waiting: ten seconds are all that a container gives."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.shipped import shipped
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.rdstation import RdStationSimulator
from tests.cli.company import MODEL
from tests.daemon.process import Running, running, until


@pytest.fixture
def rd() -> Iterator[RdStationSimulator]:
    with RdStationSimulator() as simulator:
        simulator.add("ana@acme.example")
        yield simulator


@pytest.fixture
def daemon(tmp_path: Path, rd: RdStationSimulator) -> Iterator[Running]:
    config = tmp_path / "leadloop.yaml"
    marketing = {
        "adapter": "rdstation", "credentials": rd.credentials, "base_url": rd.base_url,
        "mapping": str(shipped("rdstation-marketing.yaml")),
    }  # fmt: skip
    document = {"marketing": {"rd": marketing}, "scoring": str(MODEL), "server": {"listen": "127.0.0.1:0"}}
    config.write_text(json.dumps(document))
    with running(config) as made:
        yield made


def until_asked(rd: RdStationSimulator, path: str) -> None:
    until(lambda: rd.calls(path=path))


class TestAPlatformThatIsSilent:
    @pytest.fixture(autouse=True)
    def _silent(self, rd: RdStationSimulator) -> None:
        rd.faults.append(Fault("stall_after", path="/platform/", times=100))

    def test_does_not_keep_the_process_beyond_ten_seconds(self, daemon: Running, rd: RdStationSimulator) -> None:
        until_asked(rd, "/platform/")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.end(10) == 0
        assert time.monotonic() - began < 10
        assert daemon.lines[-1]["event"] == "stopped with runs under way"

    def test_keeps_nobody_else_and_not_the_process_when_told_twice(
        self, daemon: Running, rd: RdStationSimulator
    ) -> None:
        until_asked(rd, "/platform/")
        assert daemon.get("/livez")[0] == 200
        daemon.signal(signal.SIGTERM)
        daemon.logged("stopping")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.end(5) == 143
        assert time.monotonic() - began < 3


def test_a_client_that_waits_for_its_next_attempt_wakes_up(daemon: Running, rd: RdStationSimulator) -> None:
    busy = Reply(503, {"errors": []}, {"Retry-After": "50"})
    rd.faults.append(Fault("reply", path="/platform/", times=1000, reply=busy))
    until_asked(rd, "/platform/")
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.end(10) == 0
    assert time.monotonic() - began < 5
    assert daemon.lines[-1]["event"] == "stopped"
