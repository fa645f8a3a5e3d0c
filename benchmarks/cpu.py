"""Own CPU time of requests: all that is ours, from API Gateway's event to its answer, with no network in between."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

from benchmarks.large_accounts import large_account
from benchmarks.network import recording, replaying
from benchmarks.operations import FIRST_PROJECT, Operation, operation, populated, remembered
from benchmarks.table import Table
from sheaf.domain.paging import PER_PAGE_LIMIT
from tests.support.api import Api, handler_of, make_table, route_of

BATCHES = 7
REQUESTS = 100  # a batch
PAGES = 5  # a batch, of the largest ones

MEASURED = (
    Operation("401 without a token: the entry wrapper, its log line and its metric", "GET", "/v2/nothing", status=401),
    operation("one task"),
    Operation("list of 5", "GET", "/v2/tasks?per_page=5"),
    operation("create"),
    operation("update"),
    operation("delete"),
)


def measure(endpoint_url: str) -> str:
    """The tables of small requests and of the largest page."""
    AUTH_TYPE_MAPS["v4"] = SigV4Auth  # as on Lambda: awscrt, which comes with the development tools, is not there
    return f"{_small(endpoint_url)}\n{_largest(endpoint_url)}"


def _small(endpoint_url: str) -> Table:
    rows = []
    for item in MEASURED:
        make_table(endpoint_url)
        account = populated()
        api = Api() if item.status == 401 else remembered(account, assigned_to=FIRST_PROJECT)
        answers, spent = _replayed(item.prepare(api), _handling(item, api), REQUESTS)
        rows.append([item.name, str(answers), f"{spent:.2f}"])
    return Table(
        "CPU time of a request",
        f"Warm, with recorded answers in place of the network; median of {BATCHES} times {REQUESTS} requests.",
        ["request", "calls of DynamoDB", "CPU, ms"],
        rows,
    )


def _largest(endpoint_url: str) -> Table:
    make_table(endpoint_url)
    api = remembered(large_account(1, PER_PAGE_LIMIT))
    item = Operation("page", "GET", "/v2/tasks")
    with recording() as answers:
        item.prepare(api)()
    [answer] = answers
    _, page = _replayed(item.prepare(api), _handling(item, api), PAGES)
    taking_gzip = replace(api, headers={"accept-encoding": "gzip"})
    _, compressed = _replayed(item.prepare(api), _handling(item, taking_gzip), PAGES)
    size = len(b64decode(_handling(item, taking_gzip)()["body"]))
    read = json.loads(answer.body)
    shown = json.loads(_handling(item, api)()["body"])
    loads = _spent(lambda: json.loads(answer.body), PAGES)
    dumps = _spent(lambda: json.dumps(read), PAGES)
    dumps_shown = _spent(lambda: json.dumps(shown), PAGES)
    rows = [
        ["the page, from event to answer", f"{page:.1f}", ""],
        [f"the same, compressed to {size:,} bytes", f"{compressed:.1f}", f"{page / compressed:.2f}"],
        ["`json.loads` + `json.dumps` of DynamoDB's answer", f"{loads + dumps:.1f}", f"{page / (loads + dumps):.2f}"],
        [
            "`json.loads` of DynamoDB's answer + `json.dumps` of ours",
            f"{loads + dumps_shown:.1f}",
            f"{page / (loads + dumps_shown):.2f}",
        ],
    ]
    return Table(
        f"CPU time of a page of {PER_PAGE_LIMIT:,} tasks",
        f"DynamoDB's answer has {len(answer.body):,} bytes; median of {BATCHES} times {PAGES}.",
        ["work", "CPU, ms", "the page takes so many times that"],
        rows,
    )


def _handling(item: Operation, api: Api) -> Callable[[], dict[str, str]]:
    """The call of the deployed handler with this request, and nothing else."""
    if not isinstance(item.path, str):
        raise TypeError(f"{item.name}: a path that is asked for beforehand cannot be replayed")
    handler = handler_of(route_of(item.method, item.path).operation)
    event = api.event(item.method, item.path, item.body)
    return lambda: handler(event)


def _replayed(send: Callable[[], object], handle: Callable[[], object], times: int) -> tuple[int, float]:
    """How many answers of DynamoDB a request takes, and the CPU time in ms with those answers replayed."""
    with recording() as answers:
        send()
    with replaying(answers or []):
        return len(answers), _spent(handle, times)


def _spent(work: Callable[[], object], times: int) -> float:
    """The CPU time of `work` in ms: the median of batches, after one that does not count."""
    batches = []
    for _ in range(BATCHES + 1):
        started = time.process_time()
        for _ in range(times):
            work()
        batches.append((time.process_time() - started) / times * 1000)
    return median(batches[1:])
