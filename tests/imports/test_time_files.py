"""Harvest's own files of time, and time as v2 shows it, from their bytes to entries: twice the same changes nothing."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from sheaf.domain.identity import Role, User
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import Outcome
from sheaf.domain.paging import WHOLE
from sheaf.domain.time_entry import TimeFilter
from sheaf.domain.values import Id
from sheaf.http.v2.responses import show_time_entry
from sheaf.imports import formats
from sheaf.imports.batch import groups_of
from sheaf.imports.staging import stage
from sheaf.imports.time import time_steps
from sheaf.store import accounts, clients, time_entries, users
from tests.imports.batch_steps import apply, work
from tests.imports.timesheet import entries
from tests.store.audit import assert_sound
from tests.store.stored_records import ACCOUNT, EVERYTHING, NOW, Spent, assignment, client, populate, project, task
from tests.support.sample_files import detailed_export, ndjson_bytes, stream, time_import

CREATED, UPDATED, UNCHANGED, FAILED = Outcome


def _import(data: bytes, name: str) -> Counter[Outcome]:
    table = formats.read(stream(data))
    reader = Reader(FileKind.TIME_ENTRIES, table.columns)
    counts: Counter[Outcome] = Counter()
    with stage(table, reader, lambda _ids: {}) as staged:
        for message in staged.messages(ACCOUNT, Id(1)):
            todo = replace(work(*groups_of(message)), import_id=Id(1))
            counts.update(verdict.outcome for verdict in apply(time_steps, todo, f"{name} {message.number}"))
    return counts


@pytest.fixture(autouse=True)
def _account(table: str) -> None:
    accounts.create("Demo", bytes(32), NOW, ACCOUNT)


def test_a_detailed_export_is_imported_once_and_the_time_import_of_the_same_time_adds_nothing() -> None:
    export = detailed_export(150, bad=5)
    assert _import(export, "first") == {CREATED: 145, FAILED: 5}
    assert _import(export, "again") == {UNCHANGED: 145, FAILED: 5}
    assert _import(time_import(150), "in eight columns") == {UNCHANGED: 145, CREATED: 5}
    found = list(users.everyone(ACCOUNT))
    assert len(entries()) == 150
    assert {(user.email, user.role) for user in found} == {(None, Role.MEMBER)}
    assert {clients.get(ACCOUNT, Id(number)).currency for number in range(1, 6)} == {"EUR"}
    assert_sound(ACCOUNT)


def test_time_as_v2_shows_it_changes_what_differs_and_nothing_else() -> None:
    here = assignment(1, 1, 1)
    spent = [Spent(id=number, assignment=here, day=f"2026-02-{number:02}") for number in range(1, 6)]
    populate(client(1), project(1), task(1), here, *spent)
    reader = User(Id(1), "U", "1", None, Role.ADMINISTRATOR, frozenset(), frozenset(), True, NOW, NOW)
    page = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(), WHOLE)
    shown: list[dict[str, Any]] = [{**show_time_entry(record, reader, NOW)} for record in page.records]
    shown = [{**item, "hours": float(item["hours"])} for item in shown]
    assert _import(ndjson_bytes(shown), "as it is") == {UNCHANGED: 5}
    before = entries()
    shown[0]["notes"] = "other"
    new = {**shown[1], "id": 77}
    assert _import(ndjson_bytes([*shown, new]), "changed") == {UNCHANGED: 4, UPDATED: 1, CREATED: 1}
    last = replace(before[-1], notes="other", updated_at=NOW, version=2)
    copy = replace(before[-2], id=Id(77), import_id=Id(1))
    assert entries() == [*before[:-1], last, copy]
    assert_sound(ACCOUNT)
