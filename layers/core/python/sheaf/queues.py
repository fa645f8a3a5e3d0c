"""queues: S3, SQS and EventBridge: their clients, and the shapes of what comes from them and goes to them."""

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, Protocol

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from sheaf import settings
from sheaf.domain.bulk_import.job import FileKind, ImportFields, StoredFile
from sheaf.domain.bulk_import.rows import FileError
from sheaf.domain.bulk_import.transfer import clean_file_name
from sheaf.domain.errors import BusyError, MalformedError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, parse_id

RECEIVES = 5  # how often a message is delivered before it goes to the dead letters; the template says the same
SOURCE = "sheaf"  # of the events that tell of the ends of imports

_AT_ONCE = 10  # messages that one call sends
_BYTES_AT_ONCE = 262_144  # of all messages of one call
_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0  # seconds
_DRY_RUN = "dry-run"
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})
_REPLACED = frozenset({"PreconditionFailed", "412"})


class Stream(Protocol):
    """Bytes that are read as they come."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


# ------------------------------------------------------------ clients


@cache
def s3() -> Any:
    """The S3 client. With a local engine buckets stand in the path, because their names lead nowhere there."""
    style = {"addressing_style": "path" if settings.has_local_engine() else "virtual"}
    return _client("s3", read_timeout=30, signature_version="s3v4", s3=style)


@cache
def sqs() -> Any:
    """The SQS client."""
    return _client("sqs", read_timeout=10)


@cache
def events() -> Any:
    """The EventBridge client."""
    return _client("events", read_timeout=10)


def _client(service: str, **more: Any) -> Any:
    config = Config(
        connect_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 4},
        parameter_validation=False,
        user_agent="sheaf",
        **more,
    )
    return get_session().create_client(service, config=config)


# ------------------------------------------------------------ objects


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the bucket, and what its key says of it: `import_id` is None for one that was put into the inbox."""

    file: StoredFile
    account_id: AccountId
    import_id: Id | None
    fields: ImportFields


def upload_key(account_id: AccountId, import_id: Id, file_name: str) -> str:
    """Where the file of an import is put."""
    return f"accounts/{account_id}/imports/{import_id}/{file_name}"


def report_key(account_id: AccountId, import_id: Id) -> str:
    """Where the report of an import lies."""
    return f"reports/{account_id}/{import_id}.csv"


def address_to_put(key: str, seconds: int) -> str:
    """An address at which whoever has it may put this object, for so long."""
    return _signed("put_object", key, seconds)


def address_to_get(key: str, seconds: int) -> str:
    """An address at which whoever has it may fetch this object, for so long."""
    return _signed("get_object", key, seconds)


def uploaded(event: object) -> Upload:
    """Read EventBridge's "Object Created": an upload into the bucket of this deployment.

    Keys: `accounts/<account>/imports/<import>/<file>`, and `accounts/<account>/inbox/<file>`, where `dry-run/`, a kind
    and `/`, or both in this order may stand before the file.

    Raises:
        MalformedError: anything else. InvalidError: an id or a file name that cannot be one.
    """
    match event:
        case {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": str(bucket)}, "object": {"key": str(), "etag": str()} as stored},
        } if bucket == settings.imports_bucket():
            version = stored.get("version-id")
            file = StoredFile(stored["key"], stored["etag"], int(stored.get("size", 0)), version or None)
        case _:
            raise MalformedError("This is no event of an upload into the imports bucket")
    match stored["key"].split("/"):
        case ["accounts", account, "imports", import_id, name]:
            number: Id | None = parse_id(import_id, "import id")
            kind, dry_run = None, False
        case ["accounts", account, "inbox", *folders, name]:
            number = None
            dry_run = folders[:1] == [_DRY_RUN]
            kind = _kind(folders[dry_run:], stored["key"])
        case _:
            raise MalformedError(f"Nothing is imported from {stored['key']}")
    fields = ImportFields(kind=kind, dry_run=dry_run, file_name=clean_file_name(name))
    return Upload(file, AccountId(parse_id(account, "account id")), number, fields)


@contextmanager
def opened(file: StoredFile) -> Iterator[Stream]:
    """The content of the very object that was told of, as a stream.

    Raises:
        FileError: it was deleted or replaced meanwhile.
    """
    pinned = {"VersionId": file.version_id} if file.version_id else {}
    try:
        answer = s3().get_object(Bucket=settings.imports_bucket(), Key=file.key, IfMatch=f'"{file.etag}"', **pinned)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise FileError("The file was deleted before it was read") from None
        if code in _REPLACED:
            raise FileError("The file was replaced by another before it was read") from None
        raise
    with closing(answer["Body"]) as body:
        yield body


def put_report(account_id: AccountId, import_id: Id, content: BinaryIO) -> None:
    """Store the report of an import, in place of one that may be there."""
    s3().put_object(
        Bucket=settings.imports_bucket(),
        Key=report_key(account_id, import_id),
        Body=content,
        ContentType="text/csv; charset=utf-8",
    )


def _signed(operation: str, key: str, seconds: int) -> str:
    parameters = {"Bucket": settings.imports_bucket(), "Key": key}
    address: str = s3().generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)
    return address


def _kind(folders: Sequence[str], key: str) -> FileKind | None:
    match folders:
        case []:
            return None
        case [one] if one in list(FileKind):
            return FileKind(one)
        case _:
            raise MalformedError(f"Nothing is imported from {key}; the kinds are {', '.join(FileKind)}")


# ------------------------------------------------------------ messages


def send(account_id: AccountId, bodies: Sequence[str]) -> None:
    """Put messages into the queue. Each comes out once at least, in any order.

    They are marked with their account, so that one account's many messages do not make another's few wait.

    Raises:
        BusyError: the queue kept refusing some; others may be in it.
    """
    for part in _parts(bodies):
        left = [
            {"Id": str(number), "MessageBody": body, "MessageGroupId": str(account_id)}
            for number, body in enumerate(part)
        ]
        for attempt in range(_ATTEMPTS):
            answer = sqs().send_message_batch(QueueUrl=settings.imports_queue_url(), Entries=left)
            refused = {failure["Id"]: failure for failure in answer.get("Failed", [])}
            faults = [failure for failure in refused.values() if failure.get("SenderFault")]
            if faults:
                raise ValueError(f"the queue takes no such message: {faults[0].get('Message')}")
            left = [entry for entry in left if entry["Id"] in refused]
            if not left:
                break
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))  # noqa: S311 - no secret
        else:
            raise BusyError("The queue is busy")


def _parts(bodies: Sequence[str]) -> Iterator[list[str]]:
    """Messages by as many as one call takes."""
    part: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if part and (len(part) == _AT_ONCE or size + length > _BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(body)
        size += length
    if part:
        yield part


# ------------------------------------------------------------ events


def announce(kind: str, detail: Mapping[str, Any]) -> None:
    """Tell whoever listens on the bus, once at least."""
    entry = {
        "Source": SOURCE,
        "DetailType": kind,
        "Detail": json.dumps(detail, ensure_ascii=False),
        "EventBusName": settings.event_bus(),
    }
    answer = events().put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise BusyError("The event bus is busy")
