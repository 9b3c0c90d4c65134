"""The peer: what one writes in ten lines, requests and sqlite-utils. `python plain.py ADDRESS FOLDER [SINCE]`."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import requests
import sqlite_utils


def main(address: str, folder: Path, since: str) -> None:
    """Read all pages into one table, merged on id."""
    folder.mkdir(parents=True, exist_ok=True)
    table = sqlite_utils.Database(folder / "plain.db")["contacts"]
    session = requests.Session()
    after, read = "0", 0
    while after is not None:
        answer = session.get(f"{address}/v2/contacts", params={"from": since, "after": after}, timeout=60).json()
        table.upsert_all(answer["result"], pk="id")
        read += len(answer["result"])
        after = answer["next"]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = round(usage.ru_utime + usage.ru_stime, 3)
    print(json.dumps({"cpu_s": cpu_s, "peak_mb": usage.ru_maxrss // 1024, "read": read}))  # noqa: T201 - the figure


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
