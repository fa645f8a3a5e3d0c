"""Points the layer's store, which reads its settings from the environment, at a table on AWS or on a local engine."""

import os

LOCAL_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def use_table(table_name: str, endpoint_url: str = "") -> None:
    """From now on this process works on `table_name`; with `endpoint_url` on a local engine, and on nothing else.

    To be called once, before the first call to the store.
    """
    os.environ["TABLE_NAME"] = table_name
    os.environ["STAGE"] = "local" if endpoint_url else "operator"
    if endpoint_url:
        os.environ |= LOCAL_CREDENTIALS
        os.environ.pop("AWS_PROFILE", None)
        os.environ["AWS_ENDPOINT_URL"] = endpoint_url
