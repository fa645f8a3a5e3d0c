"""store: lists of time entries. They run by date, the newest first, and by id within a day."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor
from sheaf.domain.time_entry import FIRST_DAY, LAST_DAY, TimeFilter, TimeReader
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import keys, reads, time_totals, timers
from sheaf.store.items import Item, read_id
from sheaf.store.lists import Merged, Source, Visible, beyond, position_of
from sheaf.store.reads import KeyRange
from sheaf.store.resumable.operations import PendingOperations


def source_of(account_id: AccountId, reader: TimeReader, wanted: TimeFilter, hidden: PendingOperations) -> Source:
    """The list that `wanted` leaves of what the reader may see, from the narrowest partitions that hold it."""
    if wanted.is_empty:
        return Merged([])
    client_projects = None if wanted.client_id is None else _project_ids(account_id, wanted.client_id)
    whole = _whole(account_id, reader, wanted, client_projects)
    everything = isinstance(whole, Months) and not wanted.is_narrow

    def is_left_out(item: Item) -> bool:
        of_client = client_projects is None or read_id(item["project_id"]) in client_projects
        return not (of_client and _may_see(reader, item) and _fits(wanted, item, hidden)) or hidden.hides(item)

    if everything and hidden and wanted == TimeFilter():  # its months still count what a removed project leaves lying
        return Visible(whole, is_left_out, lambda: whole.count() - hidden.removed_entries)
    if not hidden and not wanted.is_narrow and (everything or _sees_all_of(reader, wanted)):
        return whole
    return Visible(whole, is_left_out)


def _fits(wanted: TimeFilter, item: Item, pending: PendingOperations) -> bool:
    ids = (("user_id", wanted.user_id), ("project_id", wanted.project_id))
    return (
        all(value is None or read_id(item[name]) == value for name, value in ids)
        and wanted.task_id in (None, pending.task_of(item))
        and wanted.since <= item["spent_date"]["S"] <= wanted.until
        and (wanted.updated_since is None or item["updated_at"]["S"] >= wanted.updated_since)
        and wanted.external_reference_id in (None, _reference_id(item))
        and wanted.is_running in (None, "timer_started_at" in item)
    )


def _may_see(reader: TimeReader, item: Item) -> bool:
    projects = reader.managed_projects
    return projects is None or read_id(item["user_id"]) == reader.user_id or read_id(item["project_id"]) in projects


def _sees_all_of(reader: TimeReader, wanted: TimeFilter) -> bool:
    """Whether the partition that `wanted` chooses holds nothing that the reader may not see."""
    if reader.managed_projects is None or wanted.project_id in reader.managed_projects:
        return True
    return wanted.project_id is None and wanted.user_id in (None, reader.user_id)


def _whole(
    account_id: AccountId, reader: TimeReader, wanted: TimeFilter, client_projects: Collection[Id] | None
) -> Source:
    if wanted.is_running:
        return Running(account_id)
    if wanted.updated_since is not None:
        return Updated(account_id, wanted.updated_since)
    days = wanted.since, wanted.until
    if wanted.project_id is not None:
        return _of_project(account_id, wanted.project_id, *days)
    if wanted.user_id is not None:
        return _of_user(account_id, wanted.user_id, *days)
    if reader.managed_projects is None and client_projects is None:
        return Months(account_id, *days)
    if reader.managed_projects is None:
        return Merged([_of_project(account_id, project_id, *days) for project_id in sorted(client_projects or ())])
    managed = reader.managed_projects
    own = _of_user(account_id, reader.user_id, *days)
    if not managed:
        return own
    elsewhere = Visible(own, lambda item: read_id(item["project_id"]) in managed)
    return Merged([elsewhere, *(_of_project(account_id, project_id, *days) for project_id in sorted(managed))])


def _project_ids(account_id: AccountId, client_id: Id) -> frozenset[Id]:
    """The ids of a client's projects."""
    listed = KeyRange(keys.children(account_id, "CLIENT", client_id, "PROJECT"), "0", "~")
    return frozenset(Id(int(item["sk"]["S"])) for item in reads.items_in(listed, attributes="sk"))


@dataclass(frozen=True, slots=True)
class Days:
    """The entries of one partition that runs by date, between two days."""

    pk: str
    since: Day
    until: Day
    total: tuple[AccountId, str, Id] | None = None

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        low, high = f"{self.since}#", f"{self.until}#~"
        newest_first = True
        if cursor is not None and cursor.direction == "after":
            high = min(high, position_of(cursor, -1))
        elif cursor is not None:
            low, newest_first = max(low, position_of(cursor, 1)), False
        if low > high:
            return iter(())
        return reads.items_in(KeyRange(self.pk, low, high, newest_first), page_size)

    def count(self) -> int:
        """As `Source.count`: read from the guard where the whole partition is meant."""
        if self.total is not None and (self.since, self.until) == (FIRST_DAY, LAST_DAY):
            account_id, kind, record_id = self.total
            of = time_totals.of_user if kind == "USER" else time_totals.of_project
            return of(account_id, record_id)
        return sum(1 for _ in self.items(None, keys.PAGE))


@dataclass(frozen=True, slots=True)
class Months:
    """All entries of an account, one month after the other."""

    account_id: AccountId
    since: Day
    until: Day

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        first, last = self.since[:7], self.until[:7]
        newest_first = cursor is None or cursor.direction == "after"
        if cursor is not None and newest_first:
            last = min(last, cursor.day[:7])
        elif cursor is not None:
            first = max(first, cursor.day[:7])
        if first > last:
            return
        for month, entries in time_totals.months(self.account_id, first, last, newest_first=newest_first):
            if entries > 0:
                yield from Days(keys.time_month(self.account_id, month), self.since, self.until).items(
                    cursor, page_size
                )

    def count(self) -> int:
        """As `Source.count`: from the totals of the months, if no month is cut."""
        if (self.since, self.until) != (FIRST_DAY, LAST_DAY):
            return sum(1 for _ in self.items(None, keys.PAGE))
        found = time_totals.months(self.account_id, self.since[:7], self.until[:7], newest_first=True)
        return sum(entries for _, entries in found)


class Updated:
    """The entries changed at a time or later: all their keys from the index by update, then what is asked for."""

    def __init__(self, account_id: AccountId, since: Timestamp) -> None:
        changed = [
            item
            for shard in range(keys.TIME_SHARDS)
            for item in reads.items_in(
                KeyRange(
                    keys.time_shard(account_id, shard),
                    low=since,
                    high="~",
                    index=keys.BY_UPDATE,
                    sort_attribute="update_sk",
                ),
                attributes="pk, sk, spent_date",
            )
        ]
        self._places = {f"{item['spent_date']['S']}#{item['sk']['S']}": keys.key_pair(item) for item in changed}
        self._positions: Sequence[str] = sorted(self._places, reverse=True)

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        return reads.ordered([self._places[position] for position in beyond(self._positions, cursor)], page_size)

    def count(self) -> int:
        """As `Source.count`."""
        return len(self._positions)


class Running:
    """The entries whose timer runs: one of each user at most."""

    def __init__(self, account_id: AccountId) -> None:
        running = timers.everything(account_id)
        self._items = {f"{item['spent_date']['S']}#{item['sk']['S']}": item for item in running}
        self._positions: Sequence[str] = sorted(self._items, reverse=True)

    def items(self, cursor: Cursor | None, _page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        return (self._items[position] for position in beyond(self._positions, cursor))

    def count(self) -> int:
        """As `Source.count`."""
        return len(self._positions)


def _of_project(account_id: AccountId, project_id: Id, since: Day, until: Day) -> Days:
    listed = keys.children(account_id, "PROJECT", project_id, "TIME_ENTRY")
    return Days(listed, since, until, (account_id, "PROJECT", project_id))


def _of_user(account_id: AccountId, user_id: Id, since: Day, until: Day) -> Days:
    return Days(keys.children(account_id, "USER", user_id, "TIME_ENTRY"), since, until, (account_id, "USER", user_id))


def _reference_id(item: Item) -> str | None:
    reference = item["external_reference"].get("M")
    return None if reference is None else reference["id"].get("S")
