"""Round trips and capacity units of every operation, counted exactly."""

from benchmarks.meter import Cost, metered
from benchmarks.operations import FIRST_PROJECT, OPERATIONS, Operation, populated, remembered
from benchmarks.table import Table
from tests.support.api import Api, make_table, make_token


def measure(endpoint_url: str) -> str:
    """The table of all operations."""
    rows = [_row(operation.name, cost_of(operation, endpoint_url)) for operation in OPERATIONS]
    first = first_cost_of(OPERATIONS[0], endpoint_url)
    table = Table(
        "What an operation asks of DynamoDB",
        "Request units by DynamoDB's published rules, all reads strongly consistent. The caller is remembered for a"
        " minute by each execution environment; the last line is the first line's request from a caller who is not.",
        ["operation", "round trips", "read units", "write units"],
        [*rows, _row(f"{OPERATIONS[0].name}, caller not remembered", first)],
    )
    return str(table)


def cost_of(operation: Operation, endpoint_url: str) -> Cost:
    """What an operation costs in a fresh table, by a caller who is remembered."""
    make_table(endpoint_url)
    return cost_of_sending(operation, remembered(populated(), assigned_to=FIRST_PROJECT))


def first_cost_of(operation: Operation, endpoint_url: str) -> Cost:
    """What an operation costs in a fresh table, by a caller who is seen for the first time."""
    make_table(endpoint_url)
    return cost_of_sending(operation, Api(make_token(populated())))


def cost_of_sending(operation: Operation, api: Api) -> Cost:
    """What an operation costs that is sent now."""
    send = operation.prepare(api)
    with metered() as cost:
        send()
    return cost


def _row(name: str, cost: Cost) -> list[str]:
    return [name, str(cost.round_trips), f"{cost.read_units:g}", f"{cost.write_units:g}"]
