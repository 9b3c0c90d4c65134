"""When each lane runs next, kept by APScheduler: in memory only, late runs made up for once, none beside itself."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from connector.daemon.lanes import Lane
from connector.daemon.triggers import Every, trigger_for

MOST_THREADS = 128
"""Never met: a lane uses one thread at most, and threads are made only when a lane needs one."""


class Timetable:
    """Runs `work` for each lane at its times; `skipped` is told of a run that did not begin for the one before."""

    def __init__(self, work: Callable[[Lane], None], skipped: Callable[[Lane], None]) -> None:
        self._work = work
        self._skipped = skipped
        self._lanes: dict[str, tuple[Lane, str]] = {}
        self._under_way = 0
        self._idle = threading.Condition()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(MOST_THREADS)},
            # Its own grace of one second would drop whatever a busy moment delays.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # It warns of every skipped run by itself: we count them.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._scheduler.add_listener(self._tell_skipped, EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Keep time from now on."""
        self._scheduler.start()

    def every(self, seconds: float, work: Callable[[], None], name: str) -> None:
        """Run something that is no lane every so often."""
        self._scheduler.add_job(self._counted, Every(seconds), args=[work], id=name, replace_existing=True)

    def set(self, lanes: Sequence[Lane], zone: str) -> None:
        """These lanes and no others. A lane whose schedule is the same keeps its next time."""
        wanted = {lane.id: (lane, zone) for lane in lanes}
        for name in self._lanes.keys() - wanted.keys():
            self._scheduler.remove_job(name)
        for name, (lane, _) in wanted.items():
            before = self._lanes.get(name)
            if before is None or (before[0].when, before[1]) != (lane.when, zone):
                trigger = trigger_for(lane.when, zone)
                self._scheduler.add_job(self._run, trigger, args=[name], id=name, replace_existing=True)
        self._lanes = wanted

    def clock_moved(self, jump_s: float, now: datetime) -> None:
        """The wall clock was set, by so many seconds: due times that it left too far ahead move with it.

        Forward needs nothing: whatever became due runs once.
        """
        for job in self._scheduler.get_jobs() if jump_s < 0 else ():
            if job.next_run_time is not None:
                with contextlib.suppress(JobLookupError):  # a reload has just taken it away
                    job.modify(next_run_time=job.trigger.moved(job.next_run_time, jump_s, now))
        self._scheduler.wakeup()

    def stop(self) -> None:
        """Begin nothing more; what is under way goes on."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def is_idle(self, wait_s: float) -> bool:
        """Has everything under way ended, after waiting for it so long at most?"""
        with self._idle:
            return self._idle.wait_for(lambda: not self._under_way, wait_s)

    def _run(self, name: str) -> None:
        found = self._lanes.get(name)
        if found is not None:
            self._counted(lambda: self._work(found[0]))

    def _counted(self, work: Callable[[], None]) -> None:
        with self._idle:
            self._under_way += 1
        try:
            work()
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _tell_skipped(self, event: JobSubmissionEvent) -> None:
        found = self._lanes.get(event.job_id)
        if found is not None:
            self._skipped(found[0])
