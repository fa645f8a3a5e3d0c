"""Hypothesis strategies for the small values and the records of the domain."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import AMOUNT_LIMIT, ID_LIMIT, Id, Timestamp, to_timestamp

ids = st.one_of(
    st.integers(1, 40), st.sampled_from([1, 2, ID_LIMIT - 2, ID_LIMIT - 1]), st.integers(1, ID_LIMIT - 1)
).map(Id)

moments = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside

timestamps = moments.map(to_timestamp)

names = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd"), min_size=1, max_size=30
).filter(lambda name: name.strip())

amounts = st.decimals(Decimal(0), AMOUNT_LIMIT, allow_nan=False, allow_infinity=False, places=2)

rates = st.none() | amounts

fields = st.builds(
    TaskFields,
    name=names,
    billable_by_default=st.booleans(),
    default_hourly_rate=rates,
    is_default=st.booleans(),
    is_active=st.booleans(),
)


def task(task_id: int, *, is_active: bool = True, updated_at: str = "2026-01-01T00:00:00Z", name: str = "") -> Task:
    """A task of which only its place in the lists matters."""
    created_at = Timestamp("2020-01-01T00:00:00Z")
    name = name or f"Task {task_id}"
    return Task(Id(task_id), name, True, Decimal(100), False, is_active, created_at, Timestamp(updated_at), version=1)


tasks = st.builds(
    Task,
    id=ids,
    name=names.map(str.strip),
    billable_by_default=st.booleans(),
    default_hourly_rate=rates,
    is_default=st.booleans(),
    is_active=st.booleans(),
    created_at=timestamps,
    updated_at=timestamps,
    version=st.integers(1, 10**6),
)
