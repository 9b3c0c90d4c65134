"""The parts of the daemon, put together: lanes on a timetable, requests and reloads between them, health to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable

from connector.daemon.allowed import streams
from connector.daemon.clock import ClockWatch
from connector.daemon.current import Current
from connector.daemon.lanes import Lane, lanes
from connector.daemon.process import give_back
from connector.daemon.running import Runner
from connector.daemon.timetable import Timetable
from connector.errors import ConfigError, LeadloopError, LockedError, StateError
from connector.insight import metrics
from connector.logs import Log, place_of
from connector.loop.context import Loop, World
from connector.loop.in_force import take_up
from connector.loop.requests import carry_out
from connector.server import Counts, Health, HealthServer, application
from connector.server.readiness import readiness
from connector.state.set_back import AHEAD, set_right
from connector.state.store import Store, told

ASKED_EVERY_S = 1.0
"""How often requests of verbs are looked for."""
GIVEN_BACK_EVERY_S = 20.0
"""How often freed memory is given back: a first read of everything uses twice what the months after it need."""

log = Log()


class Daemon:
    """Everything that runs beside the main thread, which ticks it."""

    def __init__(
        self,
        current: Current,
        world: World,
        store: Store,
        fatal: Callable[[LeadloopError], None],
        reload: Callable[[], Loop],
    ) -> None:
        self._current = current
        self._world = world
        self._store = store
        self._fatal = fatal
        self._reload = reload
        self._reload_asked = threading.Event()
        self._clock = ClockWatch(world.now, world.monotonic)
        self._gave_back_at = world.monotonic()
        self.health = Health(world.now, world.monotonic)
        self.counts = Counts(lambda: metrics(store.read(), world.now()))
        self._runner = Runner(current, self.health, self.counts, fatal)
        self._timetable = Timetable(self._runner.run, self._skipped)

    def start(self, server: HealthServer) -> None:
        """Serve health and keep time."""
        host = self._current.loop.config.server.host_and_port[0]
        server.start(application(self.health, lambda: readiness(self.health, self._store.read()), self.counts, host))
        self._follow(self._current.loop)
        self._timetable.every(ASKED_EVERY_S, self._attend, "requests")
        self._timetable.start()
        log.info("started", listen=server.address)

    def reload_soon(self) -> None:
        """Read the configuration again, between two looks for requests."""
        self._reload_asked.set()

    def tick(self) -> None:
        """Called about every second: the clock, runs that hang, freed memory."""
        jump_s = self._clock.jump_s()
        if jump_s:
            log.info("clock jumped", seconds=round(jump_s, 1))
            self.counts.clock_jumps.inc()
            self._timetable.clock_moved(jump_s, self._world.now())
            if jump_s < -AHEAD.total_seconds():
                with self._store.write(step=True) as tx:
                    set_right(tx, self._world.now())
        for run in self.health.look():
            log.error("run hangs", step=run.step, connection=run.connection, limit_s=run.limit_s)
        if self._world.monotonic() - self._gave_back_at >= GIVEN_BACK_EVERY_S:
            give_back()
            self._gave_back_at = self._world.monotonic()

    def stop(self) -> None:
        """Begin no new work; clients that sleep wake up and give up."""
        self._world.stop.set()
        self._timetable.stop()

    def is_idle(self, wait_s: float) -> bool:
        """Has what was under way ended, after waiting so long at most?"""
        return self._timetable.is_idle(wait_s)

    def _attend(self) -> None:
        """Carry out what verbs asked for, and reload when told to."""
        self.health.beat()
        try:
            if self._reload_asked.is_set():
                self._reload_asked.clear()
                self._take_up()
            with self._current.borrow() as loop, told(loop.store.path):
                self.counts.requests.inc(0 if loop.stopping() else carry_out(loop))
        except (StateError, LockedError) as error:
            self._fatal(error)
        except Exception as error:  # noqa: BLE001 - one request that fails must not end those to come
            log.error("request failed", error=type(error).__name__, place=place_of(error))

    def _take_up(self) -> None:
        before = self._current.loop.config.server.listen
        try:
            loop = self._reload()
        except ConfigError as error:
            self.counts.reload_failures.inc()
            for problem in error.problems:
                log.error("configuration wrong", problem=str(problem))
            log.error("reload failed; the old configuration stays", text=error.message, hint=error.hint)
            return
        self._follow(loop)
        self.counts.reloads.inc()
        log.info("reloaded")
        if loop.config.server.listen != before:
            log.warning("server.listen takes effect at the next start", listen=before)

    def _follow(self, loop: Loop) -> None:
        """Run the lanes of this configuration and hold its streams to their schedules."""
        with self._store.write(step=True) as tx:
            take_up(tx, loop)
        zone, found = loop.config.time_zone, lanes(loop)
        self._timetable.set(found, zone)
        self.health.streams = streams(found, zone, self._world.now())
        for connection in self.health.refused():
            self.health.accept(connection)

    def _skipped(self, lane: Lane) -> None:
        """The run before is still under way: a slow platform, or an interval too short."""
        self.counts.skipped.labels(step=lane.step, connection=lane.connection).inc()
        log.warning("run skipped", step=lane.step, connection=lane.connection, hint="the one before is under way")
