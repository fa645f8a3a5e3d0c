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
