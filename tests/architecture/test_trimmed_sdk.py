"""What layers/vendor/trim_botocore.py leaves of botocore's data is all that its clients need."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from botocore.session import Session

from tools.template import PROJECT

VENDOR = PROJECT / "layers/vendor"
WHOLE = Path(botocore.__file__).parent / "data"
SERVICES = (re.search(r"^SERVICES = (.+)$", (VENDOR / "Makefile").read_text(), re.MULTILINE) or ["", ""])[1].split()
CALLS = {"dynamodb": "get_item", "events": "put_events", "kms": "encrypt", "s3": "put_object"}
CALLS |= {"sqs": "send_message_batch"}
NEEDED = {"dynamodb": {"TableName": "t", "Key": {}}, "events": {"Entries": [{}]}}
NEEDED |= {
    "kms": {"KeyId": "k", "Plaintext": b"p"},
    "s3": {"Bucket": "b", "Key": "k"},
    "sqs": {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/q", "Entries": []},
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session that has nothing but trimmed data, of the services that functions call and of one that is to go."""
    data = tmp_path_factory.mktemp("data")
    for name in (*SERVICES, "sts"):
        shutil.copytree(WHOLE / name, data / name)
    for file in WHOLE.glob("*.json*"):
        shutil.copy(file, data)
    subprocess.run([sys.executable, VENDOR / "trim_botocore.py", data, *SERVICES], check=True)  # noqa: S603
    session = Session()
    session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    session.set_credentials("test", "test")
    return session


def test_every_service_that_functions_call_is_tried_here() -> None:
    assert sorted(CALLS) == sorted(NEEDED) == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_finds_out_where_and_how_to_call(
    session: Session, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of the engine that other tests have started
    client: Any = session.create_client(service, region_name="eu-central-1")
    address = client.generate_presigned_url(CALLS[service], Params=NEEDED[service])
    assert re.match(rf"https://([a-z.]+\.)?{service}\.eu-central-1\.amazonaws\.com/", address)


def test_other_services_are_gone(session: Session) -> None:
    assert session.get_available_services() == sorted(SERVICES)
