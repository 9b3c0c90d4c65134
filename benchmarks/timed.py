"""Whole processes, as the operating system accounts for them: CPU seconds (user and system) and peak memory."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Figure:
    """What one process took, from its start to its end, and what it printed."""

    cpu_s: float
    peak_mb: float
    said: str = ""


def compile_ours() -> None:
    """Compile our modules, as their installation does; the peers' were when they were installed.

    Without it each start compiles what it imports anew wherever byte code is not written (0.35 s).
    """
    for folder in ("connector", "adapters", "mappings", "benchmarks"):
        compileall.compile_dir(HERE.parent / folder, quiet=1)


def run(*command: str) -> Figure:
    """Run to the end; what it prints is shown only when it fails."""
    environ = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode()}")
    return Figure(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said.decode())


def script(name: str, *arguments: str, python: str = sys.executable) -> Figure:
    """Run a script of this folder."""
    return run(python, str(HERE / name), *arguments)


def typical(figures: Sequence[Figure]) -> Figure:
    """The medians."""
    return Figure(median(one.cpu_s for one in figures), median(one.peak_mb for one in figures))
