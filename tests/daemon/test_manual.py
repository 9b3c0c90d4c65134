"""The page of operations names every metric, and every line that a person should act on."""

import re
from pathlib import Path

from connector.server import Counts

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SOURCES = [*ROOT.glob("connector/daemon/*.py"), *ROOT.glob("connector/server/*.py"), ROOT / "connector/loop/guarded.py"]


def test_every_metric_is_on_the_page() -> None:
    gauges = re.findall(r'"(leadloop_[a-z_]+)"', (ROOT / "connector/insight/metrics.py").read_text(encoding="utf-8"))
    counters = [f"{metric.name}_total" for metric in Counts(list).registry.collect() if metric.type == "counter"]
    ours = [name for name in counters if name.startswith("leadloop_")]
    assert gauges
    assert ours
    assert {name for name in [*gauges, *ours] if f"`{name}`" not in PAGE} == set()


def test_every_warning_and_error_is_on_the_page() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    events = {event for text in texts for event in re.findall(r'log\.(?:warning|error)\(\s*"([^"]+)"', text)}
    told = {event for event in events if f"`{event}`" in PAGE}
    assert events - told == {
        "health not readable", "health served to other machines", "server.listen takes effect at the next start",
        "stopped at once", "stopping",
    }  # fmt: skip
