"""imports: what tasks, projects and task assignments have in common: groups of rows decided, new ids, steps packed.

A group is applied as a whole, in one transaction: records that exchange their names do so at once.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sheaf.domain.imports.decisions import NEW, Decision, RowChange, Snapshot, claims_of, decide, too_large
from sheaf.domain.imports.rows import BadRow, Row, RowError, Verdict
from sheaf.domain.record import Kind, Record
from sheaf.domain.values import Id
from sheaf.imports.batch import STEP_WRITES, Group, Step, Work
from sheaf.store import sequence
from sheaf.store.merging import merged
from sheaf.store.resumable import resume
from sheaf.store.transactions import StaleError, Write


@dataclass(frozen=True, slots=True)
class Source[R]:
    """How the records of a kind are read.

    Args:
        get_many: records by their ids.
        owners: the ids of the records that have these claims.
        claim_of: what is unique to a record among its kind, such as its name.
        claim_taken: the error for a claim that another record keeps.
        kind: the records' kind.
    """

    get_many: Callable[[Collection[Id]], Mapping[Id, R]]
    owners: Callable[[Collection[Any]], Mapping[Any, Id]]
    claim_of: Callable[[R], Hashable]
    claim_taken: RowError
    kind: Kind

    @property
    def kind_name(self) -> str:
        """What a record is called in sentences."""
        return self.kind.replace("_", " ").lower()


def remaining_groups(work: Work) -> list[Group]:
    """The groups that are not settled. A step never ends within one."""
    left, settled = list(work.groups), work.rows_done
    while settled:
        settled -= len(left.pop(0).rows)
    return left


def steps[R: Record](
    work: Work,
    groups: Sequence[Sequence[RowChange[R]]],
    source: Source[R],
    written: Callable[[R | None, R], Sequence[Write]],
    prepared: Callable[[list[list[Decision[R]]]], list[list[Decision[R]]]] = lambda decided: decided,
) -> Iterator[Step]:
    """Decide on the changes of each group and pack what they write into steps.

    `written` gives the writes of one record before and after; a write that several groups need (the same object) is
    carried out once. `prepared` has the last word on the decisions of the whole batch.
    """
    try:
        known = _snapshot([change for group in groups for change in group], source)
    except StaleError:
        finish_pending(work)
        raise
    decided = prepared([decide(group, known) for group in groups])
    absent = {
        change.record_id for group in groups for change in group if change.record_id is not None
    } - known.records.keys()
    decided = _with_ids(work, source.kind, decided, absent)
    return _packed(work, decided, written, source)


def row_error(row: Row) -> RowError:
    """Why a row that is not of the file's kind fails: it could not be read."""
    if isinstance(row, BadRow):
        return RowError(row.field, row.message)
    raise TypeError(f"row {row.number} is of another kind than its file")


def finish_pending(work: Work, returning: Collection[Id] = ()) -> None:
    """Bring to its end what makes or removes records of the account right now, unless nothing is to be written."""
    if not work.dry_run:
        resume.finish_pending(work.account_id, returning)


def _snapshot[R: Record](changes: Sequence[RowChange[R]], source: Source[R]) -> Snapshot[R]:
    """Everything that the changes refer to, in up to three reads of many items each."""
    records = dict(source.get_many({change.record_id for change in changes if change.record_id is not None}))
    owners = {source.claim_of(record): record.id for record in records.values()}
    owners |= source.owners(claims_of(changes, records, source.claim_of) - owners.keys())
    named = {
        owners[change.claim]: change.claim for change in changes if change.record_id is None and change.claim in owners
    }
    records |= source.get_many(named.keys() - records.keys())
    if any(
        record_id not in records or source.claim_of(records[record_id]) != claim for record_id, claim in named.items()
    ):
        raise StaleError  # it was renamed between two reads, or is being made or removed
    return Snapshot(records, owners, source.claim_of, source.claim_taken, source.kind_name)


def _with_ids[R: Record](
    work: Work, kind: Kind, decided: list[list[Decision[R]]], absent: Collection[Id]
) -> list[list[Decision[R]]]:
    """The same decisions with an id for each record that is made and brings none: a made-up one in a dry run.

    No id is given out that a row has brought (`absent`), even where that row fails: corrected, it may come again.
    """
    made = [
        decision.after
        for group in decided
        for decision in group
        if decision.before is None and decision.after is not None
    ]
    brought = [record.id for record in made if record.id != NEW]
    wanted = len(made) - len(brought)
    ids: Iterator[int] = count(-1, -1)
    if made and not work.dry_run:
        if brought:
            # A record of that id may have been deleted a moment ago, and what is left of it not yet.
            finish_pending(work, brought)
        if absent:
            sequence.pass_id(work.account_id, kind, max(absent))
        ids = iter(sequence.next_ids(work.account_id, kind, wanted) if wanted else ())
    return [[_numbered(decision, ids) for decision in group] for group in decided]


def _numbered[R: Record](decision: Decision[R], ids: Iterator[int]) -> Decision[R]:
    if decision.after is None or decision.after.id != NEW:
        return decision
    return replace(decision, after=replace(decision.after, id=Id(next(ids))))  # type: ignore[type-var]


def _packed[R: Record](
    work: Work,
    decided: list[list[Decision[R]]],
    written: Callable[[R | None, R], Sequence[Write]],
    source: Source[R],
) -> Iterator[Step]:
    """As few steps as hold all groups, each whole; a group that is too much for one is refused."""
    step = _OpenStep(source.kind)
    for group in decided:
        decisions = group
        mine = [
            write
            for decision in group
            if decision.after is not None
            for write in written(decision.before, decision.after)
        ]
        if len(_keys_of(mine)) > STEP_WRITES:
            decisions, mine = too_large(group, source.kind_name), []
        if not step.has_room_for(mine):
            yield step.closed(work)
            step = _OpenStep(source.kind, step.done)
        step.add(decisions, mine)
    if step.verdicts:
        yield step.closed(work)


class _OpenStep:
    """The step that groups are being added to. `done` are all writes up to here, those of earlier steps too."""

    def __init__(self, kind: Kind, done: Sequence[Write] = ()) -> None:
        self._kind = kind
        self.done = list(done)  # kept, so that none of them can be taken for another by its identity
        self.verdicts: list[Verdict] = []
        self.writes: list[Write] = []
        self.created: list[Id] = []

    def has_room_for(self, writes: Sequence[Write]) -> bool:
        """Whether a transaction holds these writes too. Two groups that write one record do not go together."""
        more = self._new(writes)
        clash = _keys_of(more, counting=False) & _keys_of(self.writes, counting=False)
        return not clash and len(_keys_of(self.writes) | _keys_of(more)) <= STEP_WRITES

    def add[R: Record](self, decisions: Sequence[Decision[R]], writes: Sequence[Write]) -> None:
        """Take a group in."""
        self.verdicts += [decision.verdict for decision in decisions]
        self.created += [made.id for decision in decisions if (made := decision.after) and decision.before is None]
        more = self._new(writes)
        self.writes += more
        self.done += more

    def closed(self, work: Work) -> Step:
        """The step as it is to be committed."""
        if work.dry_run:
            return Step(self.verdicts)
        return Step(self.verdicts, merged(self.writes), created={self._kind: self.created})

    def _new(self, writes: Sequence[Write]) -> list[Write]:
        known = {id(write) for write in self.done}
        return [write for key, write in {id(write): write for write in writes}.items() if key not in known]


def _keys_of(writes: Sequence[Write], *, counting: bool = True) -> frozenset[tuple[str, str]]:
    return frozenset(write.key_pair for write in writes if counting or not write.amounts)
