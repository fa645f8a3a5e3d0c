"""Files to import: how fast one is read and cut into batches, and that its size does not show in the memory."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.table import Table
from sheaf.domain.identity import AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.job import ImportFields
from sheaf.domain.imports.reader import Reader
from sheaf.domain.values import Id
from sheaf.imports import examining, formats, staging
from sheaf.imports.batch import to_json
from tests.support.sample_files import Stream, large_export
from tools.template import PROJECT

MEGABYTE = 1024 * 1024
GIGABYTE = "BENCH_GIGABYTE"
SIZES = (10, 100)  # MB


@dataclass(frozen=True)
class Reading:
    """What it took to read one file. Seconds of CPU time, megabytes at the peak of the whole process."""

    rows: int
    batches: int
    seconds_examined: float
    seconds_staged: float
    seconds_cut: float
    megabytes: float

    @property
    def rows_per_second(self) -> float:
        """Read, staged and cut."""
        return self.rows / (self.seconds_examined + self.seconds_staged + self.seconds_cut)

    @property
    def examined_share(self) -> float:
        """What it takes to see how the file is to be read, against staging and cutting."""
        return self.seconds_examined / (self.seconds_staged + self.seconds_cut)


def read_one(size: int) -> Reading:
    """Read a detailed export of `size` bytes in a process of its own, so that its peak is that of this file."""
    command = [sys.executable, "-m", "benchmarks.import_files", str(size)]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    return Reading(int(answer[0]), int(answer[1]), *map(float, answer[2:]))


def sizes() -> Sequence[int]:
    """Which files are read, in megabytes."""
    return (*SIZES, 1024) if os.environ.get(GIGABYTE) == "1" else SIZES


def measure(_endpoint_url: str) -> str:
    """The table of files."""
    found = [(size, read_one(size * MEGABYTE)) for size in sizes()]
    rows = [
        [
            f"{size} MB",
            f"{reading.rows:,}",
            f"{reading.batches:,}",
            f"{reading.seconds_examined:.1f}",
            f"{reading.seconds_staged:.1f}",
            f"{reading.seconds_cut:.1f}",
            f"{reading.examined_share:.0%}",
            f"{reading.rows_per_second:,.0f}",
            f"{reading.megabytes:.0f}",
        ]
        for size, reading in found
    ]
    table = Table(
        "Files to import",
        "Harvest's detailed time export, read as a stream: once to see how its cells are to be read, once to be staged"
        " on disk and cut into batches; each in a new process. CPU time without that of making the file."
        f" `{GIGABYTE}=1 make bench` adds a file of 1 GB, and minutes.",
        [
            "file",
            "rows",
            "batches",
            "examined, s",
            "staged, s",
            "cut, s",
            "examined against the rest",
            "rows/s",
            "peak memory, MB",
        ],
        rows,
    )
    return str(table)


def _read(size: int) -> Reading:
    began = time.process_time()
    for _ in large_export(size):
        pass
    made = time.process_time() - began
    began = time.process_time()
    table = formats.read(Stream(large_export(size)))
    kind = columns.kind_of(table.columns)
    reading = examining.reading_of(table, kind, ImportFields())
    examined = time.process_time() - began - made
    began = time.process_time()
    table = formats.read(Stream(large_export(size)))
    with staging.stage(table, Reader(kind, table.columns, reading), lambda _ids: {}) as staged:
        staged_at = time.process_time()
        batches = sum(1 for message in staged.messages(AccountId(1), Id(1)) if to_json(message))
        ended = time.process_time()
        seconds = examined, staged_at - began - made, ended - staged_at
        return Reading(staged.rows_total, batches, *seconds, peak_megabytes())


def peak_megabytes() -> float:
    """The most memory that this process ever had (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    reading = _read(int(sys.argv[1]))
    print(*astuple(reading))
