"""What people look at: reports, one lead explained, how the loop is doing. Reads the store, writes nothing."""

from connector.insight.explain import Examined, explain
from connector.insight.find import find_person, one_person
from connector.insight.funnel import funnel
from connector.insight.metrics import metrics
from connector.insight.reasons import reasons
from connector.insight.sources import sources
from connector.insight.status import Connected, exit_code, status

__all__ = [
    "Connected",
    "Examined",
    "exit_code",
    "explain",
    "find_person",
    "funnel",
    "metrics",
    "one_person",
    "reasons",
    "sources",
    "status",
]
