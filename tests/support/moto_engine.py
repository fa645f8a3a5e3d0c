"""moto in place of AWS, in this process: for tests in one thread. docs/decisions/0011 says what it proves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto import mock_aws

from sheaf import settings
from sheaf.aws import clients, dynamodb
from tools.local.engine import CREDENTIALS, REGION, without_aws

_CLIENTS = (clients.s3, clients.sqs, clients.events, clients.kms, clients._session, dynamodb.dynamodb)
_SETTINGS = (
    settings.table_name,
    settings.stage,
    settings.imports_bucket,
    settings.imports_queue_url,
    settings.event_bus,
    settings.changes_dead_letters_url,
    settings.changes_kept_days,
    settings.webhooks_queue_url,
    settings.webhooks_key_id,
    settings.has_local_engine,
)


@contextmanager
def running() -> Iterator[None]:
    """An empty AWS for the length of a `with` block; whatever the process worked on before is back afterwards."""
    environment = {
        **without_aws(dict(os.environ)),
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "STAGE": "test",
    }
    with patch.dict(os.environ, environment, clear=True), mock_aws():
        _forget()  # a client that was made before would not be moto's
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    for remembered in (*_CLIENTS, *_SETTINGS):
        remembered.cache_clear()
