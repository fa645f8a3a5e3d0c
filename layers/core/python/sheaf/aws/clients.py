"""aws: the clients of S3, SQS, EventBridge and KMS, each made at its first use and kept, and the settings of all.

DynamoDB's client is in `dynamodb`, which reads answers in its own way.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from boto3.session import Session
from botocore.config import Config

from sheaf import settings

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


@cache
def s3() -> "S3Client":
    """The S3 client. With a local engine the bucket is part of the path, because its host name resolves nowhere."""
    style: Literal["path", "virtual"] = "path" if settings.has_local_engine() else "virtual"
    config = configuration(read_timeout=30, signature_version="s3v4", s3={"addressing_style": style})
    return _session().client("s3", config=config)


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return _session().client("sqs", config=configuration(read_timeout=10))


@cache
def events() -> "EventBridgeClient":
    """The EventBridge client."""
    return _session().client("events", config=configuration(read_timeout=10))


@cache
def kms() -> "KMSClient":
    """The KMS client."""
    return _session().client("kms", config=configuration(read_timeout=10))


def configuration(*, read_timeout: int, **options: Any) -> Config:
    """What the clients of all services have in common, `options` of one added; `read_timeout` is in seconds.

    AWS_ENDPOINT_URL, where set, points a client to a local engine; botocore reads it itself. The user agent is given,
    because botocore would compose its long one twice for each call.
    """
    return Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 4},
        parameter_validation=False,
        user_agent="sheaf",
        **options,
    )


@cache
def _session() -> Session:
    return Session()
