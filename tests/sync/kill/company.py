"""The company whose runs are killed: some 25 people, and a second day on which everything happens."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.sync.world import FACTOR, Company

ROOT = Path(__file__).parents[3]
PEOPLE = [f"n{number:02}" for number in range(22)]
FORMS = ("ebook-a", "ebook-b", "ebook-c", "fair-spring", "demo-request", "point-x")
TITLES = ("CEO", "CEO", "Manager", "Analyst")


class Runner:
    """The process that runs and dies; see `runner`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.kill.runner"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
        )  # fmt: skip

    def run(self, company: Company, *, kill_at: int | None = None) -> dict[str, Any]:
        """One pass over a company whose own process is closed; killed at that moment, if any."""
        company.close()
        order = {
            "config": str(company.config_path()), "now": company.clock.now().isoformat(), "kill_at": kill_at,
            "factor": FACTOR, "seed": f"{company.clock.now()} {kill_at}",
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        company.later(minutes=1)
        return answer

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(timeout=10)


def first_day(company: Company) -> None:
    """Everybody fills in what they fill in; nothing was ever read."""
    chance = random.Random(7)  # noqa: S311 - a history that repeats
    for name in PEOPLE:
        forms = chance.sample(FORMS, k=chance.randrange(4))
        company.convert(name, *forms, days_ago=chance.randrange(1, 5), title=chance.choice(TITLES))
    company.sf.create("Lead", {"LastName": "Known", "Company": "X", "Email": "n03@company.example"})


def second_day(company: Company) -> None:
    """Sales decide in every way, people come, go, merge, opt out and come back, and the daily walk is due."""
    first_day(company)
    company.run()
    company.later(minutes=15)
    company.run()
    for number, lead in enumerate(list(company.sf.live("Lead"))):
        _decide(company, str(lead["Id"]), number % 6)
    company.later(hours=23)
    for name in ("n01", "n05", "n09", "new1", "new2", "new3"):
        company.convert(name, "ebook-a", "ebook-c")
    company.convert("n11", "demo-request")
    company.rd.opt_out(company.convert("n09"))
    company.rd.delete(company.convert("n13"))
    company.rd.merge(company.convert("n15"), company.convert("n16"))
    company.rd.edit(company.convert("n17"), job_title="CEO")


def _decide(company: Company, lead: str, how: int) -> None:
    if how == 0:
        company.sf.set_status(lead, "Working")
    elif how == 1:
        company.sf.set_status(lead, "Unqualified", reason="No budget")
    elif how == 2:
        company.sf.convert(lead)
    elif how == 3:
        _, deal = company.sf.convert(lead)
        company.sf.close(str(deal), won=True, amount=900)
    elif how == 4:
        company.sf.set_status(lead, "Nurturing")


def settle(company: Company) -> None:
    """Run until nothing is under way. A day passes, because an event that nobody can confirm is asked after so long."""
    for wait in ({"minutes": 15}, {"minutes": 15}, {"hours": 25}, {"minutes": 15}):
        company.run()
        company.later(**wait)
    company.run()


HISTORIES = {"the first day": first_day, "the second day": second_day}
