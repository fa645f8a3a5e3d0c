"""The strict engine refuses what DynamoDB refuses, and lets everything else through."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks import load
from tests.support.api import make_table
from tools.local import engine
from tools.strict_dynamodb import rules, server
from tools.strict_dynamodb.server import StrictEngine

SCALE = 20.0  # a transaction takes half a second


@pytest.fixture
def table_name(endpoint_url: str) -> str:
    return make_table(endpoint_url)


@pytest.fixture
def strict(endpoint_url: str) -> Iterator[StrictEngine]:
    with server.running(endpoint_url, scale=SCALE) as running:
        yield running


@pytest.fixture
def hurried(endpoint_url: str) -> Iterator[StrictEngine]:
    """One on which calls take no time to speak of, and partitions take a second to fill."""
    with server.running(endpoint_url) as running:
        yield running


def key(name: str, pk: str = "ACCOUNT#1#TASK_GUARD#7") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": name}}


def transaction(client: Any, table: str, *names: str, action: str = "Put", token: str = "") -> None:
    named = "Item" if action == "Put" else "Key"
    more = {"ConditionExpression": "attribute_exists(pk)"} if action == "ConditionCheck" else {}
    client.transact_write_items(
        TransactItems=[{action: {"TableName": table, named: key(name), **more}} for name in names],
        **({"ClientRequestToken": token} if token else {}),
    )


@contextmanager
def under_way(strict: StrictEngine, table: str, *names: str, token: str = "") -> Iterator[None]:
    """A transaction on these items goes on for the length of a `with` block."""
    client = engine.client("dynamodb", strict.endpoint_url)
    thread = threading.Thread(target=transaction, args=(client, table, *names), kwargs={"token": token})
    thread.start()
    while not strict.rules._held:
        time.sleep(0.005)
    yield
    thread.join()


def refusal(call: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call()
    return dict(error.value.response)


@pytest.mark.parametrize("action", ["Put", "Delete", "ConditionCheck"])
def test_a_transaction_that_meets_another_on_an_item_is_cancelled_with_reasons_in_order(
    action: str, strict: StrictEngine, table_name: str
) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    with under_way(strict, table_name, "b", "c"):
        answer = refusal(lambda: transaction(client, table_name, "a", "b", "d", action=action))
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["None", "TransactionConflict", "None"]
    assert strict.rules.refused == {"TransactionConflict TASK_GUARD": 1}
    assert "Item" not in client.get_item(TableName=table_name, Key=key("a"))


def test_transactions_on_other_items_pass_at_the_same_time(strict: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    with under_way(strict, table_name, "a", "b"):
        transaction(client, table_name, "c", "d")
    assert len(client.query(**everything(table_name))["Items"]) == 4
    assert strict.rules.refused == {}


def everything(table: str) -> dict[str, Any]:
    condition = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": key("a")["pk"]}}
    return {"TableName": table, "ConsistentRead": True, **condition}


@pytest.mark.parametrize("call", ["put_item", "update_item", "delete_item"])
def test_a_plain_write_that_meets_a_transaction_is_refused_and_passes_after_it(
    call: str, strict: StrictEngine, table_name: str
) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    given = {"Item": key("a")} if call == "put_item" else {"Key": key("a")}

    def write() -> object:
        return getattr(client, call)(TableName=table_name, **given)

    with under_way(strict, table_name, "a", "b"):
        assert refusal(write)["Error"]["Code"] == "TransactionConflictException"
    write()


def test_a_read_meets_no_transaction_and_sees_the_table_before_it(strict: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    with under_way(strict, table_name, "a", "b"):
        assert client.query(**everything(table_name))["Items"] == []
    assert len(client.query(**everything(table_name))["Items"]) == 2


def test_the_same_transaction_while_it_is_under_way_is_in_progress(strict: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    with under_way(strict, table_name, "a", "b", token="token-1"):
        answer = refusal(lambda: transaction(client, table_name, "a", "b", token="token-1"))
    assert answer["Error"]["Code"] == "TransactionInProgressException"


def test_calls_take_the_time_that_they_take_on_dynamodb(strict: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    for call, (least, _) in (
        (lambda: transaction(client, table_name, "a", "b"), rules.TRANSACTION_SECONDS),
        (lambda: client.put_item(TableName=table_name, Item=key("c")), rules.WRITE_SECONDS),
        (lambda: client.get_item(TableName=table_name, Key=key("c")), rules.READ_SECONDS),
    ):
        begun = time.monotonic()
        call()
        assert time.monotonic() - begun >= least * SCALE


def test_a_partition_takes_a_thousand_write_units_a_second_and_others_go_on(
    strict: StrictEngine, table_name: str
) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)
    for number in range(3):  # of 381 units each: the third takes it below nothing
        client.put_item(TableName=table_name, Item=key(str(number)) | {"blob": {"S": "x" * 390_000}})
    answer = refusal(lambda: client.put_item(TableName=table_name, Item=key("3")))
    assert answer["Error"]["Code"] == "ThrottlingException"
    answer = refusal(lambda: transaction(client, table_name, "4", "5"))
    assert {reason["Code"] for reason in answer["CancellationReasons"]} == {"ThrottlingError"}
    client.put_item(TableName=table_name, Item=key("6", pk="ACCOUNT#1#TASK_GUARD#8"))


def test_a_batch_of_reads_that_is_throttled_gives_its_keys_back(hurried: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", hurried.endpoint_url)
    client.put_item(TableName=table_name, Item=key("a"))
    partition = hurried.rules._partitions[table_name, key("a")["pk"]["S"]]
    partition.reads = -10_000
    wanted = {table_name: {"Keys": [key("a")]}}
    answer = client.batch_get_item(RequestItems=wanted)
    assert answer["UnprocessedKeys"][table_name]["Keys"] == [key("a")]
    assert (
        refusal(lambda: client.get_item(TableName=table_name, Key=key("a")))["Error"]["Code"] == "ThrottlingException"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda client, table: client.put_item(TableName=table, Item=key("a") | {"blob": {"S": "x" * 410_000}}),
        lambda client, table: transaction(client, table, *map(str, range(101))),
        lambda client, table: client.batch_get_item(
            RequestItems={table: {"Keys": [key(str(number)) for number in range(101)]}}
        ),
        lambda client, table: client.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": key(str(number))}} for number in range(26)]}
        ),
    ],
    ids=["an item of 400 KB", "101 in a transaction", "101 read in a batch", "26 written in a batch"],
)
def test_what_is_too_large_is_refused(
    call: Callable[[Any, str], object], hurried: StrictEngine, table_name: str
) -> None:
    client = engine.client("dynamodb", hurried.endpoint_url)
    assert refusal(lambda: call(client, table_name))["Error"]["Code"] == "ValidationException"


def test_a_page_ends_after_a_megabyte_and_the_next_one_goes_on_there(hurried: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", hurried.endpoint_url)
    for number in range(4):
        client.put_item(TableName=table_name, Item=key(str(number)) | {"blob": {"S": "x" * 300_000}})
        hurried.rules._partitions.clear()
    query = {
        "TableName": table_name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": key("")["pk"]},
    }
    first = client.query(**query)
    assert [item["sk"]["S"] for item in first["Items"]] == ["0", "1", "2"]
    second = client.query(**query, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["sk"]["S"] for item in second["Items"]] == ["3"]
    assert "LastEvaluatedKey" not in second


def test_a_batch_of_reads_gives_back_the_keys_of_what_goes_beyond_16_megabytes(
    hurried: StrictEngine, table_name: str
) -> None:
    client = engine.client("dynamodb", hurried.endpoint_url)
    keys = [key("a", pk=f"ACCOUNT#1#TASK_GUARD#{number}") for number in range(44)]
    for item in keys:
        client.put_item(TableName=table_name, Item=item | {"blob": {"S": "x" * 390_000}})
    answer = client.batch_get_item(RequestItems={table_name: {"Keys": keys}})
    found, left = answer["Responses"][table_name], answer["UnprocessedKeys"][table_name]["Keys"]
    assert len(found) == 16 * 1024**2 // 390_050
    assert {str(item["pk"]) for item in (*found, *left)} == {str(item["pk"]) for item in keys}


def test_other_services_pass_through(hurried: StrictEngine) -> None:
    client = engine.client("sqs", hurried.endpoint_url)
    url = client.create_queue(QueueName="through")["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="a")
    assert client.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "a"
    client.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("doing", [load.logging_time, load.creating_tasks])
def test_of_thirty_people_at_once_nobody_is_told_to_try_again(doing: Any, endpoint_url: str) -> None:
    answers, conflicts = load.at_once(endpoint_url, 30, 5.0, doing)
    assert [answer.status for answer in answers] == [201] * 30
    assert conflicts > 0


def test_whoever_writes_one_item_in_every_transaction_is_refused(strict: StrictEngine, table_name: str) -> None:
    client = engine.client("dynamodb", strict.endpoint_url)

    def write(number: int) -> bool:
        try:
            transaction(client, table_name, "common", str(number))
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        passed = list(threads.map(write, range(8)))
    assert 1 <= passed.count(True) < 8
