"""The peer with a framework: dlt's `rest_api` source into SQLite, merged on id, incremental on `updated_at`.

`python with_dlt.py ADDRESS FOLDER [CYCLES]`, with an interpreter that has `dlt[sqlalchemy]`; the second run of a folder
is incremental by dlt's own state. With CYCLES it reads what changed that many times in one process, and prints the CPU
seconds of each.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def main(address: str, folder: Path, cycles: int) -> None:
    """Read into one table; nested data is not unfolded, because there is none."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(folder / "data")}
    import dlt  # noqa: PLC0415 - it reads its settings when it is imported
    from dlt.sources.rest_api import rest_api_source  # noqa: PLC0415

    incremental = {"start_param": "from", "cursor_path": "updated_at", "initial_value": ""}
    contacts = {
        "name": "contacts",
        "max_table_nesting": 0,
        "endpoint": {"path": "contacts", "data_selector": "result", "incremental": incremental},
    }
    config = {
        "client": {
            "base_url": f"{address}/v2/",
            "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "after"},
        },
        "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
        "resources": [contacts],
    }
    target = dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.db'}")
    pipeline = dlt.pipeline(
        "contacts", destination=target, dataset_name="main", pipelines_dir=str(folder / "pipelines")
    )
    for _ in range(cycles or 1):
        begun = time.process_time()
        pipeline.run(rest_api_source(config))
        if cycles:
            print(f"cycle {time.process_time() - begun}")


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], Path(sys.argv[2]), int((sys.argv[3:] or ["0"])[0]))
