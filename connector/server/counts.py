"""Numbers for `/metrics`: what this process did, and how the state stands. Counts and ages only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Number = tuple[str, Mapping[str, str], float]
"""A gauge: its name, its labels, its value; each name always has the same labels."""
DID = ("read", "saved", "unchanged", "rejected", "created", "updated", "held", "requests")
"""What is counted of a run's lines."""


class Counts:
    """This process's counters, in a registry of their own; `of_state` gives the gauges when somebody looks."""

    def __init__(self, of_state: Callable[[], Sequence[Number]]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library forgot its hints
        self.registry = CollectorRegistry()
        self.registry.register(_Gauges(of_state))
        ProcessCollector(registry=self.registry)
        lane = ("step", "connection")
        self.steps = self._counter("steps", "Runs of a step, by how they ended.", *lane, "outcome")
        self.step_seconds = self._counter("step_seconds", "Seconds spent in a step.", *lane)
        self.records = self._counter("records", "What the steps did, in records; and their requests.", *lane, "did")
        self.skipped = self._counter("steps_skipped", "Runs that did not begin: the one before was under way.", *lane)
        self.requests = self._counter("requests_carried_out", "What verbs asked of the running process.")
        self.reloads = self._counter("reloads", "Configurations that took effect while running.")
        self.reload_failures = self._counter("reload_failures", "Reloads that kept the old configuration.")
        self.clock_jumps = self._counter("clock_jumps", "Times the wall clock was set, or the machine slept.")

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"leadloop_{name}", told, labels, registry=self.registry)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(self, of_state: Callable[[], Sequence[Number]]) -> None:
        self._of_state = of_state

    def describe(self) -> list[Any]:
        """Nothing: registering must not read the state."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family per name."""
        families: dict[str, GaugeMetricFamily] = {}
        for name, labels, value in self._of_state():
            told = name.removeprefix("leadloop_").replace("_", " ")
            family = families.setdefault(name, GaugeMetricFamily(name, f"Now: {told}.", labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        yield from families.values()
