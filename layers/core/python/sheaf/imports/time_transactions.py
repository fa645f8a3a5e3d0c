"""imports: decided rows of time, packed into steps as large as a transaction may be."""

from collections.abc import Iterator, Mapping, Sequence

from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.values import Id
from sheaf.imports.batch import STEP_WRITES, Step, Work
from sheaf.imports.time_rows import DecidedRow, FailedRow
from sheaf.store.imports import imported_time, leases
from sheaf.store.imports.imported_time import Change
from sheaf.store.imports.leases import Lease, Stretch

_STEP_BYTES = 3_000_000  # of notes in all items of a step's entries; a transaction takes 4 MB


def packed(work: Work, rows: Sequence[DecidedRow | FailedRow], known_leases: Mapping[Stretch, Lease]) -> Iterator[Step]:
    """The steps that write the rows, each with the leases on the time that it writes."""
    current = dict(known_leases)
    step = _OpenStep(work, current)
    for index, row in enumerate(rows):
        change = _change(row)
        if change and not step.has_room_for(change):
            yield step.closed()
            step = _OpenStep(work, current, step.used)
        is_last = index + 1 == len(rows) or rows[index + 1].group != row.group
        step.add(row, change, is_last=is_last)
    if step.verdicts:
        yield step.closed()


def _change(row: DecidedRow | FailedRow) -> Change | None:
    return None if isinstance(row, FailedRow) or row.after is None else Change(row.existing, row.after)


class _OpenStep:
    """The step that rows are being added to. `known_leases` is brought up to date as steps are closed."""

    def __init__(self, work: Work, known_leases: dict[Stretch, Lease], used: frozenset[Id] | None = None) -> None:
        self.used = work.used if used is None else used
        self.verdicts: list[Verdict] = []
        self._account_id = work.account_id
        self._now = work.now
        self._leases = known_leases
        self._owner = str(work.import_id)
        self._changes: list[Change] = []
        self._counters: set[tuple[str | int, ...]] = set()
        self._items = 0
        self._bytes = 0

    def has_room_for(self, change: Change) -> bool:
        """Whether a transaction holds this change too."""
        items = self._items + imported_time.own_items(self._account_id, change)
        counters = self._counters.union(imported_time.counters(change))
        return items + len(counters) <= STEP_WRITES and self._bytes + _bytes(change) <= _STEP_BYTES

    def add(self, row: DecidedRow | FailedRow, change: Change | None, *, is_last: bool) -> None:
        """Take a row in; `is_last`: it is the last one of its group."""
        self.verdicts.append(_verdict(row))
        if change is not None:
            self._changes.append(change)
            self._counters.update(imported_time.counters(change))
            self._items += imported_time.own_items(self._account_id, change)
            self._bytes += _bytes(change)
        if is_last:
            self.used = frozenset()
        elif isinstance(row, DecidedRow) and (entry := row.existing or row.after) is not None:
            self.used |= {entry.id}

    def closed(self) -> Step:
        """The step as it is to be committed."""
        writes = imported_time.written(self._account_id, self._changes)
        stretches = dict.fromkeys(imported_time.stretch_of(change) for change in self._changes)
        for stretch in filter(self._leases.__contains__, stretches):
            lease = self._leases[stretch]
            writes.append(leases.acquire(self._account_id, stretch, lease, self._owner, self._now))
            self._leases[stretch] = leases.acquired(lease, self._owner)
        new = [change.after.id for change in self._changes if change.before is None]
        return Step(self.verdicts, writes, self.used, {"TIME_ENTRY": new})


def _verdict(row: DecidedRow | FailedRow) -> Verdict:
    if isinstance(row, FailedRow):
        return Verdict(row.number, Outcome.FAILED, row.error.field, str(row.error))
    return Verdict(row.number, row.outcome)


def _bytes(change: Change) -> int:
    """The size of a change's texts in its four items, at most."""
    return 16 * len(change.after.notes or "")
