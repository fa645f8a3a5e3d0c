"""The one client of an execution environment."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from urllib3 import HTTPResponse

from sheaf import settings
from sheaf.aws import dynamodb
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.store import keys, reads, sequence
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import commit
from sheaf.store.writes import put_new
from tests.store.faults import BEFORE_SEND, hooked
from tests.support.table import rows

ACCOUNT = AccountId(1)
TRIES = 4
CALLS: dict[str, Callable[[], object]] = {
    "GetItem": lambda: reads.item(keys.account(ACCOUNT)),
    "BatchGetItem": lambda: reads.items([keys.account(ACCOUNT)]),
    "Query": lambda: list(reads.items_in(KeyRange(keys.records(ACCOUNT, "TASK"), "0", "9"))),
    "UpdateItem": lambda: sequence.next_id(ACCOUNT, "TASK"),
    "PutItem": lambda: commit([put_new({**keys.account(ACCOUNT)}, ValueError())]),
    "TransactWriteItems": lambda: commit(
        [put_new({**keys.account(AccountId(number))}, ValueError()) for number in (1, 2)]
    ),
}


@contextmanager
def _every_answer_is(status: int, code: str) -> Iterator[list[str]]:
    """Answer over the wire as DynamoDB does; yields one operation for each request that was sent."""
    sent: list[str] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        sent.append(request.headers["X-Amz-Target"].decode().partition(".")[2])
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": f"{code} in table sheaf-prod"}
        return AWSResponse(
            request.url, status, HTTPHeaders(), HTTPResponse(BytesIO(json.dumps(body).encode()), preload_content=False)
        )

    with hooked(BEFORE_SEND, answer):
        yield sent


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"]
)
def test_a_throttled_call_is_tried_again_a_few_times_and_then_the_table_is_busy(
    table: str, pauses: list[float], operation: str, code: str
) -> None:
    with _every_answer_is(400, code) as sent, pytest.raises(BusyError) as busy:
        CALLS[operation]()
    assert sent == [operation] * TRIES
    assert str(busy.value) == "The table is busy; nothing was changed, please try again"
    assert rows() == {}


def test_a_fault_of_dynamodb_is_tried_again_a_few_times(table: str, pauses: list[float]) -> None:
    with _every_answer_is(500, "InternalServerError") as sent, pytest.raises(ClientError):
        CALLS["GetItem"]()
    assert sent == ["GetItem"] * TRIES


def test_a_refusal_is_not_tried_again(table: str, pauses: list[float]) -> None:
    with _every_answer_is(400, "AccessDeniedException") as sent, pytest.raises(ClientError):
        CALLS["GetItem"]()
    assert (sent, pauses) == (["GetItem"], [])


def test_there_is_one_client_and_it_reads_plain_json(table: str) -> None:
    assert dynamodb.dynamodb() is dynamodb.dynamodb()
    item = {**keys.account(ACCOUNT), "n": {"N": "1.50"}, "l": {"L": [{"NULL": True}, {"S": "é😀"}]}}
    dynamodb.dynamodb().put_item(TableName=settings.table_name(), Item=item)
    answer = dynamodb.dynamodb().get_item(TableName=settings.table_name(), Key=keys.account(ACCOUNT))
    assert answer["Item"] == {**item, "n": answer["Item"]["n"]}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
