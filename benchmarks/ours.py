"""One run of ours against the measuring server: `python ours.py ADDRESS FOLDER`. First read, or what changed since."""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

from connector.adapter import registry
from connector.config import load
from connector.loop.connect import Connector, read_files
from connector.loop.context import World
from connector.loop.run import run_once
from connector.state.store import Store

MAPPING = """platform: acme
contact:
  - {to: email, from: email}
  - {to: first_name, from: first_name}
  - {to: last_name, from: last_name}
  - {to: company, from: company}
  - {to: job_title, from: job_title}
  - {to: country, from: country}
  - {to: phone, from: phone}
"""
CONFIG = """state: leadloop.db
marketing:
  acme: {adapter: acme, credentials: {token: t0ken}, mapping: acme.yaml, base_url: ADDRESS}
scoring: SCORING
"""


def main(address: str, folder: Path, only: tuple[str, ...]) -> None:
    """Write the files, run, print what was done."""
    folder.mkdir(parents=True, exist_ok=True)
    scoring = Path(__file__).parents[1] / "mappings" / "scoring" / "b2b.yaml"
    (folder / "acme.yaml").write_text(MAPPING)
    (folder / "leadloop.yaml").write_text(CONFIG.replace("ADDRESS", address).replace("SCORING", str(scoring)))
    point = EntryPoint("acme", "benchmarks.acme:AcmeMarketing", registry.GROUPS["marketing"])
    registry.installed("marketing")["acme"] = point
    config = load(folder / "leadloop.yaml", os.environ, registry.spec_of)
    store = Store.open(config.state)
    parts = Connector(config, read_files(config), World(), store)
    with store.hold():
        lines = run_once(parts.loop(store), only=only)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mb": usage.ru_maxrss // 1024,
        "read": sum(line.read for line in lines if line.step == "pull"),
        "saved": sum(line.saved for line in lines if line.step == "pull"),
        "errors": [line.error for line in lines if line.error],
    }
    print(json.dumps(told))  # noqa: T201 - the figure


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), tuple(sys.argv[3:]) or ("pull",))
