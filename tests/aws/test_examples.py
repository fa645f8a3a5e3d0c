"""Every operation answers a successful example on moto as it does on ministack, and a file is imported there."""

import csv
import os
from io import StringIO
from types import SimpleNamespace

import pytest

from sheaf.domain.values import Timestamp
from sheaf.store.items import Item
from sheaf.webhooks import addresses
from tests.functions import api_records, examples, v1_examples
from tests.functions.examples import Whole
from tests.functions.test_examples import expected_by
from tests.imports.pipeline import running_pipeline
from tests.support.accounts import demo_account
from tests.support.api import Api, make_account, make_token, only_reads
from tests.support.example_requests import load_event, names_of
from tests.support.table import put_batches
from tools.local import examples as local
from tools.template import routes

SUCCESSFUL = {
    route.operation: next(
        (name for name in names_of(route.operation) if expected_by(route.operation)[name].status < 300), None
    )
    for route in routes()
}
"""The first successful example of each operation."""

ONLY_READING = sorted(
    operation for operation, scenario in SUCCESSFUL.items() if scenario and only_reads(load_event(operation, scenario))
)

WITHOUT = {"delete_client", "stop_time_entry", "undo_import", "unmatched_route"}
"""In the demo account the client has projects, no timer runs, the import awaits its file, and no path is unknown."""


OF_A_SECRET = {"ping_webhook"}
"""The demo account is copied, and what one KMS of moto has encrypted no other one decrypts."""


@pytest.fixture(autouse=True)
def receivers_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks may be sent to this machine, as with a local engine; everything else is as on AWS."""
    monkeypatch.setattr(addresses, "settings", SimpleNamespace(has_local_engine=lambda: True))


@pytest.fixture(scope="session")
def of_demo(endpoint_url: str) -> tuple[Timestamp, list[Item]]:
    """The demo account as the other engine made it, because moto takes ten seconds for it."""
    return demo_account(endpoint_url)


@pytest.fixture
def started(of_demo: tuple[Timestamp, list[Item]], empty_table: str) -> Timestamp:
    """That account is moto's; the value is the second in which its seeding began."""
    began, items = of_demo
    put_batches(items)
    return began


@pytest.mark.parametrize("operation", sorted(SUCCESSFUL.keys() - WITHOUT - OF_A_SECRET - set(ONLY_READING)))
def test_an_operation_gives_the_whole_answer_that_is_expected(operation: str, started: Timestamp) -> None:
    if "webhook" in operation:
        os.environ |= local.of_webhooks("")
    scenario, answer = _answered(operation, started)
    assert answer == expected_by(operation)[scenario]


def test_operations_that_only_read_give_the_whole_answers_that_are_expected(started: Timestamp) -> None:
    for operation in ONLY_READING:
        scenario, answer = _answered(operation, started)
        assert (operation, answer) == (operation, expected_by(operation)[scenario])


def _answered(operation: str, started: Timestamp) -> tuple[str, Whole]:
    scenario = SUCCESSFUL[operation] or ""
    is_v1 = operation.startswith("v1_") or scenario.startswith("v1_")
    replay = v1_examples.replay if is_v1 else examples.replay
    return scenario, replay(operation, scenario, started)


def test_operations_without_a_successful_example_are_known() -> None:
    assert {operation for operation, scenario in SUCCESSFUL.items() if scenario is None} == WITHOUT


@pytest.mark.usefixtures("empty_table")
def test_a_client_without_projects_is_deleted() -> None:
    api = Api(make_token(make_account()))
    client = api_records.client(api, name="123 Industries")
    assert api.delete(f"/v2/clients/{client['id']}").body == client
    assert api.get("/v2/clients").body["clients"] == []


@pytest.mark.usefixtures("bucket", "empty_table")
def test_a_file_is_imported_and_its_failed_rows_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(make_token(make_account()))
    with running_pipeline(monkeypatch) as pipeline:
        pipeline.send("accounts/1/inbox/tasks/tasks.csv", b"name,default_hourly_rate\nDesign,100\nResearch,much\n")
        assert [task["name"] for task in api.get("/v2/tasks").body["tasks"]] == ["Design"]
        assert [row[:2] for row in csv.reader(StringIO(pipeline.report(1)))] == [
            ["Row", "Field"],
            ["2", "default_hourly_rate"],
        ]
