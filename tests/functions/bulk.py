"""What tests of many changes at once send and expect."""

from collections.abc import Sequence
from typing import Any

from tests.functions.examples import Whole, expected
from tests.support.api import Answer, Api

NO_LIST = "operations must be a list of objects, each with an action"
TWICE = "operations[1] repeats or contradicts operations[0]; send one of the two"


def results(*found: dict[str, Any]) -> Whole:
    """The answer with what came of each change."""
    return expected(200, {"results": list(found)})


def refused(status: int, message: str) -> dict[str, Any]:
    """What came of one that is refused."""
    return {"status": status, "message": message}


def send(
    api: Api, address: str, operations: Sequence[dict[str, Any]], *, atomic: bool = False, key: str = ""
) -> Answer:
    """Ask for changes, with a key where one is given."""
    headers = {"idempotency-key": key} if key else {}
    return api.post(address, {"operations": list(operations), "atomic": atomic}, **headers)


def statuses(answer: Answer) -> list[int]:
    """What came of each change, in a number."""
    return [result["status"] for result in answer.body["results"]]
