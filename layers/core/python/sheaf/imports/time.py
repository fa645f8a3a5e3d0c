"""imports: rows of time, applied so that the same rows again change nothing.

A row is about one person's day on one task. Where it brings an id it means the entry of that id; otherwise the entries
that imports made of that day are matched with its rows, and what the API has logged is left alone. What a row names and
is not there is made first, outside the import's own transactions: made twice it is still one, and made in vain no harm.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import fold_person
from sheaf.domain.imports.decisions import contradiction, with_imported_metadata
from sheaf.domain.imports.matching import match
from sheaf.domain.imports.rows import BadRow, ImportedMetadata, Named, Outcome, Person, Row, RowError, TimeRow, Verdict
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields, new_time_entry
from sheaf.domain.values import Day, Id, fold_name
from sheaf.imports.batch import STEP_WRITES, Step, Work
from sheaf.store import sequence, time_places, users
from sheaf.store.imports import imported_time
from sheaf.store.imports.imported_time import Change, Turn
from sheaf.store.time_places import Maker, Making, There, Where
from sheaf.store.writes import StaleError, Write

_STEP_BYTES = 3_000_000  # of notes in all places of a step's entries; a transaction takes 4 MB
_NOT_YET = Id(0)  # stands for what a dry run does not make
_NO_PAST = ImportedMetadata()
_NOTHING = TimeEntryFields(project_id=_NOT_YET, task_id=_NOT_YET, spent_date=Day("2000-01-01"))

type Spot = tuple[Id, Id, Id, Day]
"""Whose day on what: user, project, task, date."""


def time_steps(work: Work) -> Iterator[Step]:
    """The steps of a batch of time rows; see `batch.Steps`."""
    batch = _Batch(work)
    batch.find_people()
    batch.find_places()
    batch.check()
    if not work.dry_run:
        batch.make()
    batch.find_entries()
    yield from batch.steps()


@dataclass(slots=True, eq=False)
class _Asked:
    """One row that is not settled, and what is known of it so far."""

    row: Row
    group: int
    problem: RowError | None = None
    person: str = ""
    user_id: Id | None = None
    where: Where = field(default=Where(Named(), Named(), Named()))
    there: There = field(default=There())
    blocked: RowError | None = None  # nothing may be written there, but what is there already may stay
    fields: TimeEntryFields = _NOTHING
    before: TimeEntry | None = None
    after: TimeEntry | None = None
    outcome: Outcome = Outcome.UNCHANGED

    @property
    def time(self) -> TimeRow:
        """The row, unless it could not be read."""
        if not isinstance(self.row, TimeRow):
            raise TypeError(f"row {self.row.number} is not of time")
        return self.row


class _Batch:
    """The rows of a batch on their way to verdicts."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._account_id = work.account_id
        everything = [_Asked(row, number) for number, group in enumerate(work.groups) for row in group.rows]
        _refuse_contradictions(everything)
        self._asked = everything[work.rows_done :]
        self._maker = Maker(work.account_id, work.now)
        self._places: dict[Where, There] = {}
        self._by_id: dict[Id, TimeEntry] = {}
        self._turns: dict[Id, Turn] = {}
        self._holder = secrets.token_hex(8) if work.import_id is None else str(work.import_id)

    def find_people(self) -> None:
        """By id, if that is who the row names; otherwise by name."""
        people = {asked.time.person for asked in self._sound()}
        by_id = users.get_many(self._account_id, {person.id for person in people if person.id is not None})
        meant = {person: by_id[person.id] for person in people if person.id is not None and person.id in by_id}
        known = {
            person: user.id
            for person, user in meant.items()
            if _folded_person(person) in ("", fold_person(user.first_name, user.last_name))
        }
        by_name = users.get_by_names(
            self._account_id, {_folded_person(person) for person in people - known.keys()} - {""}
        )
        for asked in self._sound():
            person = asked.time.person
            asked.person = _folded_person(person)
            found = by_name.get(asked.person, ())
            if person in known:
                asked.user_id = known[person]
            elif not asked.person:
                asked.problem = RowError("user", "User can't be blank")
            elif len(found) > 1:
                name = f"{person.first_name} {person.last_name}".strip()
                asked.problem = RowError("user", f"{len(found)} people are called {name}: say who by id")
            elif found:
                asked.user_id = found[0].id

    def find_places(self) -> None:
        """Of the rows, and of the entries that they mean by id."""
        ids = {asked.time.metadata.id for asked in self._sound() if asked.time.metadata.id is not None}
        self._by_id = imported_time.by_ids(self._account_id, ids)
        for asked in self._sound():
            asked.where = _where(asked.time)
            asked.before = self._by_id.get(asked.time.metadata.id or _NOT_YET)
        standing = {_standing(entry) for entry in self._by_id.values()}
        self._places = time_places.look(self._account_id, {asked.where for asked in self._sound()} | standing)
        for asked in self._sound():
            if asked.before is not None and self._places[_standing(asked.before)].assignment_id is None:
                if not self._work.dry_run:  # the time of a project that was removed, not swept up yet
                    imported_time.finish_removals(self._account_id)
                    raise StaleError
                asked.before = None

    def check(self) -> None:
        """Find what keeps each row from being written, before anything is made for it."""
        for asked in self._sound():
            asked.there = self._places[asked.where]
            try:
                self._check(asked)
            except RowError as problem:
                asked.problem = problem
            except InvalidError as problem:
                asked.problem = RowError("", str(problem))

    def make(self) -> None:
        """What rows name and is not there, unless the row is going to fail."""
        for asked in self._sound():
            if asked.blocked is None:
                if asked.user_id is None:
                    person = asked.time.person
                    asked.user_id = self._maker.person(asked.person, person.first_name, person.last_name)
                if asked.there.assignment_id is None:
                    asked.there = self._maker.whole(asked.where, asked.there, _making(asked.time, asked.there))
                    asked.blocked = _ended(asked.there)
                    asked.fields = _fields(asked.time, asked.there)

    def find_entries(self) -> None:
        """Match rows without ids with the entries that earlier imports made."""
        rows = self._by_spot()
        wanted: dict[Id, set[tuple[Id, Id, Day]]] = defaultdict(set)
        for user_id, project_id, task_id, day in rows:
            wanted[user_id].add((project_id, task_id, day))
        if not self._work.dry_run:
            self._turns = imported_time.turns(self._account_id, wanted.keys())
        taken = self._work.used | self._by_id.keys()
        entries: dict[Spot, list[TimeEntry]] = defaultdict(list)
        for user_id, spots in wanted.items():
            for entry in imported_time.imported(self._account_id, user_id, spots):
                if entry.id not in taken:
                    entries[user_id, entry.project_id, entry.task_id, entry.spent_date].append(entry)
        for where, found in entries.items():
            some = rows[where]
            unsaid = frozenset.intersection(*(asked.time.missing_columns for asked in some))
            for asked, before in zip(some, match([asked.fields for asked in some], found, unsaid), strict=True):
                asked.before = before

    def _by_spot(self) -> dict[Spot, list[_Asked]]:
        """The rows without ids, by whose day on what they are about, as far as all of that is there."""
        rows: dict[Spot, list[_Asked]] = defaultdict(list)
        for asked in self._sound():
            project, task = asked.there.project, asked.there.task
            if asked.time.metadata.id is not None or asked.user_id is None or asked.there.assignment_id is None:
                continue
            if project is not None and task is not None:
                rows[asked.user_id, project.id, task.id, asked.time.spent_date].append(asked)
        return rows

    def steps(self) -> Iterator[Step]:
        """Decide on every row and pack what it changes, as much as a transaction holds."""
        self._decide()
        step = _OpenStep(self._work)
        for place, asked in enumerate(self._asked):
            change = None if asked.after is None or self._work.dry_run else Change(asked.before, asked.after)
            if change and not step.has_room_for(change):
                yield step.closed(self._writes(step))
                step = _OpenStep(self._work, step.used)
            is_last = place + 1 == len(self._asked) or self._asked[place + 1].group != asked.group
            step.add(asked, change, is_last=is_last)
        if step.verdicts:
            yield step.closed(self._writes(step))

    def _sound(self) -> list[_Asked]:
        return [asked for asked in self._asked if asked.problem is None]

    def _check(self, asked: _Asked) -> None:
        row, there = asked.time, asked.there
        _require_known(row, there)
        _making(row, there)  # what cannot be made is known before anything is, and in a dry run too
        asked.fields = _fields(row, there)
        asked.blocked = _ended(there)
        if asked.before is None:
            if row.metadata.created_at is not None or row.metadata.updated_at is not None:
                self._new(asked, _NOT_YET)
            return
        if asked.user_id != asked.before.user_id:
            raise RowError("user", "A time entry can't be given to somebody else")
        asked.blocked = _ended(self._places[_standing(asked.before)]) or asked.blocked

    def _decide(self) -> None:
        seen: dict[Id, _Asked] = {}
        for asked in self._sound():
            kept_id = asked.time.metadata.id
            first = asked if kept_id is None else seen.setdefault(kept_id, asked)
            if first is not asked:
                asked.problem = first.problem
                continue
            if asked.before is not None:
                asked.after = self._changed(asked, asked.before)
                if asked.after is None:
                    continue
            if asked.blocked is not None:
                asked.after, asked.problem = None, asked.blocked
            else:
                asked.outcome = Outcome.CREATED if asked.before is None else Outcome.UPDATED
        if not self._work.dry_run:
            self._number([asked for asked in self._sound() if asked.outcome is Outcome.CREATED])

    def _changed(self, asked: _Asked, before: TimeEntry) -> TimeEntry | None:
        """The entry as it shall be; None where it is so already."""
        kept = {name: getattr(before, name) for name in asked.time.missing_columns}
        after = with_changes(before, replace(asked.fields, **kept) if kept else asked.fields, self._work.now)
        return None if after is before else replace(after, assignment_id=asked.there.assignment_id or _NOT_YET)

    def _new(self, asked: _Asked, entry_id: Id) -> TimeEntry:
        user_id, assignment_id = asked.user_id or _NOT_YET, asked.there.assignment_id or _NOT_YET
        made = new_time_entry(entry_id, user_id, assignment_id, asked.fields, self._work.now)
        if asked.time.metadata != _NO_PAST:
            made = with_imported_metadata(made, asked.time.metadata, self._work.now)
        return replace(made, imported=True)

    def _number(self, made: Sequence[_Asked]) -> None:
        brought = [asked.time.metadata.id for asked in made if asked.time.metadata.id is not None]
        if brought:
            sequence.pass_id(self._account_id, "TIME_ENTRY", max(brought))
        wanted = len(made) - len(brought)
        ids = iter(sequence.next_ids(self._account_id, "TIME_ENTRY", wanted) if wanted else ())
        for asked in made:
            asked.after = self._new(asked, asked.time.metadata.id or next(ids))

    def _writes(self, step: "_OpenStep") -> list[Write]:
        writers = sorted({change.after.user_id for change in step.changes} & self._turns.keys())
        writes = imported_time.written(self._account_id, step.changes)
        for user_id in writers:
            turn = self._turns[user_id]
            writes.append(imported_time.take_turn(self._account_id, user_id, turn, self._holder))
            self._turns[user_id] = imported_time.taken(turn, self._holder)
        return writes


class _OpenStep:
    """The step that rows are being added to."""

    def __init__(self, work: Work, used: frozenset[Id] | None = None) -> None:
        self.used = work.used if used is None else used
        self.verdicts: list[Verdict] = []
        self.changes: list[Change] = []
        self._account_id = work.account_id
        self._counters: set[tuple[str | int, ...]] = set()
        self._items = 0
        self._bytes = 0

    def has_room_for(self, change: Change) -> bool:
        """Whether a transaction holds this change too."""
        items = self._items + imported_time.own_items(self._account_id, change)
        counters = self._counters.union(imported_time.counters(change))
        return items + len(counters) <= STEP_WRITES and self._bytes + _bytes(change) <= _STEP_BYTES

    def add(self, asked: _Asked, change: Change | None, *, is_last: bool) -> None:
        """Take a row in; `is_last`: it is the last one of its group."""
        self.verdicts.append(_verdict(asked))
        if change is not None:
            self.changes.append(change)
            self._counters.update(imported_time.counters(change))
            self._items += imported_time.own_items(self._account_id, change)
            self._bytes += _bytes(change)
        stands_for = asked.before or asked.after
        if is_last:
            self.used = frozenset()
        elif asked.problem is None and stands_for is not None:
            self.used |= {stands_for.id}

    def closed(self, writes: Sequence[Write]) -> Step:
        """The step as it is to be committed."""
        return Step(self.verdicts, writes, self.used)


def _refuse_contradictions(asked: Sequence[_Asked]) -> None:
    """Rows of one id must say the same; which is looked at in the whole batch, whatever of it is settled."""
    by_id: dict[Id, list[_Asked]] = defaultdict(list)
    for row in asked:
        if isinstance(row.row, BadRow):
            row.problem = RowError(row.row.field, row.row.message)
        elif row.row.metadata.id is not None:
            by_id[row.row.metadata.id].append(row)
    for some in by_id.values():
        if len({replace(asked.time, number=0) for asked in some}) > 1:
            message = str(contradiction([asked.time.number for asked in some], "time entry"))
            for row in some:
                row.problem = RowError("id", message)


def _require_known(row: TimeRow, there: There) -> None:
    """What a row refers to by its id must be there. The sentences are those of the API."""
    for name, named, found in (
        ("client", row.client, there.client_id),
        ("project", row.project, there.project),
        ("task", row.task, there.task),
    ):
        needed = name != "client" or row.project.id is None
        if needed and found is None and named.name is None:
            raise RowError(name, f"{name.capitalize()} can't be blank")


def _making(row: TimeRow, there: There) -> Making:
    """What is to be made for a row. Raises RowError: it could not be."""
    client = project = task = None
    try:
        what = "client"
        if there.project is None and there.client_id is None:
            client = ClientFields(name=row.client.name or "")
            client = replace(client, currency=row.currency or client.currency)
        what = "project"
        if there.project is None:
            project = ProjectFields(client_id=_NOT_YET, name=row.project.name or "", code=row.project_code)
        what = "task"
        if there.task is None:
            task = TaskFields(name=row.task.name or "")
    except InvalidError as problem:
        raise RowError(what, str(problem)) from problem
    return Making(client=client, project=project, task=task, billable=row.billable)


def _fields(row: TimeRow, there: There) -> TimeEntryFields:
    return TimeEntryFields(
        project_id=there.project.id if there.project else _NOT_YET,
        task_id=there.task.id if there.task else _NOT_YET,
        spent_date=row.spent_date,
        hours=row.hours,
        notes=row.notes,
        external_reference=row.external_reference,
    )


def _ended(there: There) -> RowError | None:
    """No time is written where work has ended. The sentences are those of the API."""
    if there.project is not None and not there.project.is_active:
        return RowError("project", "Project is archived")
    if there.task is not None and not there.task.is_active:
        return RowError("task", "Task is archived")
    return None if there.is_open else RowError("task", "Task assignment is archived")


def _where(row: TimeRow) -> Where:
    client = Named() if row.project.id is not None else _folded_name(row.client)
    return Where(client, _folded_name(row.project), _folded_name(row.task))


def _standing(entry: TimeEntry) -> Where:
    return Where(Named(), Named(id=entry.project_id), Named(id=entry.task_id))


@lru_cache(4096)
def _folded_name(named: Named) -> Named:
    return named if named.name is None else Named(named.id, fold_name(named.name))


@lru_cache(4096)
def _folded_person(person: Person) -> str:
    return fold_person(person.first_name, person.last_name)


def _verdict(asked: _Asked) -> Verdict:
    if asked.problem is not None:
        return Verdict(asked.row.number, Outcome.FAILED, asked.problem.field, str(asked.problem))
    return Verdict(asked.row.number, asked.outcome)


def _bytes(change: Change) -> int:
    """What the texts of a change take in its four places, at most."""
    return 16 * len(change.after.notes or "")
