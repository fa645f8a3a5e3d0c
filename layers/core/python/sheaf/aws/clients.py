"""aws: the clients of S3, SQS and EventBridge, each made at its first use and kept, and the settings of all clients.

DynamoDB's client is in `dynamodb`, which reads answers in its own way.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

from sheaf import settings


@cache
def s3() -> Any:
    """The S3 client. With a local engine the bucket is part of the path, because its host name resolves nowhere."""
    style = {"addressing_style": "path" if settings.has_local_engine() else "virtual"}
    return new_client(get_session(), "s3", read_timeout=30, signature_version="s3v4", s3=style)


@cache
def sqs() -> Any:
    """The SQS client."""
    return new_client(get_session(), "sqs", read_timeout=10)


@cache
def events() -> Any:
    """The EventBridge client."""
    return new_client(get_session(), "events", read_timeout=10)


def new_client(session: Session, service: str, *, read_timeout: int, **options: Any) -> Any:
    """A client of a service; botocore makes its methods at run time, so it has no static type.

    AWS_ENDPOINT_URL, where set, points it to a local engine; botocore reads it itself. The user agent is given, because
    botocore would compose its long one twice for each call. `read_timeout` is in seconds.
    """
    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 4},
        parameter_validation=False,
        user_agent="sheaf",
        **options,
    )
    return session.create_client(service, config=config)
