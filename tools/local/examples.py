"""What the example events speak of: a bucket and queues, for `sam local invoke` and for tests, not for `make run`."""

from collections.abc import Mapping

from tools.local import engine

BUCKET = "imports"
QUEUE = "imports"
DEAD_CHANGES = "dead-changes"
WEBHOOKS = "webhooks"
BUS = "default"

OBJECTS: Mapping[str, bytes] = {
    "accounts/1/imports/1/time.csv": (
        b"Date,Client,Project,Task,Notes,Hours,First name,Last name\n"
        b"2026-11-20,123 Industries,Marketing Website,Programming,Landing page,2.5,Mia,Member\n"
    ),
    "accounts/1/inbox/tasks.csv": b"Task,Billable by default\nAccounting,no\nGraphic Design,yes\n,yes\n",
    "accounts/1/inbox/dry-run/tasks.csv": b"Task,Billable by default\nAccounting,no\n",
    "accounts/1/inbox/not-a-table.csv": b"Colour\nred\n",
}
"""What lies in the bucket. The events give the MD5 of each as its ETag."""


def make(endpoint_url: str) -> dict[str, str]:
    """Make bucket, queues and key on a local engine, unless they are there; the settings by which they are found."""
    s3, sqs = engine.client("s3", endpoint_url), engine.client("sqs", endpoint_url)
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": engine.REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for key, content in OBJECTS.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    dead_changes = sqs.create_queue(QueueName=DEAD_CHANGES)["QueueUrl"]
    return {
        "IMPORTS_BUCKET": BUCKET,
        "IMPORTS_QUEUE_URL": queue,
        "EVENT_BUS": BUS,
        "CHANGES_DEAD_LETTERS_URL": dead_changes,
        "CHANGES_KEPT_DAYS": "400",
        **of_webhooks(endpoint_url),
    }


def of_webhooks(endpoint_url: str) -> dict[str, str]:
    """Make the queue and the key of webhooks alone, likewise."""
    kms = engine.client("kms", endpoint_url)
    known = kms.list_keys()["Keys"]
    return {
        "WEBHOOKS_QUEUE_URL": engine.client("sqs", endpoint_url).create_queue(QueueName=WEBHOOKS)["QueueUrl"],
        "WEBHOOKS_KEY_ID": known[0]["KeyId"] if known else kms.create_key()["KeyMetadata"]["KeyId"],
    }
