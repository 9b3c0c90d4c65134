"""Claim: `leadloop --help` starts under 0.4 s of CPU; the daemon at rest stays under 80 MB.

    python -m benchmarks.process [--seconds 60]

The daemon runs with simulated RD Station and Salesforce accounts that have nothing new, on its default schedule, and
is looked at after `seconds`: memory as the kernel counts it, and CPU of the second half of that time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.timed import compile_ours, run, typical

LEADLOOP = (sys.executable, "-c", "from connector.cli import main; main()")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main(seconds: float) -> None:
    """Measure both and print."""
    compile_ours()
    start = typical([run(*LEADLOOP, "--help") for _ in range(5)])
    print(f"--help           {start.cpu_s:6.2f} CPU s  {start.peak_mb:4.0f} MB")
    resident_mb, busy_percent = at_rest(seconds)
    print(f"daemon at rest   {busy_percent:6.2f} % CPU  {resident_mb:4.0f} MB")


def at_rest(seconds: float) -> tuple[float, float]:
    """Resident MB and percent of a core of the daemon."""
    # Imported last: a process that is started by a large one counts that one's memory as its own peak.
    from benchmarks.company import salesforce  # noqa: PLC0415
    from connector.shipped import shipped  # noqa: PLC0415
    from connector.testing.simulators.rdstation import RdStationSimulator  # noqa: PLC0415
    from connector.testing.simulators.salesforce import SalesforceSimulator  # noqa: PLC0415

    with RdStationSimulator() as rd, SalesforceSimulator() as org, TemporaryDirectory() as folder:
        for name in ("cf_lead_score", "cf_lead_grade", "cf_sales_decision", "cf_rejection_reason", "cf_decision_at"):
            rd.account.add_field(name)
        config = Path(folder) / "leadloop.yaml"
        document = {
            "state": "leadloop.db",
            "marketing": {
                "rd": {
                    "adapter": "rdstation",
                    "credentials": rd.credentials,
                    "base_url": rd.base_url,
                    "mapping": str(shipped("rdstation-marketing.yaml")),
                }
            },
            "crm": {"sf": salesforce(org.base_url)},
            "scoring": str(shipped("scoring/b2b.yaml")),
            "reasons": str(shipped("reasons.yaml")),
            "server": {"listen": "127.0.0.1:0"},
        }
        config.write_text(json.dumps(document))
        daemon = subprocess.Popen([*LEADLOOP, "--config", str(config), "run"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(seconds / 2)
            before_s = cpu_s(daemon.pid)
            time.sleep(seconds / 2)
            return resident_mb(daemon.pid), (cpu_s(daemon.pid) - before_s) / (seconds / 2) * 100
        finally:
            daemon.terminate()
            if daemon.wait(20):
                sys.exit(f"the daemon ended with {daemon.returncode}")


def resident_mb(pid: int) -> float:
    """Memory that a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def cpu_s(pid: int) -> float:
    """CPU seconds that a process used so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_PER_S


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    main(parser.parse_args().seconds)
