"""store: values as DynamoDB's JSON holds them, and back."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sheaf.domain.values import Id, Timestamp

type Value = dict[str, Any]
"""One value in DynamoDB's JSON: {type letter: value}."""

type Item = dict[str, dict[str, Any]]
"""An item in DynamoDB's JSON: attribute name -> value."""


def text(value: str | None) -> Value:
    """A string, or null."""
    return {"NULL": True} if value is None else {"S": value}


def number(value: Decimal | int | None) -> Value:
    """A number, exact to its last digit, or null."""
    return {"NULL": True} if value is None else {"N": str(value)}


def flag(value: bool) -> Value:
    """A boolean."""
    return {"BOOL": value}


def purge_at(now: Timestamp, kept: timedelta) -> Value:
    """When DynamoDB may delete an item: seconds since 1970."""
    return number(_seconds(now, kept))


@lru_cache(64)  # one transaction says the same of many items
def _seconds(now: Timestamp, kept: timedelta) -> int:
    return int((datetime.fromisoformat(now) + kept).timestamp())


def read_id(value: Value) -> Id:
    """An id."""
    return Id(int(value["N"]))


def read_text(value: Value) -> str | None:
    """A string, or None."""
    return value.get("S")
