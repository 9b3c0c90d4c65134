"""The property: whatever happens to some lines, every other record of the file is delivered, as it was."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.csv.connections import gather, marketing, put

WIDTH = 5
COLUMNS = ["id", *(f"c{n}" for n in range(1, WIDTH))]
CELLS = st.text(alphabet="ab é1;\"\n'=", max_size=6)
ENDS = st.sampled_from(["\n", "\r\n"])
DAMAGE = st.sampled_from(["none", "open", "cut", "more", "fewer", "nul", "bytes", "wrap", "stray"])


def line_of(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)  # with another one, Python leaves some line ends unquoted
    return out.getvalue().removesuffix("\r\n")


def damaged(number: str, kind: str) -> bytes:
    """A broken record on one line."""
    cells = [number, "a", "b", "c", "d"]
    text = ",".join(cells)
    return {
        "open": f'{number},"a,b,c,d'.encode(),
        "cut": text[:-4].encode(),
        "more": f"{text},e".encode(),
        "fewer": ",".join(cells[:-1]).encode(),
        "nul": f"{text}\x00".encode(),
        "bytes": text.encode() + b"\xff",
        "stray": f'{number},"a"x,b,c,d'.encode(),
    }[kind]


ROWS = st.lists(st.tuples(st.lists(CELLS, min_size=WIDTH - 1, max_size=WIDTH - 1), DAMAGE), max_size=12)


@settings(max_examples=300)
@given(rows=ROWS, end=ENDS)
def test_every_line_that_nobody_damaged_is_delivered(rows: list[tuple[list[str], str]], end: str) -> None:
    written, expected, broken = [",".join(COLUMNS).encode(), "0,ééé,ééé,ééé,ééé".encode()], ["0"], 0
    cells_by_id = {"0": ["ééé"] * 4}
    for number, (cells, kind) in enumerate(rows, start=1):
        line = line_of([str(number), *cells])
        if kind in ("none", "wrap"):
            written.append((line if kind == "none" else line_of([line])).encode())
            expected.append(str(number))
            cells_by_id[str(number)] = cells
        else:
            written.append(damaged(str(number), kind))
            broken += 1
    with TemporaryDirectory() as folder:
        put(Path(folder), end.encode().join(written))
        read = gather(marketing(Path(folder)).changes(None))
    assert [record["id"] for record in read.records] == expected
    assert [list(record.values())[1:] for record in read.records] == [cells_by_id[number] for number in expected]
    assert len(read.bad) == broken
