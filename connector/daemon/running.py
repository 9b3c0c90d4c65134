"""One run of a lane: its id, its place among the runs, its counts, and a line in the log when something happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from connector.daemon.allowed import standstill_s
from connector.daemon.current import Current
from connector.daemon.lanes import Lane
from connector.daemon.steps import STEPS
from connector.errors import AuthError, LeadloopError, LockedError, StateError
from connector.logs import Log, place_of
from connector.loop.context import Loop
from connector.loop.run import new_run_id
from connector.loop.tally import Tally, outcome
from connector.server import Counts, Health
from connector.server.counts import DID
from connector.state import operation
from connector.state.store import told

HAPPENED = ("saved", "created", "updated", "rejected", "held")
"""Counts that make a run worth a line and a row; a run that found nothing new leaves neither."""
TURN_S = 300.0
"""Reading contact by contact may take hours: after each turn what changed meanwhile is read, and all is scored."""

log = Log()


class Runner:
    """Runs lanes. `fatal` is told of an error after which this process must not go on."""

    def __init__(
        self, current: Current, health: Health, counts: Counts, fatal: Callable[[LeadloopError], None]
    ) -> None:
        self._current = current
        self._health = health
        self._counts = counts
        self._fatal = fatal
        self._outcomes: dict[str, str] = {}

    def run(self, lane: Lane) -> None:
        """One run, or several where one turn is not enough; whatever goes wrong ends here."""
        try:
            with told(self._current.loop.store.path):
                while self._turn(lane):
                    pass
        except (StateError, LockedError) as error:
            self._fatal(error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours in one lane must not stop the others
            place = {"error": type(error).__name__, "place": place_of(error)}
            log.error("run failed", step=lane.step, connection=lane.connection, **place)

    def _turn(self, lane: Lane) -> bool:
        """One run; is there more to read at once?"""
        with self._current.borrow() as loop:
            if loop.stopping():
                return False
            # The schedule has decided that the step is due: `forced` says so to those that ask.
            turn_s = TURN_S if lane.step == "pull" else float("inf")
            own = replace(loop, run=new_run_id(loop), forced=True, turn_s=turn_s, budgets={})
            lines = self._run(lane, own)
            return any(line.goes_on for line in lines)

    def _run(self, lane: Lane, loop: Loop) -> Sequence[Tally]:
        began = loop.world.monotonic()
        with loop.store.write(durable=False, step=True) as tx:
            operation.start_run(tx, loop.run, lane.id, loop.world.now())
        limit_s = standstill_s(lane, loop.config.time_zone, loop.world.now())
        self._health.began(lane.step, lane.connection, limit_s, _requests(loop, lane.connection))
        try:
            lines = STEPS[lane.step](loop, lane.connection)
        finally:
            self._health.ended(lane.step, lane.connection)
        self._keep(lane, loop, lines)
        loop.store.rest()
        self._tell(lane, loop, lines, round(loop.world.monotonic() - began, 3))
        return lines

    def _keep(self, lane: Lane, loop: Loop, lines: Sequence[Tally]) -> None:
        """A row for a run that did something, or that ended otherwise than the one before it."""
        ended = outcome(list(lines))
        is_news = ended != self._outcomes.get(lane.id, "ok") or _did(lines, HAPPENED)
        self._outcomes[lane.id] = ended
        with loop.store.write(durable=False, step=True) as tx:
            if is_news:
                operation.end_run(tx, loop.run, ended, [line.as_json() for line in lines], loop.world.now())
            else:
                operation.forget_run(tx, loop.run)

    def _tell(self, lane: Lane, loop: Loop, lines: Sequence[Tally], duration_s: float) -> None:
        names = {"step": lane.step, "connection": lane.connection}
        own = [line for line in lines if line.step == lane.step]
        did = _did(own, DID)
        self._counts.steps.labels(**names, outcome=outcome(list(lines))).inc()
        self._counts.step_seconds.labels(**names).inc(duration_s)
        for line in lines:
            for name, number in _did([line], DID).items():
                self._counts.records.labels(step=line.step, connection=line.connection, did=name).inc(number)
        if any(line.exit_code == AuthError.exit_code for line in lines):
            self._health.refuse(lane.connection)
        elif did.get("requests"):
            self._health.accept(lane.connection)
        say = log.info if _did(lines, HAPPENED) else log.debug
        scored = _did([line for line in lines if line.step == "score"], ("saved",)).get("saved")
        did |= {"scored": scored} if scored else {}
        say("run ended", run=loop.run, **names, **did, duration_s=duration_s)


def _did(lines: Sequence[Tally], names: Sequence[str]) -> dict[str, int]:
    """What all lines did together, without the zeros."""
    sums = {name: sum(getattr(line, name) for line in lines) for name in names}
    return {name: number for name, number in sums.items() if number}


def _requests(loop: Loop, connection: str) -> Callable[[], int]:
    """What counts this connection's requests."""
    counters = {one.name: one.requests for one in loop.marketing} | {one.name: one.requests for one in loop.crm}
    return counters[connection]
