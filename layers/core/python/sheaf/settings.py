"""settings: the only reader of the environment. The variables are declared in template.yaml, nowhere else."""

import os
from functools import cache


@cache
def table_name() -> str:
    """The DynamoDB table that holds everything (TABLE_NAME)."""
    return os.environ["TABLE_NAME"]


@cache
def stage() -> str:
    """The name of this deployment (STAGE): a dimension of its metrics."""
    return os.environ["STAGE"]


@cache
def imports_bucket() -> str:
    """The bucket that files are uploaded to and reports lie in (IMPORTS_BUCKET)."""
    return os.environ["IMPORTS_BUCKET"]


@cache
def imports_queue_url() -> str:
    """The queue that carries batches to the workers (IMPORTS_QUEUE_URL)."""
    return os.environ["IMPORTS_QUEUE_URL"]


@cache
def webhooks_queue_url() -> str:
    """The queue of what is to be sent to webhooks (WEBHOOKS_QUEUE_URL)."""
    return os.environ["WEBHOOKS_QUEUE_URL"]


@cache
def webhooks_key_id() -> str:
    """The KMS key that the secrets of webhooks are encrypted with (WEBHOOKS_KEY_ID)."""
    return os.environ["WEBHOOKS_KEY_ID"]


@cache
def event_bus() -> str:
    """The EventBridge bus on which the ends of imports are told (EVENT_BUS)."""
    return os.environ["EVENT_BUS"]


@cache
def changes_dead_letters_url() -> str:
    """The queue of the changes that could not be written into a feed (CHANGES_DEAD_LETTERS_URL)."""
    return os.environ["CHANGES_DEAD_LETTERS_URL"]


@cache
def changes_kept_days() -> int:
    """For how many days changes are kept (CHANGES_KEPT_DAYS)."""
    return int(os.environ["CHANGES_KEPT_DAYS"])


@cache
def has_local_engine() -> bool:
    """Whether a local engine stands in for AWS (AWS_ENDPOINT_URL, which botocore reads itself)."""
    return bool(os.environ.get("AWS_ENDPOINT_URL"))
