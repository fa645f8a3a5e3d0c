"""aws: the one DynamoDB client of an execution environment, made at the first call and kept."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from boto3.session import Session
from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.session import get_session

from sheaf.aws.clients import configuration
from sheaf.domain.errors import BusyError

# Seconds. Two short attempts are better than a long one: API Gateway waits 29 s in all.
READ_TIMEOUT = 5

_REQUEST = "sheaf_request"
_THROTTLED = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"})


@cache
def dynamodb() -> Any:
    """The client, untyped: boto3's stubs describe answers as botocore's own parser reads them.

    A call that is throttled even after botocore's own retries raises BusyError.
    """
    client = new_session().client("dynamodb", config=configuration(read_timeout=READ_TIMEOUT))
    events = client.meta.events
    events.register("provide-client-params.dynamodb", _set_request_aside)
    events.register_first("before-call.dynamodb.*", _write_request)
    events.register("after-call.dynamodb", _refuse_when_throttled)
    return client


def new_session() -> Session:
    """A session whose DynamoDB answers are read by `_PlainParser`."""
    core = get_session()
    core.register_component("response_parser_factory", _PlainParserFactory())
    return Session(botocore_session=core)


def _set_request_aside(params: dict[str, Any], context: dict[str, Any], **_: object) -> dict[str, Any]:
    """Give botocore hardly any parameters: it would walk every attribute along the service model, and once more.

    What `store` passes is DynamoDB's JSON already (no blobs here), with the token that botocore would add. Where it
    looks for the account's own address, it cannot do without the tables of a batch.
    """
    context[_REQUEST] = params
    return {name: {} for name in ("RequestItems",) if name in params}


def _write_request(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    params["body"] = json.dumps(context[_REQUEST]).encode()


def _refuse_when_throttled(parsed: Mapping[str, Any], **_: object) -> None:
    if parsed.get("Error", {}).get("Code") in _THROTTLED:
        raise BusyError("The table is busy; nothing was changed, please try again")


class _PlainParser(JSONParser):
    """Reads a successful DynamoDB answer with `json.loads` alone.

    botocore walks every attribute of every item along the service model, which for a page of 2,000 records takes more
    time than all else together; and DynamoDB's JSON is already in the shape that `store` maps from (no blobs here).
    """

    def parse(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        if response["status_code"] >= 300:
            return dict(super().parse(response, shape))
        parsed: dict[str, Any] = json.loads(response["body"])
        parsed["ResponseMetadata"] = {"HTTPStatusCode": response["status_code"]}
        return parsed


class _PlainParserFactory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _PlainParser() if protocol_name == "json" else super().create_parser(protocol_name)
