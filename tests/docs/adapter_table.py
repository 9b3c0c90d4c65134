"""The table of adapters in README.md, written from what the adapters declare: an ability is stated once."""

from pathlib import Path

from connector.adapter import Capabilities, Spec
from connector.adapter.registry import GROUPS, installed, spec_of

README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- adapters:start -->\n", "<!-- adapters:end -->"

HEAD = (
    "| Adapter | Side | Finds changes by | Activities | Removals | Writes | In one batch | A lost answer |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)


def adapter_table() -> str:
    """One row per installed adapter and side, sorted by side and name."""
    rows = [_row(name, side, spec_of(side, name)) for side in GROUPS for name in installed(side)]
    return "\n".join([*HEAD, *rows]) + "\n"


def between_markers(page: str) -> str:
    """The table as the page has it now."""
    return page.partition(START)[2].partition(END)[0]


def _row(name: str, side: str, spec: Spec) -> str:
    can = spec.capabilities
    cells = (
        f"[{spec.title}](docs/adapters/{name}.md)",
        side,
        {"modified": "time of change", "conversion": "last conversion", "full": "reading all"}[can.changes],
        can.activities.replace("_", " ") if side == "marketing" else "",
        "noticed at the next write" if side == "crm" and can.removals == "none" and spec.network else can.removals,
        ", ".join(can.writes) or "nothing",
        _batch(can) if can.writes else "",
        ("is read back, never a duplicate" if can.exactly_once else "may leave a duplicate") if can.writes else "",
    )
    return f"| {' | '.join(cells)} |"


def _batch(can: Capabilities) -> str:
    """Writes in one call of the platform; an adapter may be handed more, one call each."""
    return f"{1 if can.partial == 'single' else can.batch:,}"


def main() -> None:
    """Write the table into README.md (`make docs`)."""
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    README.write_text(before + START + adapter_table() + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
