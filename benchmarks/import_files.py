"""Files to import: how fast one is read and cut into batches, and that its size does not show in the memory."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.table import Table
from sheaf.domain.identity import AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.reader import Reader
from sheaf.domain.values import Id
from sheaf.imports import formats, staging
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
    seconds_staged: float
    seconds_cut: float
    megabytes: float

    @property
    def rows_per_second(self) -> float:
        """Read, staged and cut."""
        return self.rows / (self.seconds_staged + self.seconds_cut)


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
            f"{reading.seconds_staged:.1f}",
            f"{reading.seconds_cut:.1f}",
            f"{reading.rows_per_second:,.0f}",
            f"{reading.megabytes:.0f}",
        ]
        for size, reading in found
    ]
    table = Table(
        "Files to import",
        "Harvest's detailed time export, read as a stream, staged on disk and cut into batches, each in a new process."
        " CPU time, that of making the file included."
        f" `{GIGABYTE}=1 make bench` adds a file of 1 GB, and minutes.",
        ["file", "rows", "batches", "staged, s", "cut, s", "rows/s", "peak memory, MB"],
        rows,
    )
    return str(table)


def _read(size: int) -> Reading:
    began = time.process_time()
    table = formats.read(Stream(large_export(size)))
    kind = columns.kind_of(table.columns)
    with staging.stage(table, Reader(kind, table.columns), lambda _ids: {}) as staged:
        staged_at = time.process_time()
        batches = sum(1 for message in staged.messages(AccountId(1), Id(1)) if to_json(message))
        ended = time.process_time()
        return Reading(staged.rows_total, batches, staged_at - began, ended - staged_at, peak_megabytes())


def peak_megabytes() -> float:
    """The most memory that this process ever had (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    reading = _read(int(sys.argv[1]))
    print(reading.rows, reading.batches, reading.seconds_staged, reading.seconds_cut, reading.megabytes)
