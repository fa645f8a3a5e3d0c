"""imports: the undoing of an import: the time entries that it created and nobody has changed since, then its records.

A message in the queue carries it. Each step is one transaction that removes something and says how far the undo is, so
that whoever takes the message up goes on from there, and a step that is done twice is done once. What is not removed is
listed with the reason. A dry run goes the same way and writes nothing but that list and what would refer to a record no
more.
"""

import csv
import json
import tempfile
import time
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from io import TextIOWrapper

from sheaf import origin
from sheaf.aws import files, queue
from sheaf.backoff import SECONDS
from sheaf.domain.errors import BusyError, SheafError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import ImportUndo, UndoPosition, UndoStatus
from sheaf.domain.imports.rows import Named
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.record import Kind
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id, Timestamp
from sheaf.imports import clock
from sheaf.imports.report import guarded
from sheaf.log import count_error, logger
from sheaf.store import user_assignments
from sheaf.store.imports import created, imported_time, time_references, undo, unreferenced
from sheaf.store.imports.created import Created
from sheaf.store.imports.time_references import EntryReference
from sheaf.store.imports.undo import Left, References
from sheaf.store.imports.unreferenced import ReferredToError, Removable
from sheaf.store.resumable import resume as operations
from sheaf.store.transactions import StaleError, Write, attempts, commit

# What refers to others comes before them.
KINDS: Sequence[Kind] = ("TIME_ENTRY", "TASK_ASSIGNMENT", "USER_ASSIGNMENT", "TASK", "PROJECT", "CLIENT", "USER")
QUIET_SECONDS = 300  # after which the watchdog takes an undo for one whose message was lost

_PREFIX = '{"undo":'
_CHANGED = "It was changed since the import"
_COLUMNS = ("Kind", "Id", "Name", "Reason")


def message(account_id: AccountId, import_id: Id) -> str:
    """What the queue carries: JSON that says which import is to be undone."""
    return f"{_PREFIX}{json.dumps({'account_id': account_id, 'import_id': import_id})}}}"


def read_message(body: str) -> tuple[AccountId, Id] | None:
    """Which import a message asks to undo; None for another message."""
    if not body.startswith(_PREFIX):
        return None
    order = json.loads(body)["undo"]
    return AccountId(order["account_id"]), Id(order["import_id"])


def start(account_id: AccountId, import_id: Id) -> None:
    """Have an undo that was begun carried out. Raises BusyError; then the watchdog does it."""
    queue.send_batches(account_id, [message(account_id, import_id)])


def run(account_id: AccountId, import_id: Id, seconds: float = SECONDS) -> None:
    """Resume an undo for so long, or to its end; what is left then goes back into the queue."""
    ends_at = time.monotonic() + seconds
    for _ in attempts(seconds):
        with suppress(StaleError, BusyError):
            with origin.of_import(import_id):
                is_done = _run(account_id, import_id, ends_at)
            if is_done:
                return
            break
    start(account_id, import_id)


def watch(now: Timestamp) -> int:
    """Send the messages of undos anew that have stood still; how many."""
    sent = 0
    for account_id, import_id in undo.open_undos():
        try:
            sent += _restart(account_id, import_id, now)
        except Exception:  # noqa: BLE001 - whatever it is, the others come next
            logger().exception("undo cannot be restarted", account_id=account_id, import_id=import_id)
            count_error()
    return sent


def _restart(account_id: AccountId, import_id: Id, now: Timestamp) -> bool:
    state = undo.under_way(account_id, import_id)
    if state is None:
        return False
    quiet = datetime.fromisoformat(now) - datetime.fromisoformat(state.updated_at)
    if quiet.total_seconds() < QUIET_SECONDS:
        return False
    start(account_id, import_id)
    return True


def _run(account_id: AccountId, import_id: Id, ends_at: float) -> bool:
    """Go on until the end (True) or until the time is up. Raises StaleError, BusyError: somebody else goes on too."""
    state = undo.under_way(account_id, import_id)
    if state is None:
        return True
    if not state.dry_run:
        operations.finish_pending(account_id)
    work = _Undo(account_id, import_id, state)
    for kind, shard, note in _notes(account_id, import_id, state.position):
        while work.done_of(kind, shard, note) < len(note.ids):
            if time.monotonic() > ends_at:
                return False
            work.step(kind, shard, note)
    work.end()
    return True


def _notes(account_id: AccountId, import_id: Id, position: UndoPosition) -> Iterator[tuple[int, int, Created]]:
    """What the import has created, from a position on: the number of the kind in `KINDS`, the shard, and the note."""
    for kind in range(position.kind, len(KINDS)):
        first = position.shard if kind == position.kind else 0
        for shard in range(first, created.SHARDS):
            sk = position.sk if (kind, shard) == (position.kind, position.shard) else ""
            for note in created.in_shard(account_id, import_id, KINDS[kind], shard, sk):
                yield kind, shard, note


@dataclass(slots=True)
class _Undo:
    """An undo on its way. `state` is where the table says that it stands."""

    account_id: AccountId
    import_id: Id
    state: ImportUndo

    def done_of(self, kind: int, shard: int, note: Created) -> int:
        """How many ids of a note are done, which is at the undo's position or after it."""
        position = self.state.position
        is_begun = (kind, shard, note.sk) == (position.kind, position.shard, position.sk)
        return position.ids_done if is_begun else 0

    def step(self, kind: int, shard: int, note: Created) -> None:
        """Settle the entries of a note, or the next of its records. Raises StaleError, BusyError."""
        if KINDS[kind] == "TIME_ENTRY":
            self._settle_entries(note.ids, UndoPosition(kind, shard, note.sk, len(note.ids)))
            return
        done = self.done_of(kind, shard, note)
        self._settle_record(KINDS[kind], note.ids[done], UndoPosition(kind, shard, note.sk, done + 1))

    def end(self) -> None:
        """Write the report of what is left, and that the undo is complete. Raises StaleError, BusyError."""
        now = clock.now()
        after = replace(self.state, status=UndoStatus.COMPLETED, finished_at=now, updated_at=now)
        if after.has_report:
            self._write_report()
        undo.end(self.account_id, self.import_id, self.state, replace(after, steps=after.steps + 1))
        logger().info("import undone", account_id=self.account_id, import_id=self.import_id, dry_run=after.dry_run)

    def _settle_entries(self, ids: Sequence[Id], position: UndoPosition) -> None:
        """Where one of the entries lies is closed more rarely than a read for each step would be worth."""
        try:
            self._remove_entries(ids, position, is_checked=self.state.dry_run)
        except StaleError:
            if self.state.dry_run:
                raise
            self._remove_entries(ids, position, is_checked=True)

    def _remove_entries(self, ids: Sequence[Id], position: UndoPosition, *, is_checked: bool) -> None:
        found = imported_time.by_ids(self.account_id, ids)
        mine = [entry for entry in found.values() if entry.import_id == self.import_id]
        reasons = {entry.id: _CHANGED for entry in mine if entry.version > 1}
        if is_checked:
            reasons |= self._archived([entry for entry in mine if entry.id not in reasons])
        going = [entry for entry in mine if entry.id not in reasons]
        left = [
            Left("TIME_ENTRY", entry.id, entry.spent_date, reasons[entry.id]) for entry in mine if entry.id in reasons
        ]
        after = replace(
            self.state,
            time_entries_removed=self.state.time_entries_removed + len(ids) - len(left),
            time_entries_left=self.state.time_entries_left + len(left),
        )
        if self.state.dry_run:
            writes = self._tally({key: References(time_entries=count) for key, count in _logged_on(going).items()})
        else:
            writes = imported_time.removed(self.account_id, going)
        self._commit(after, position, left, writes)

    def _archived(self, entries: Collection[TimeEntry]) -> Mapping[Id, str]:
        """Why time may not be removed, by the entry. Raises StaleError: what is left of a project was removed now."""
        references = {
            entry.id: EntryReference(Named(), Named(id=entry.project_id), Named(id=entry.task_id)) for entry in entries
        }
        resolved = time_references.resolve(self.account_id, set(references.values()))
        pairs = {entry.id: (entry.user_id, entry.project_id) for entry in entries}
        assigned = user_assignments.of_pairs(self.account_id, set(pairs.values()))
        reasons = {}
        for entry_id, reference in references.items():
            found = resolved[reference]
            if found.assignment_id is None and not self.state.dry_run:
                imported_time.finish_removals(self.account_id)
                raise StaleError
            try:
                found.require_loggable(assigned.get(pairs[entry_id]))
            except TimeNotLoggableError as problem:
                reasons[entry_id] = str(problem)
        return reasons

    def _settle_record(self, kind: Kind, record_id: Id, position: UndoPosition) -> None:
        record = unreferenced.find(self.account_id, kind, record_id)
        left, writes = list[Left](), list[Write]()
        if record is not None and record.import_id == self.import_id:
            try:
                writes = self._removal(kind, record)
            except ReferredToError as problem:
                # What a removed project has left refers to nothing any more.
                if not self.state.dry_run and operations.finish_pending(self.account_id):
                    raise StaleError from problem
                left = [Left(kind, record_id, getattr(record, "name", ""), str(problem))]
        after = replace(
            self.state,
            records_removed=self.state.records_removed + 1 - len(left),
            records_left=self.state.records_left + len(left),
        )
        self._commit(after, position, left, writes)

    def _removal(self, kind: Kind, record: Removable) -> list[Write]:
        """The writes that remove a record, or say that they would. Raises ReferredToError: it stays."""
        if record.version > 1:
            raise ReferredToError(_CHANGED)
        going = undo.tallied(self.account_id, self.import_id, self.state, kind, record.id)
        writes = unreferenced.removed(self.account_id, record, going, clock.now())
        if self.state.dry_run:
            return self._tally(dict.fromkeys(unreferenced.refers_to(record), References(records=1)))
        return writes

    def _tally(self, more: Mapping[tuple[Kind, Id], References]) -> list[Write]:
        return undo.tally(self.account_id, self.import_id, self.state, more, clock.now())

    def _commit(self, after: ImportUndo, position: UndoPosition, left: Sequence[Left], writes: Sequence[Write]) -> None:
        now = clock.now()
        after = replace(after, position=position, steps=after.steps + 1, updated_at=now)
        listed = [undo.left(self.account_id, self.import_id, self.state, left, now)] if left else []
        try:
            commit([undo.advanced(self.account_id, self.import_id, self.state, after), *listed, *writes])
        except BusyError:
            raise
        except SheafError as refusal:  # what was read has come to be referred to, or its project is being removed
            raise StaleError from refusal
        self.state = after

    def _write_report(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(BOM_UTF8)
            text = TextIOWrapper(file, "utf-8", "replace", newline="")
            writer = csv.writer(text)
            writer.writerow(_COLUMNS)
            for left in undo.everything_left(self.account_id, self.import_id, self.state):
                writer.writerow(map(guarded, (left.kind.lower(), str(left.id), left.name, left.reason)))
            text.detach()  # the file stays open
            file.seek(0)
            files.put_report(files.undo_report_key(self.account_id, self.import_id), file)


def _logged_on(entries: Collection[TimeEntry]) -> Counter[tuple[Kind, Id]]:
    """How many of these entries each record has that counts time."""
    counted: Counter[tuple[Kind, Id]] = Counter()
    for entry in entries:
        counted["TASK", entry.task_id] += 1
        counted["PROJECT", entry.project_id] += 1
        counted["TASK_ASSIGNMENT", entry.assignment_id] += 1
        counted["USER", entry.user_id] += 1
        if entry.user_assignment_id is not None:
            counted["USER_ASSIGNMENT", entry.user_assignment_id] += 1
    return counted
