"""Timers over the API, and a clock that tests move."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from tests.functions import api_records
from tests.support.api import Api

_MOMENT = datetime(2026, 11, 20, 13, 5, 7, tzinfo=UTC)


@contextmanager
def at_moment(seconds: int) -> Iterator[None]:
    """Requests are sent so many seconds after the first moment."""
    with patch("sheaf.http.request.datetime") as clock:
        clock.now.return_value = _MOMENT + timedelta(seconds=seconds)
        yield


def start(api: Api, **fields: object) -> dict[str, Any]:
    """A new entry whose timer runs, on a new project with a new task."""
    project, task = api_records.project(api, "Timed"), api_records.task(api, "Timed")
    api_records.assignment(api, project["id"], task["id"])
    spent: dict[str, object] = {"project_id": project["id"], "task_id": task["id"], "spent_date": "2026-11-21"}
    answer = api.post("/v2/time_entries", {**spent, **fields})
    assert answer.status == 201, answer
    started: dict[str, Any] = answer.body
    return started
