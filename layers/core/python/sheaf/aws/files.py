"""aws: the files and reports of imports in the S3 bucket, their addresses, and S3's event of an upload."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from botocore.exceptions import ClientError

from sheaf import settings
from sheaf.aws.clients import s3
from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, ImportFields, StoredFile
from sheaf.domain.imports.rows import FileError
from sheaf.domain.imports.transfer import OPTIONS_SUFFIX, clean_file_name
from sheaf.domain.values import Id, parse_id

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

_DRY_RUN = "dry-run"
_OPTIONS_LIMIT = 10_000  # bytes
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})
_REPLACED = frozenset({"PreconditionFailed", "412"})


class Stream(Protocol):
    """Bytes that are read as they come."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


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


def undo_report_key(account_id: AccountId, import_id: Id) -> str:
    """Where the report of what the undo of an import has left lies."""
    return f"reports/{account_id}/{import_id}-undo.csv"


def upload_url(key: str, seconds: int) -> str:
    """An address at which whoever has it may put this object, for so long."""
    return _signed("put_object", key, seconds)


def download_url(key: str, seconds: int) -> str:
    """An address at which whoever has it may fetch this object, for so long."""
    return _signed("get_object", key, seconds)


def read_upload_event(event: object) -> Upload:
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
def open_file(file: StoredFile) -> Iterator[Stream]:
    """The content of the very object that was told of, as a stream.

    Raises:
        FileError: it was deleted or replaced meanwhile.
    """
    wanted: GetObjectRequestTypeDef = {
        "Bucket": settings.imports_bucket(),
        "Key": file.key,
        "IfMatch": f'"{file.etag}"',
    }
    if file.version_id:
        wanted["VersionId"] = file.version_id
    try:
        answer = s3().get_object(**wanted)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise FileError("The file was deleted before it was read") from None
        if code in _REPLACED:
            raise FileError("The file was replaced by another before it was read") from None
        raise
    with closing(answer["Body"]) as body:
        yield body


def options_of(file: StoredFile) -> str | None:
    """The text of the options that lie beside a file of the inbox; None where there are none.

    Raises:
        InvalidError: they are no text, or longer than any options are.
    """
    try:
        answer = s3().get_object(Bucket=settings.imports_bucket(), Key=f"{file.key}{OPTIONS_SUFFIX}")
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    with closing(answer["Body"]) as body:
        content = body.read(_OPTIONS_LIMIT + 1)
    if len(content) > _OPTIONS_LIMIT:
        raise InvalidError(f"the options are longer than {_OPTIONS_LIMIT:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidError("the options must be UTF-8") from None


def put_report(key: str, content: BinaryIO) -> None:
    """Store a report, in place of one that may be there."""
    s3().put_object(
        Bucket=settings.imports_bucket(),
        Key=key,
        Body=content,
        ContentType="text/csv; charset=utf-8",
    )


def _signed(operation: Literal["get_object", "put_object"], key: str, seconds: int) -> str:
    parameters = {"Bucket": settings.imports_bucket(), "Key": key}
    return s3().generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)


def _kind(folders: Sequence[str], key: str) -> FileKind | None:
    match folders:
        case []:
            return None
        case [kind] if kind in list(FileKind):
            return FileKind(kind)
        case _:
            raise MalformedError(f"Nothing is imported from {key}; the kinds are {', '.join(FileKind)}")
