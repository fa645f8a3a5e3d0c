"""Rows of time about the account of `tests.store.stored_records`, and the entries that come of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.rows import ImportedMetadata, Named, Person, TimeRow
from sheaf.domain.time_entry import ExternalReference, TimeEntry
from sheaf.domain.values import Day, Id
from sheaf.imports.batch import Group
from sheaf.store import keys
from sheaf.store.mappers.time_entry import from_item
from tests.imports.batch_steps import group
from tests.store.stored_records import ACCOUNT
from tests.support.table import rows as table_rows

MIA = Person(first_name="U", last_name="3")
DAY = Day("2026-02-14")
REFERENCE = ExternalReference(permalink="https://example.com/7")


def row(number: int, hours: float | str = 1, notes: str | None = None, **fields: Any) -> TimeRow:
    """A row of the member on the first task of the first project."""
    asked = TimeRow(
        number=number,
        metadata=ImportedMetadata(),
        person=MIA,
        client=Named(name="Client 1"),
        project=Named(name="Project 1"),
        task=Named(name="Task 0001"),
        spent_date=DAY,
        hours=Decimal(str(hours)),
        notes=notes,
        external_reference=None,
    )
    return replace(asked, **fields)


def grouped(rows: Iterable[TimeRow]) -> list[Group]:
    """The rows as the splitter groups them: by id, or by person, client, project, task and date."""
    groups: dict[object, list[TimeRow]] = {}
    for time_row in rows:
        place = time_row.person, time_row.client, time_row.project, time_row.task, time_row.spent_date
        groups.setdefault(time_row.metadata.id or place, []).append(time_row)
    return [group(*groups[key]) for key in sorted(groups, key=str)]


def entries(account_id: AccountId = ACCOUNT) -> list[TimeEntry]:
    """Every entry of the account, the oldest first."""
    shards = {keys.time_shard(account_id, shard) for shard in range(keys.TIME_SHARDS)}
    found = [from_item(item) for (pk, _), item in table_rows().items() if pk in shards]
    return sorted(found, key=lambda time_entry: time_entry.id)


def contents(found: Sequence[TimeEntry | TimeRow]) -> Counter[tuple[object, ...]]:
    """How often each hours, notes and reference stand there."""
    return Counter((item.spent_date, item.hours, item.notes, item.external_reference) for item in found)


def metadata(number: int, created_at: Any = None, updated_at: Any = None) -> ImportedMetadata:
    """What a row brings of its past."""
    return ImportedMetadata(Id(number), created_at, updated_at)
