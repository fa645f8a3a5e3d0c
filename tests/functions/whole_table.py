"""Everything that a table holds, for tests which say that something was not written."""

from typing import Any

from sheaf import settings
from sheaf.aws.dynamodb import dynamodb


def whole_table() -> dict[tuple[str, str], dict[str, Any]]:
    """All items by primary key."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    start: dict[str, Any] = {}
    while True:
        answer = dynamodb().scan(TableName=settings.table_name(), ConsistentRead=True, **start)
        found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in answer["Items"]}
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
