"""domain: what becomes of rows that say how a record is to be: it is created, changed or left, or the row fails.

Rows are decided together when they are about the same record, or when one takes the name that another gives up. Each
says how its record is to be in the end, so the names that count are those in the end: records may exchange theirs.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.rows import ImportedMetadata, Outcome, RowError, Verdict
from sheaf.domain.record import Record
from sheaf.domain.values import Id, Timestamp

NEW = Id(0)  # the id of a new record for which a number is yet to be taken
_NAMED_ROWS = 5  # that a message names; of more it says how many


@dataclass(frozen=True, slots=True)
class RowChange[R]:
    """What one row asks for.

    Args:
        number: the row's.
        record_id: the id of the record that the row changes; None: the record that has `claim`, or a new one.
        claim: what is unique among its kind: a name, or a project and a task. None where the row does not give it.
        content: all that the row says. Two rows with the same content are one change.
        create: makes the new record, with the id NEW where the row brings none. Raises InvalidError.
        apply_to: makes the changed record of the present one; the same object if nothing changes. Raises InvalidError.
    """

    number: int
    record_id: Id | None
    claim: Hashable
    content: Hashable
    create: Callable[[], R]
    apply_to: Callable[[R], R]

    def result(self, before: R | None) -> R | InvalidError:
        """The record as the row says it shall be, or why it cannot be so."""
        try:
            return self.create() if before is None else self.apply_to(before)
        except InvalidError as error:
            return error


@dataclass(frozen=True, slots=True)
class Snapshot[R]:
    """What is stored of all that a batch of rows refers to.

    Args:
        records: the records that rows refer to, by id.
        owners: the ids of the records that have the claims of the rows, by claim.
        claim_of: the claim of a record.
        claim_taken: the error for a claim that another record keeps.
        kind: what a record is called.
    """

    records: Mapping[Id, R]
    owners: Mapping[Hashable, Id]
    claim_of: Callable[[R], Hashable]
    claim_taken: RowError
    kind: str


@dataclass(frozen=True, slots=True)
class Decision[R]:
    """What one row comes to. `after` is what it writes, None for nothing; `before` what was there, None for nothing."""

    verdict: Verdict
    before: R | None = None
    after: R | None = None


def invalid_row[R](number: int, error: RowError, record_id: Id | None = None, content: Hashable = None) -> RowChange[R]:
    """The change of a row that fails whatever is stored."""

    def refuse(*_: object) -> NoReturn:
        raise error

    return RowChange(number, record_id, None, number if content is None else content, refuse, refuse)


def imported[R: Record](record: R, metadata: ImportedMetadata, now: Timestamp, import_id: Id) -> R:
    """A new record as its import makes it, with the times that its row brings.

    Raises:
        RowError: they lie in the future, or in the wrong order.
    """
    for name, moment in (("created_at", metadata.created_at), ("updated_at", metadata.updated_at)):
        if moment is not None and moment > now:
            raise RowError(name, f"{name} lies in the future")
    updated_at = metadata.updated_at or now
    created_at = metadata.created_at or updated_at
    if created_at > updated_at:
        raise RowError("created_at", "created_at lies after updated_at")
    return replace(record, created_at=created_at, updated_at=updated_at, import_id=import_id)  # type: ignore[type-var]


def claims_of[R](
    changes: Iterable[RowChange[R]], records: Mapping[Id, R], claim_of: Callable[[R], Hashable]
) -> frozenset[Hashable]:
    """The claims that the changes need, given the records that they name by id; those of failing ones too."""
    wanted = (_claim_after(change, change.result(_by_id(change, records)), claim_of) for change in changes)
    return frozenset(claim for claim in wanted if claim is not None)


def decide[R: Record](changes: Sequence[RowChange[R]], known: Snapshot[R]) -> list[Decision[R]]:
    """What the rows of one group come to, in their order; no order of theirs changes what any of them comes to.

    Of rows that say the same the first is decided and the others are unchanged, or fail as it does. Rows that say
    different things about one record all fail. The rest is carried out except for rows whose claim another record
    keeps; the record of a failing row keeps its claim too.
    """
    first: dict[Hashable, RowChange[R]] = {}
    for change in sorted(changes, key=lambda change: change.number):
        first.setdefault(change.content, change)
    decided = dict(zip(first, _decide_each(list(first.values()), known, _rows_of(changes)), strict=True))
    return [_of_row(change, first[change.content], decided[change.content]) for change in changes]


def too_large[R](decisions: Iterable[Decision[R]], kind: str) -> list[Decision[R]]:
    """The same decisions, of which none is carried out because all together are more than one transaction holds."""
    message = f"Too many {kind}s take over each other's names at once; give them other names first, in another file"
    changing = (Outcome.CREATED, Outcome.UPDATED)
    return [
        Decision(_failed(decision.verdict.number, RowError("name", message)))
        if decision.verdict.outcome in changing
        else decision
        for decision in decisions
    ]


@dataclass(frozen=True, slots=True)
class _Move[R]:
    """A change that would be made as far as its own row goes."""

    before: R | None
    after: R


def _decide_each[R: Record](
    changes: Sequence[RowChange[R]], known: Snapshot[R], rows: Mapping[Hashable, Sequence[int]]
) -> list[Decision[R]]:
    """One decision for each change; no two of them have the same content."""
    named = {change.record_id for change in changes}
    found = [_by_id(change, known.records) or _by_claim(change, known, named) for change in changes]
    results = [change.result(before) for change, before in zip(changes, found, strict=True)]
    wanted = [_claim_after(change, result, known.claim_of) for change, result in zip(changes, results, strict=True)]
    subjects: dict[Hashable, list[int]] = defaultdict(list)
    for index, (change, claim) in enumerate(zip(changes, wanted, strict=True)):
        for subject in (("id", change.record_id), ("claim", claim)):
            if subject[1] is not None:
                subjects[subject].append(index)
    problems: dict[int, InvalidError] = {}
    for index, (change, claim) in enumerate(zip(changes, wanted, strict=True)):
        rivals = {*subjects[("id", change.record_id)], *subjects[("claim", claim)]}
        result = results[index]
        if len(rivals) > 1:
            problems[index] = contradiction(
                [number for each in rivals for number in rows[changes[each].content]], known.kind
            )
        elif isinstance(result, InvalidError):
            problems[index] = result
    moves = {
        index: _Move(found[index], result)
        for index, result in enumerate(results)
        if index not in problems and not isinstance(result, InvalidError)
    }
    for index in _blocked_moves(moves, known):
        problems[index] = known.claim_taken
        del moves[index]
    return [
        _failed_decision(change.number, problems[index]) if index in problems else _applied(change.number, moves[index])
        for index, change in enumerate(changes)
    ]


def _blocked_moves[R: Record](moves: Mapping[int, _Move[R]], known: Snapshot[R]) -> set[int]:
    """The moves to a claim whose owner keeps it: because no row changes that owner, or because that row fails too."""
    moving = {
        index: move
        for index, move in moves.items()
        if move.before is None or known.claim_of(move.before) != known.claim_of(move.after)
    }
    out: set[int] = set()
    while True:
        free = {move.before.id for index, move in moving.items() if move.before is not None and index not in out} | {
            NEW
        }
        more = {
            index
            for index, move in moving.items()
            if index not in out and known.owners.get(known.claim_of(move.after), NEW) not in free
        }
        if not more:
            return out
        out |= more


def _by_id[R](change: RowChange[R], records: Mapping[Id, R]) -> R | None:
    return None if change.record_id is None else records.get(change.record_id)


def _by_claim[R](change: RowChange[R], known: Snapshot[R], named: Iterable[Id | None]) -> R | None:
    """The record that a row means by its claim, unless another row names that record by its id."""
    owner = known.owners.get(change.claim)
    return None if change.record_id is not None or owner is None or owner in named else known.records[owner]


def _claim_after[R](change: RowChange[R], result: R | InvalidError, claim_of: Callable[[R], Hashable]) -> Hashable:
    return change.claim if isinstance(result, InvalidError) else claim_of(result)


def _rows_of[R](changes: Iterable[RowChange[R]]) -> Mapping[Hashable, Sequence[int]]:
    """The numbers of the rows that say the same, by what they say."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for change in changes:
        rows[change.content].append(change.number)
    return rows


def _of_row[R](change: RowChange[R], first: RowChange[R], decision: Decision[R]) -> Decision[R]:
    """What a row comes to, given what came of the first one that says the same."""
    verdict = replace(decision.verdict, number=change.number)
    if change.number == first.number or verdict.outcome is Outcome.FAILED:
        return replace(decision, verdict=verdict)
    return Decision(replace(verdict, outcome=Outcome.UNCHANGED))


def contradiction(numbers: Iterable[int], kind: str) -> InvalidError:
    """What is said of rows of these numbers that say different things about one record of this kind."""
    rows = sorted(numbers)
    shown = [str(row) for row in rows[:_NAMED_ROWS]]
    left = len(rows) - len(shown)
    last = f"{left} more" if left else shown.pop()
    return InvalidError(f"Rows {', '.join(shown)} and {last} say different things about the same {kind}")


def _failed_decision[R](number: int, error: InvalidError) -> Decision[R]:
    return Decision(_failed(number, error))


def _failed(number: int, error: InvalidError) -> Verdict:
    return Verdict(number, Outcome.FAILED, error.field if isinstance(error, RowError) else "", str(error))


def _applied[R](number: int, move: _Move[R]) -> Decision[R]:
    if move.after is move.before:
        return Decision(Verdict(number, Outcome.UNCHANGED))
    outcome = Outcome.CREATED if move.before is None else Outcome.UPDATED
    return Decision(Verdict(number, outcome), move.before, move.after)
