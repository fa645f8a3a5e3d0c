"""What a page of a list costs in a small account and in a large one."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.cost import cost_of_sending
from benchmarks.large_accounts import FEW, assigned, large_account
from benchmarks.meter import Cost
from benchmarks.operations import LATER, Operation, link, remembered
from benchmarks.table import Table
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import PER_PAGE_LIMIT
from tests.support.api import Api, make_table

SIZES = (100, 5_000)
ASSIGNMENTS = (1_000, 100_000)

_PAGE = "/v2/tasks?per_page=20"
_ASSIGNMENTS = "/v2/task_assignments?per_page=20"


def lists(count: int) -> Sequence[Operation]:
    """The pages that are compared, in an account with `count` tasks."""
    return (
        Operation("first page", "GET", _PAGE),
        Operation("page in the middle, by cursor", "GET", _from_the_middle(count)),
        Operation(f"`is_active=true`, the {FEW} oldest of all", "GET", f"{_PAGE}&is_active=true"),
        Operation("`is_active=false`, first page", "GET", f"{_PAGE}&is_active=false"),
        Operation(f"`updated_since`, the {FEW} oldest of all", "GET", f"{_PAGE}&updated_since={LATER}"),
    )


def assignment_lists(count: int) -> Sequence[Operation]:
    """The pages of the account's list of task assignments, in an account with `count` of them."""
    return (
        Operation("first page", "GET", _ASSIGNMENTS),
        Operation("page in the middle, by cursor", "GET", _from_the_middle(count, "/v2/task_assignments")),
        Operation(f"`is_active=true`, the {FEW} oldest of all", "GET", f"{_ASSIGNMENTS}&is_active=true"),
    )


def measure(endpoint_url: str) -> str:
    """The tables of lists, each at all sizes."""
    of_tasks = _table(
        "What a page of 20 tasks asks of DynamoDB, by the size of the account",
        f"All tasks but the {FEW} oldest are archived.",
        {f"{count:,} tasks": costs(count, endpoint_url) for count in SIZES},
    )
    of_assignments = _table(
        "What a page of 20 task assignments of the account asks of DynamoDB, by the size of the account",
        f"All assignments but the {FEW} oldest are archived.",
        {f"{count:,} assignments": assignment_costs(count, endpoint_url) for count in ASSIGNMENTS},
    )
    return f"{of_tasks}\n{of_assignments}"


def costs(count: int, endpoint_url: str) -> dict[str, Cost]:
    """What each page of tasks costs in an account with `count` tasks."""
    make_table(endpoint_url)
    api = remembered(large_account(1, count, active=FEW))
    return {operation.name: cost_of_sending(operation, api) for operation in lists(count)}


def assignment_costs(count: int, endpoint_url: str) -> dict[str, Cost]:
    """What each page of task assignments costs in an account with `count` of them."""
    make_table(endpoint_url)
    api = remembered(assigned(AccountId(1), count))
    return {operation.name: cost_of_sending(operation, api) for operation in assignment_lists(count)}


def _table(title: str, explanation: str, measured: Mapping[str, Mapping[str, Cost]]) -> str:
    pages = next(iter(measured.values()))
    rows = [[name, *(figure for costs in measured.values() for figure in _figures(costs[name]))] for name in pages]
    columns = [f"{size}: {figure}" for size in measured for figure in ("round trips", "read units")]
    return str(Table(title, explanation, ["page", *columns], rows))


def _from_the_middle(count: int, path: str = "/v2/tasks") -> Callable[[Api], str]:
    """A cursor is bound to its list and filter, not to the length of the page that it came with."""
    half = min(count // 2, PER_PAGE_LIMIT)
    follow = link("next", f"{path}?per_page={half}")
    return lambda api: follow(api).replace(f"per_page={half}", "per_page=20")


def _figures(cost: Cost) -> list[str]:
    return [str(cost.round_trips), f"{cost.read_units:g}"]
