"""The lines of a text file, numbered from 1, one at a time, with the right to put some back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from adapters.csv.contents import Encoding

MAX_CHARS = 131_072
"""A longer line is no record. It is also the longest cell that Python's csv module takes."""


class Line(NamedTuple):
    """`text` is without its line end. A line that is too long is cut, and `is_whole` is false."""

    number: int
    text: str
    is_whole: bool = True


class Lines:
    """Iterates once. Lines that were put back come again, in the order given, before the rest."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        while (line := self.take()) is not None:
            yield line

    def take(self) -> Line | None:
        """The next line; None at the end."""
        if self._back:
            return self._back.popleft()
        text = self._stream.readline(MAX_CHARS + 1)
        if not text:
            return None
        self._number += 1
        if len(text) <= MAX_CHARS or text.endswith(("\n", "\r")):
            return Line(self._number, text.rstrip("\r\n"))
        self._skip_rest()
        return Line(self._number, text[:MAX_CHARS], is_whole=False)

    @property
    def position(self) -> int:
        """The number of the line that comes next."""
        return self._back[0].number if self._back else self._number + 1

    def put_back(self, lines: Sequence[Line]) -> None:
        self._back.extendleft(reversed(lines))

    def skip_to(self, number: int) -> None:
        """Let line `number` be the next one."""
        while (line := self.take()) is not None:
            if line.number >= number:
                self.put_back([line])
                return

    def _skip_rest(self) -> None:
        while (rest := self._stream.readline(MAX_CHARS)) and not rest.endswith(("\n", "\r")):
            continue


@contextmanager
def open_lines(path: Path, encoding: Encoding) -> Iterator[Lines]:
    r"""The file's lines; `\n`, `\r\n` and `\r` all end one."""
    with path.open(encoding=encoding.codec, errors=encoding.errors, newline="") as stream:
        yield Lines(stream)
