"""Points the layer's store, which reads its settings from the environment, at a table on AWS or on a local engine."""

import os

from tools.local import engine


def use_table(table_name: str, endpoint_url: str = "") -> None:
    """From now on this process works on `table_name`; with `endpoint_url` on a local engine, and on nothing else.

    To be called once, before the first call to the store.
    """
    if endpoint_url:
        kept = engine.without_aws(dict(os.environ)) | engine.aws_environment(endpoint_url)
        for name in os.environ.keys() - kept.keys():
            del os.environ[name]
        os.environ |= kept
    os.environ["TABLE_NAME"] = table_name
    os.environ["STAGE"] = "local" if endpoint_url else "operator"
