"""The peer without a framework: what one writes in ten lines, requests and sqlite-utils.

`python plain.py ADDRESS FOLDER`: the second run of a folder asks for what changed since the newest record it has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import requests
import sqlite_utils


def main(address: str, folder: Path) -> None:
    """Read all pages into one table, merged on id."""
    database = sqlite_utils.Database(folder / "plain.db")
    table = database.table("contacts")
    newest = database.execute("SELECT max(updated_at) FROM contacts").fetchone()[0] if table.exists() else None
    session = requests.Session()
    after: str | None = "0"
    while after is not None:
        params = {"after": after} if newest is None else {"from": newest, "after": after}
        answer = session.get(f"{address}/v2/contacts", params=params, timeout=60).json()
        table.upsert_all(answer["result"], pk="id")
        after = answer["next"]


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], Path(sys.argv[2]))
