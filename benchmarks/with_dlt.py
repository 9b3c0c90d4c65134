"""The peer with a framework: dlt's `rest_api` source into SQLite, merged on id, incremental on `updated_at`.

`python with_dlt.py ADDRESS FOLDER`, with an interpreter that has `dlt[sqlalchemy]`; the second run of a folder is
incremental by dlt's own state.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(address: str, folder: Path) -> None:
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
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{address}/v2/",
                "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "after"},
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [contacts],
        }
    )
    target = dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.db'}")
    pipeline = dlt.pipeline(
        "contacts", destination=target, dataset_name="main", pipelines_dir=str(folder / "pipelines")
    )
    pipeline.run(source)


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], Path(sys.argv[2]))
