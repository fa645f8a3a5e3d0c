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

from sheaf.domain.bulk_import.decisions import contradiction, with_past
from sheaf.domain.bulk_import.matching import match
from sheaf.domain.bulk_import.rows import BadRow, Kept, Named, Outcome, Person, Row, RowError, TimeRow, Verdict
from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import fold_person
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import changed
from sheaf.domain.task import TaskFields
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields, new_time_entry
from sheaf.domain.values import Day, Id, fold_name
from sheaf.imports.batch import STEP_WRITES, Step, Work
from sheaf.store import identity, sequence, time_imports, time_places
from sheaf.store.time_imports import Change, Turn
from sheaf.store.time_places import Maker, Making, There, Where
from sheaf.store.writes import StaleError, Write

_STEP_BYTES = 3_000_000  # of notes in all places of a step's entries; a transaction takes 4 MB
_NOT_YET = Id(0)  # stands for what a dry run does not make
_NO_PAST = Kept()
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
        everything = [_Asked(row, number) for number, one in enumerate(work.groups) for row in one.rows]
        _refuse_contradictions(everything)
        self._asked = everything[work.rows_done :]
        self._maker = Maker(work.account_id, work.now)
        self._places: dict[Where, There] = {}
        self._by_id: dict[Id, TimeEntry] = {}
        self._turns: dict[Id, Turn] = {}
        self._holder = secrets.token_hex(8) if work.import_id is None else str(work.import_id)

    def find_people(self) -> None:
        """By id, if that is who the row names; otherwise by name."""
        people = {one.time.person for one in self._sound()}
        by_id = identity.users_by_id(self._account_id, {one.id for one in people if one.id is not None})
        meant = {one: by_id[one.id] for one in people if one.id is not None and one.id in by_id}
        known = {
            person: user.id
            for person, user in meant.items()
            if _folded_person(person) in ("", fold_person(user.first_name, user.last_name))
        }
        by_name = identity.find_people(self._account_id, {_folded_person(one) for one in people - known.keys()} - {""})
        for one in self._sound():
            person = one.time.person
            one.person = _folded_person(person)
            found = by_name.get(one.person, ())
            if person in known:
                one.user_id = known[person]
            elif not one.person:
                one.problem = RowError("user", "User can't be blank")
            elif len(found) > 1:
                name = f"{person.first_name} {person.last_name}".strip()
                one.problem = RowError("user", f"{len(found)} people are called {name}: say who by id")
            elif found:
                one.user_id = found[0].id

    def find_places(self) -> None:
        """Of the rows, and of the entries that they mean by id."""
        ids = {one.time.kept.id for one in self._sound() if one.time.kept.id is not None}
        self._by_id = time_imports.by_ids(self._account_id, ids)
        for one in self._sound():
            one.where = _where(one.time)
            one.before = self._by_id.get(one.time.kept.id or _NOT_YET)
        standing = {_standing(entry) for entry in self._by_id.values()}
        self._places = time_places.look(self._account_id, {one.where for one in self._sound()} | standing)
        for one in self._sound():
            if one.before is not None and self._places[_standing(one.before)].assignment_id is None:
                if not self._work.dry_run:  # the time of a project that was removed, not swept up yet
                    time_imports.finish_removals(self._account_id)
                    raise StaleError
                one.before = None

    def check(self) -> None:
        """Find what keeps each row from being written, before anything is made for it."""
        for one in self._sound():
            one.there = self._places[one.where]
            try:
                self._check(one)
            except RowError as problem:
                one.problem = problem
            except InvalidError as problem:
                one.problem = RowError("", str(problem))

    def make(self) -> None:
        """What rows name and is not there, unless the row is going to fail."""
        for one in self._sound():
            if one.blocked is None:
                if one.user_id is None:
                    person = one.time.person
                    one.user_id = self._maker.person(one.person, person.first_name, person.last_name)
                if one.there.assignment_id is None:
                    one.there = self._maker.whole(one.where, one.there, _making(one.time, one.there))
                    one.blocked = _ended(one.there)
                    one.fields = _fields(one.time, one.there)

    def find_entries(self) -> None:
        """Match rows without ids with the entries that earlier imports made."""
        rows = self._by_spot()
        wanted: dict[Id, set[tuple[Id, Id, Day]]] = defaultdict(set)
        for user_id, project_id, task_id, day in rows:
            wanted[user_id].add((project_id, task_id, day))
        if not self._work.dry_run:
            self._turns = time_imports.turns(self._account_id, wanted.keys())
        taken = self._work.used | self._by_id.keys()
        entries: dict[Spot, list[TimeEntry]] = defaultdict(list)
        for user_id, spots in wanted.items():
            for entry in time_imports.imported(self._account_id, user_id, spots):
                if entry.id not in taken:
                    entries[user_id, entry.project_id, entry.task_id, entry.spent_date].append(entry)
        for where, found in entries.items():
            some = rows[where]
            unsaid = frozenset.intersection(*(one.time.unsaid for one in some))
            for one, before in zip(some, match([one.fields for one in some], found, unsaid), strict=True):
                one.before = before

    def _by_spot(self) -> dict[Spot, list[_Asked]]:
        """The rows without ids, by whose day on what they are about, as far as all of that is there."""
        rows: dict[Spot, list[_Asked]] = defaultdict(list)
        for one in self._sound():
            project, task = one.there.project, one.there.task
            if one.time.kept.id is not None or one.user_id is None or one.there.assignment_id is None:
                continue
            if project is not None and task is not None:
                rows[one.user_id, project.id, task.id, one.time.spent_date].append(one)
        return rows

    def steps(self) -> Iterator[Step]:
        """Decide on every row and pack what it changes, as much as a transaction holds."""
        self._decide()
        step = _OpenStep(self._work)
        for place, one in enumerate(self._asked):
            change = None if one.after is None or self._work.dry_run else Change(one.before, one.after)
            if change and not step.has_room_for(change):
                yield step.closed(self._writes(step))
                step = _OpenStep(self._work, step.used)
            is_last = place + 1 == len(self._asked) or self._asked[place + 1].group != one.group
            step.add(one, change, is_last=is_last)
        if step.verdicts:
            yield step.closed(self._writes(step))

    def _sound(self) -> list[_Asked]:
        return [one for one in self._asked if one.problem is None]

    def _check(self, one: _Asked) -> None:
        row, there = one.time, one.there
        _require_known(row, there)
        _making(row, there)  # what cannot be made is known before anything is, and in a dry run too
        one.fields = _fields(row, there)
        one.blocked = _ended(there)
        if one.before is None:
            if row.kept.created_at is not None or row.kept.updated_at is not None:
                self._new(one, _NOT_YET)
            return
        if one.user_id != one.before.user_id:
            raise RowError("user", "A time entry can't be given to somebody else")
        one.blocked = _ended(self._places[_standing(one.before)]) or one.blocked

    def _decide(self) -> None:
        seen: dict[Id, _Asked] = {}
        for one in self._sound():
            kept_id = one.time.kept.id
            first = one if kept_id is None else seen.setdefault(kept_id, one)
            if first is not one:
                one.problem = first.problem
                continue
            if one.before is not None:
                one.after = self._changed(one, one.before)
                if one.after is None:
                    continue
            if one.blocked is not None:
                one.after, one.problem = None, one.blocked
            else:
                one.outcome = Outcome.CREATED if one.before is None else Outcome.UPDATED
        if not self._work.dry_run:
            self._number([one for one in self._sound() if one.outcome is Outcome.CREATED])

    def _changed(self, one: _Asked, before: TimeEntry) -> TimeEntry | None:
        """The entry as it shall be; None where it is so already."""
        kept = {name: getattr(before, name) for name in one.time.unsaid}
        after = changed(before, replace(one.fields, **kept) if kept else one.fields, self._work.now)
        return None if after is before else replace(after, assignment_id=one.there.assignment_id or _NOT_YET)

    def _new(self, one: _Asked, entry_id: Id) -> TimeEntry:
        user_id, assignment_id = one.user_id or _NOT_YET, one.there.assignment_id or _NOT_YET
        made = new_time_entry(entry_id, user_id, assignment_id, one.fields, self._work.now)
        if one.time.kept != _NO_PAST:
            made = with_past(made, one.time.kept, self._work.now)
        return replace(made, imported=True)

    def _number(self, made: Sequence[_Asked]) -> None:
        brought = [one.time.kept.id for one in made if one.time.kept.id is not None]
        if brought:
            sequence.pass_id(self._account_id, "TIME_ENTRY", max(brought))
        wanted = len(made) - len(brought)
        ids = iter(sequence.next_ids(self._account_id, "TIME_ENTRY", wanted) if wanted else ())
        for one in made:
            one.after = self._new(one, one.time.kept.id or next(ids))

    def _writes(self, step: "_OpenStep") -> list[Write]:
        users = sorted({change.after.user_id for change in step.changes} & self._turns.keys())
        writes = time_imports.written(self._account_id, step.changes)
        for user_id in users:
            turn = self._turns[user_id]
            writes.append(time_imports.take_turn(self._account_id, user_id, turn, self._holder))
            self._turns[user_id] = time_imports.taken(turn, self._holder)
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
        items = self._items + time_imports.own_items(self._account_id, change)
        counters = self._counters.union(time_imports.counters(change))
        return items + len(counters) <= STEP_WRITES and self._bytes + _bytes(change) <= _STEP_BYTES

    def add(self, one: _Asked, change: Change | None, *, is_last: bool) -> None:
        """Take a row in; `is_last`: it is the last one of its group."""
        self.verdicts.append(_verdict(one))
        if change is not None:
            self.changes.append(change)
            self._counters.update(time_imports.counters(change))
            self._items += time_imports.own_items(self._account_id, change)
            self._bytes += _bytes(change)
        stands_for = one.before or one.after
        if is_last:
            self.used = frozenset()
        elif one.problem is None and stands_for is not None:
            self.used |= {stands_for.id}

    def closed(self, writes: Sequence[Write]) -> Step:
        """The step as it is to be committed."""
        return Step(self.verdicts, writes, self.used)


def _refuse_contradictions(asked: Sequence[_Asked]) -> None:
    """Rows of one id must say the same; which is looked at in the whole batch, whatever of it is settled."""
    by_id: dict[Id, list[_Asked]] = defaultdict(list)
    for one in asked:
        if isinstance(one.row, BadRow):
            one.problem = RowError(one.row.field, one.row.message)
        elif one.row.kept.id is not None:
            by_id[one.row.kept.id].append(one)
    for some in by_id.values():
        if len({replace(one.time, number=0) for one in some}) > 1:
            message = str(contradiction([one.time.number for one in some], "time entry"))
            for one in some:
                one.problem = RowError("id", message)


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


def _verdict(one: _Asked) -> Verdict:
    if one.problem is not None:
        return Verdict(one.row.number, Outcome.FAILED, one.problem.field, str(one.problem))
    return Verdict(one.row.number, one.outcome)


def _bytes(change: Change) -> int:
    """What the texts of a change take in its four places, at most."""
    return 16 * len(change.after.notes or "")
