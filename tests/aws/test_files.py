"""The files of imports in the bucket: their addresses, the event of an upload, what is read and what is written."""

import io
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from botocore.exceptions import ClientError

from sheaf import settings
from sheaf.aws import clients, files
from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, ImportFields, StoredFile
from sheaf.domain.imports.rows import FileError
from sheaf.domain.values import Id
from tests.imports.pipeline import told
from tests.support.api import BUCKET

ACCOUNT, IMPORT = AccountId(7), Id(42)

NAMES = (
    "time.csv",
    "TIME.CSV",
    "tasks.ndjson.gz",
    "Zeit (neu) #1.csv",
    "a b  c.csv",
    "a+b.csv",
    "a&b=c.csv",
    "what?.csv",
    "100%.csv",
    "a%2Fb.csv",
    "it's.csv",
    'a "quoted" name.csv',
    "semi;colon,comma.csv",
    "~tilde.csv",
    "two..dots.csv",
    "Übersicht.csv",
    "日報.csv",
    "🙂.csv",
    "e\u0301.csv",
    "x" * 200 + ".csv",
)


@pytest.fixture
def bucket_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The name of the bucket alone: reading an event asks nobody."""
    monkeypatch.setenv("IMPORTS_BUCKET", BUCKET)
    settings.imports_bucket.cache_clear()
    yield
    settings.imports_bucket.cache_clear()


def put(key: str, content: bytes = b"name\nDesign\n") -> StoredFile:
    answer = clients.s3().put_object(Bucket=BUCKET, Key=key, Body=content)
    return StoredFile(key, answer["ETag"].strip('"'), len(content), answer["VersionId"])


def content_of(file: StoredFile) -> bytes:
    with files.open_file(file) as stream:
        return b"".join(iter(lambda: stream.read(1_000), b""))


# Addresses


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_put_at_an_upload_address_lies_under_its_key(name: str) -> None:
    key = files.upload_key(ACCOUNT, IMPORT, name)
    assert requests.put(files.upload_url(key, 900), data=b"1,2\n", timeout=5).status_code == 200
    assert clients.s3().get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"1,2\n"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("name", NAMES)
def test_what_lies_under_a_key_is_fetched_from_its_download_address(name: str) -> None:
    key = files.upload_key(ACCOUNT, IMPORT, name)
    put(key, b"3,4\n")
    assert requests.get(files.download_url(key, 900), timeout=5).content == b"3,4\n"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("seconds", [1, 900, 3_600, 604_800])
@pytest.mark.parametrize("sign", [files.upload_url, files.download_url])
def test_an_address_is_signed_for_its_object_and_its_time_alone(sign: object, seconds: int) -> None:
    assert callable(sign)
    parts = urlsplit(sign("accounts/7/imports/42/a b.csv", seconds))
    query = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc) == ("https", f"{BUCKET}.s3.eu-central-1.amazonaws.com")
    assert parts.path == f"/{quote('accounts/7/imports/42/a b.csv')}"
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Expires"] == str(seconds)
    assert query["X-Amz-SignedHeaders"] == "host"
    assert re.fullmatch(r"[A-Z]+/\d{8}/eu-central-1/s3/aws4_request", query["X-Amz-Credential"])
    assert re.fullmatch(r"[0-9a-f]{64}", query["X-Amz-Signature"])


@pytest.mark.usefixtures("bucket")
def test_an_address_to_put_differs_from_one_to_fetch() -> None:
    put_at, fetched_from = (
        parse_qs(urlsplit(sign("a", 900)).query)["X-Amz-Signature"] for sign in (files.upload_url, files.download_url)
    )
    assert put_at != fetched_from


# The event of an upload


@pytest.mark.usefixtures("bucket_name")
@pytest.mark.parametrize("name", NAMES)
def test_an_upload_for_an_import_is_read(name: str) -> None:
    key = files.upload_key(ACCOUNT, IMPORT, name)
    assert files.read_upload_event(told(key, "e", 12, "v1")) == files.Upload(
        StoredFile(key, "e", 12, "v1"), ACCOUNT, IMPORT, ImportFields(kind=None, dry_run=False, file_name=name)
    )


@pytest.mark.usefixtures("bucket_name")
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("kind", [None, *FileKind])
def test_the_folders_of_the_inbox_say_what_is_wanted(kind: FileKind | None, dry_run: bool) -> None:
    folders = [*(["dry-run"] if dry_run else []), *([kind.value] if kind else [])]
    upload = files.read_upload_event(told("/".join(["accounts/7/inbox", *folders, "a.csv"]), "e", 12))
    assert (upload.account_id, upload.import_id, upload.file.version_id) == (ACCOUNT, None, None)
    assert upload.fields == ImportFields(kind=kind, dry_run=dry_run, file_name="a.csv")


@pytest.mark.usefixtures("bucket_name")
@pytest.mark.parametrize(
    "key",
    [
        "a.csv",
        "accounts",
        "accounts/7",
        "accounts/7/a.csv",
        "accounts/7/imports/a.csv",
        "accounts/7/imports/42/more/a.csv",
        "accounts/7/inbox",
        "accounts/7/inbox/expenses/a.csv",
        "accounts/7/inbox/tasks/dry-run/a.csv",
        "accounts/7/inbox/tasks/projects/a.csv",
        "accounts/7/outbox/a.csv",
        "reports/7/42.csv",
        "/accounts/7/inbox/a.csv",
    ],
)
def test_an_upload_anywhere_else_is_refused(key: str) -> None:
    with pytest.raises(MalformedError, match="Nothing is imported from"):
        files.read_upload_event(told(key, "e", 12))


@pytest.mark.usefixtures("bucket_name")
@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "", "9007199254740992", "\uff11"])
@pytest.mark.parametrize("key", ["accounts/{}/inbox/a.csv", "accounts/7/imports/{}/a.csv"])
def test_an_id_that_cannot_be_one_is_refused(key: str, number: str) -> None:
    with pytest.raises(InvalidError, match="must be a positive integer"):
        files.read_upload_event(told(key.format(number), "e", 12))


@pytest.mark.usefixtures("bucket_name")
@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "Object Created",
        {},
        told("accounts/7/inbox/a.csv", "e", 12) | {"source": "aws.s4"},
        told("accounts/7/inbox/a.csv", "e", 12) | {"detail-type": "Object Deleted"},
        told("accounts/7/inbox/a.csv", "e", 12) | {"detail": {}},
        told("accounts/7/inbox/a.csv", "e", 12) | {"detail": {"bucket": {"name": BUCKET}, "object": {"key": "a"}}},
        told("accounts/7/inbox/a.csv", "e", 12, bucket="another"),
    ],
)
def test_what_is_no_upload_into_this_bucket_is_refused(event: object) -> None:
    with pytest.raises(MalformedError, match="no event of an upload"):
        files.read_upload_event(event)


# Reading


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("size", [0, 1, 999, 1_000, 1_001, 250_000])
def test_a_file_is_read_in_pieces(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    assert content_of(put("accounts/7/inbox/a.csv", content)) == content


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("later", [b"", b"other\n"])
def test_the_version_that_was_told_of_is_read_whatever_came_later(later: bytes) -> None:
    first = put("accounts/7/inbox/a.csv", b"first\n")
    put("accounts/7/inbox/a.csv", later)
    assert content_of(first) == b"first\n"


@pytest.mark.usefixtures("bucket")
def test_a_file_with_a_delete_marker_is_still_read_by_its_version() -> None:
    file = put("accounts/7/inbox/a.csv", b"first\n")
    clients.s3().delete_object(Bucket=BUCKET, Key=file.key)
    assert content_of(file) == b"first\n"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("version", ["of the file", None])
def test_a_file_that_is_gone_says_so(version: str | None) -> None:
    file = put("accounts/7/inbox/a.csv")
    assert file.version_id is not None
    clients.s3().delete_object(Bucket=BUCKET, Key=file.key, VersionId=file.version_id)
    wanted = StoredFile(file.key, file.etag, file.size, file.version_id if version else None)
    with pytest.raises(FileError, match="deleted before it was read"), files.open_file(wanted):
        pass


@pytest.mark.usefixtures("bucket")
def test_without_its_version_a_file_that_was_replaced_says_so() -> None:
    first = put("accounts/7/inbox/a.csv", b"first\n")
    put("accounts/7/inbox/a.csv", b"other\n")
    with (
        pytest.raises(FileError, match="replaced by another"),
        files.open_file(StoredFile(first.key, first.etag, first.size, None)),
    ):
        pass


@pytest.mark.usefixtures("moto", "bucket_name")
def test_another_error_of_the_bucket_is_raised_as_it_is() -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"), files.open_file(StoredFile("a", "e", 1, None)):
        pass


# Reports


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("content", [b"", "Zeile,Grund\r\n1,„zu lang“\r\n".encode(), b"x" * 100_000])
def test_a_report_is_stored_as_a_table_and_replaces_an_older_one(content: bytes) -> None:
    files.put_report(files.report_key(ACCOUNT, IMPORT), io.BytesIO(b"older"))
    files.put_report(files.report_key(ACCOUNT, IMPORT), io.BytesIO(content))
    stored = clients.s3().get_object(Bucket=BUCKET, Key="reports/7/42.csv")
    assert stored["Body"].read() == content
    assert stored["ContentType"] == "text/csv; charset=utf-8"
