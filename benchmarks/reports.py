"""What a report of time costs, by the number of entries that it adds up."""

import time
import tracemalloc

from benchmarks.cost import cost_of_sending
from benchmarks.large_accounts import logged
from benchmarks.operations import Operation, remembered
from benchmarks.table import Table
from tests.support.api import make_table

SIZES = (10_000, 100_000)
REPORT = Operation("time by people", "GET", "/v2/reports/time/team?from=20260101&to=20261231")


def measure(endpoint_url: str) -> str:
    """The table of reports at all sizes."""
    table = Table(
        "What a report of a year asks for, by the number of entries",
        "CPU seconds are the function's alone; the engine takes most of the rest. Memory is what it allocates at most.",
        ["entries", "round trips", "read units", "CPU seconds", "seconds on ministack", "MB of memory"],
        [_row(count, endpoint_url) for count in SIZES],
    )
    return str(table)


def _row(count: int, endpoint_url: str) -> list[str]:
    make_table(endpoint_url)
    api = remembered(logged(1, count))
    send = REPORT.prepare(api)
    began, cpu = time.perf_counter(), time.process_time()
    send()
    seconds, own = time.perf_counter() - began, time.process_time() - cpu
    tracemalloc.start()
    send()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    cost = cost_of_sending(REPORT, api)
    figures = f"{own:.1f}", f"{seconds:.1f}", f"{most / 1e6:.0f}"
    return [f"{count:,}", str(cost.round_trips), f"{cost.read_units:g}", *figures]
