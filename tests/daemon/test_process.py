"""The whole daemon as a process: it serves, holds the state, reloads, and ends when it is told to."""

import json
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from connector.state.store import Store
from tests.daemon.process import company, rest, running, until


def test_a_lead_travels_and_the_daemon_tells_how_it_is(tmp_path: Path) -> None:
    made = company(tmp_path)
    with running(made.config) as daemon:
        daemon.logged("run ended", step="pull", saved=6)
        daemon.logged("run ended", step="push", created=1)
        assert daemon.get("/livez")[0] == 200
        told = daemon.ready()
        assert told["ready"], told
        assert {(line["connection"], line["stream"]) for line in told["streams"]} == {
            ("export", "contacts"), ("export", "activities"), ("sales", "decisions"),
        }  # fmt: skip
        assert daemon.metric('leadloop_records_total{connection="sales",did="created",step="push"}') == 1
        assert daemon.metric('leadloop_leads{stage="mql"}') == 1
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0
    text = "".join(daemon.raw)
    assert "acme.example" not in text
    assert all(line.startswith('{"at": ') for line in daemon.raw)
    assert daemon.lines[-1]["event"] == "stopped"


def test_a_quiet_run_leaves_nothing_and_all_files_are_private(tmp_path: Path) -> None:
    made = company(tmp_path)
    with running(made.config) as daemon:
        daemon.logged("run ended", step="push", created=1)
        until(lambda: daemon.metric('leadloop_steps_total{connection="export",outcome="ok",step="pull"}') >= 4)
        made_files = [*(tmp_path / "state").iterdir(), tmp_path / "out/leads.csv"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in made_files} == {0o600}
        assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
        daemon.signal(signal.SIGINT)
        assert daemon.end() == 0
    assert len([line for line in daemon.lines if line["event"] == "run ended"]) <= 4
    with closing(made.store()) as store:
        rows = store.read().execute("SELECT count(*) FROM runs").fetchone()[0]
    assert 2 <= rows <= 4


def test_no_process_of_ours_writes_its_memory_to_a_file(tmp_path: Path) -> None:
    made = company(tmp_path)
    with running(made.config) as daemon:
        daemon.logged("started")
        limits = Path(f"/proc/{daemon._process.pid}/limits").read_text().splitlines()
        [line] = [line for line in limits if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"]
    code = "import resource, connector.cli as c; c.main(['--version'], standalone_mode=False)"
    show = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    verb = ["-c", f"{code}; c.main(['adapters'], standalone_mode=False); {show}"]
    said = subprocess.run([sys.executable, *verb], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "(0, 0)"


def test_a_second_daemon_ends_with_6_and_names_the_holder(tmp_path: Path) -> None:
    made = company(tmp_path)
    with running(made.config) as first:
        first.logged("started")
        with running(made.config) as second:
            assert second.end() == 6
        assert f"process {first._process.pid} on" in "".join(second.raw)


def test_a_port_that_is_taken_ends_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        made = company(tmp_path, server={"listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        with running(made.config) as daemon:
            assert daemon.end() == 2
    assert "server.listen" in "".join(daemon.raw)


def test_a_damaged_state_ends_the_start(tmp_path: Path) -> None:
    made = company(tmp_path)
    made.run()
    with closing(sqlite3.connect(made.state)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(made.state.read_bytes())
    content[40_000:200_000] = bytes(160_000)
    made.state.write_bytes(content)
    with running(made.config) as daemon:
        assert daemon.end() == 5


def test_a_wrong_configuration_keeps_the_old_one_until_it_is_right(tmp_path: Path) -> None:
    made = company(tmp_path)
    right = made.config.read_text()
    with running(made.config) as daemon:
        daemon.logged("run ended", step="push", created=1)
        made.config.write_text(right.replace('"export"', '"Ex port"').replace('"1s"', '"sometimes"'))
        daemon.signal(signal.SIGHUP)
        assert daemon.logged("reload failed; the old configuration stays")["level"] == "error"
        assert any("leadloop.yaml:1:" in line.get("problem", "") for line in daemon.lines)
        assert daemon.metric("leadloop_reload_failures_total") == 1
        made.write("in/contacts.csv", "id,email,first_name,job_title,source\nc9,dora@acme.example,Dora,CEO,Fair\n")
        rest(tmp_path)
        daemon.logged("run ended", step="pull", read=1)

        made.config.write_text(right.replace('"export"', '"renamed"'))
        daemon.signal(signal.SIGHUP)
        daemon.logged("reloaded")
        daemon.logged("run ended", step="pull", connection="renamed")
        assert {line["connection"] for line in daemon.ready()["streams"]} == {"renamed", "sales"}
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0


def test_a_state_that_another_process_took_over_is_left_alone(tmp_path: Path) -> None:
    made = company(tmp_path)
    with running(made.config) as daemon:
        daemon.logged("run ended", step="push", created=1)
        other = Store.open(made.state)
        with other.write() as tx:
            tx.execute("UPDATE holder SET epoch = epoch + 1")
        other.close()
        assert daemon.end() == 6


def test_what_a_verb_asks_is_done_within_seconds(tmp_path: Path) -> None:
    made = company(tmp_path, schedule={"pull": "1h", "push": "1h", "decisions": "1h"})
    with running(made.config) as daemon:
        daemon.logged("run ended", step="pull")
        began = time.monotonic()
        answer = made.leadloop("backfill", "export", "--json", sleep=threading.Event().wait)
        assert json.loads(answer.stdout)
        assert daemon.metric("leadloop_requests_carried_out_total") == 1
        assert time.monotonic() - began < 5
