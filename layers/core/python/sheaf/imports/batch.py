"""imports: a batch, the rows of a file that one message carries, and the steps in which it is applied."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheaf.domain.bulk_import.job import FileKind
from sheaf.domain.bulk_import.rows import Row, Verdict
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, Timestamp
from sheaf.store.writes import Write

ROWS = 100  # rows that a batch holds, more only where one group does
GROUP_ROWS = 500  # rows that may be about one record, or about one person's day on one task
BATCH_BYTES = 200_000  # of the message that carries a batch; SQS takes 262,144
STEP_WRITES = 95  # that a step may have: a transaction holds 100, and the progress of the import is part of it


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that can only be decided together: they are about the same record, or may be. Sorted by content."""

    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Message:
    """A batch as it travels: raw rows, so that the worker reads them as the cutter did. JSON in SQS.

    Args:
        number: from 1, in the order of cutting; always the same for the same file.
        groups: raw rows `[number, values]` of each group.
        hints: what the newest row of the file says of things that are to be made once: `project_code` by project,
            `currency` by client, `billable` by assignment (see `staging`).
    """

    account_id: AccountId
    import_id: Id
    number: int
    kind: FileKind
    columns: Sequence[str]
    groups: Sequence[Sequence[tuple[int, Mapping[str, Any]]]]
    hints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done of a batch: its groups, of which `rows_done` rows (in order) are settled already.

    `used` are the records that settled rows of the group under way stand for, so that no two rows mean the same one.
    Batches of one import (`import_id`) never mean the same records, so they need not wait for one another; without it,
    a batch waits for every other.
    """

    account_id: AccountId
    groups: Sequence[Group]
    rows_done: int
    used: frozenset[Id]
    dry_run: bool
    now: Timestamp
    import_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The verdicts on the next rows, in their order, and the writes that make them true (none in a dry run).

    `used` is what `Work.used` has to be when the work is taken up after this step.
    """

    verdicts: Sequence[Verdict]
    writes: Sequence[Write] = ()
    used: frozenset[Id] = frozenset()


type Steps = Callable[[Work], Iterator[Step]]
"""How rows of one kind are applied: reads what is there, decides, and yields step after step.

The caller commits each step, together with the progress of the batch, before it asks for the next one. StaleError from
that commit, or from here, means: begin anew from where the batch stands.
"""
