"""What a page of a list costs in a small account and in a large one."""

from collections.abc import Callable, Sequence

from benchmarks.cost import cost_of_sending
from benchmarks.crowd import FEW, crowded
from benchmarks.meter import Cost
from benchmarks.operations import LATER, Operation, link, remembered
from benchmarks.table import Table
from sheaf.domain.paging import PER_PAGE_LIMIT
from tests.harness import Api, make_table

SIZES = (100, 5_000)

_PAGE = "/v2/tasks?per_page=20"


def lists(count: int) -> Sequence[Operation]:
    """The pages that are compared, in an account with `count` tasks."""
    return (
        Operation("first page", "GET", _PAGE),
        Operation("page in the middle, by cursor", "GET", _from_the_middle(count)),
        Operation(f"`is_active=true`, the {FEW} oldest of all", "GET", f"{_PAGE}&is_active=true"),
        Operation("`is_active=false`, first page", "GET", f"{_PAGE}&is_active=false"),
        Operation(f"`updated_since`, the {FEW} oldest of all", "GET", f"{_PAGE}&updated_since={LATER}"),
    )


def measure(endpoint_url: str) -> str:
    """The table of lists, each at all sizes."""
    measured = [costs(count, endpoint_url) for count in SIZES]
    rows = [[name, *(figure for costs in measured for figure in _figures(costs[name]))] for name in measured[0]]
    table = Table(
        "What a page of 20 asks of DynamoDB, by the size of the account",
        f"All tasks but the {FEW} oldest are archived.",
        ["page", *(f"{count:,} tasks: {figure}" for count in SIZES for figure in ("round trips", "read units"))],
        rows,
    )
    return str(table)


def costs(count: int, endpoint_url: str) -> dict[str, Cost]:
    """What each page costs in an account with `count` tasks."""
    make_table(endpoint_url)
    api = remembered(crowded(1, count, active=FEW))
    return {one.name: cost_of_sending(one, api) for one in lists(count)}


def _from_the_middle(count: int) -> Callable[[Api], str]:
    """A cursor is bound to its list and filter, not to the length of the page that it came with."""
    half = min(count // 2, PER_PAGE_LIMIT)
    follow = link("next", f"/v2/tasks?per_page={half}")
    return lambda api: follow(api).replace(f"per_page={half}", "per_page=20")


def _figures(cost: Cost) -> list[str]:
    return [str(cost.round_trips), f"{cost.read_units:g}"]
