"""Batches applied as the pipeline applies them: each step in one transaction with the progress, from where it stands.

The progress lies in the table, so that a batch can be delivered again after a crash, or to two workers at once.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.rows import Outcome, Row, Verdict
from sheaf.domain.values import Id, Timestamp
from sheaf.imports.batch import STEP_WRITES, Group, Step, Steps, Work
from sheaf.store.items import Item
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import update
from tests.store.faults import Sent
from tests.store.stored_records import ACCOUNT, NOW
from tests.support.table import row as stored

ATTEMPTS = 10
IMPORT = Id(1)
_PROGRESS = "DRIVER#SEQUENCE"


@dataclass(frozen=True)
class Progress:
    """How far a batch has come."""

    verdicts: tuple[Verdict, ...] = ()
    used: frozenset[Id] = frozenset()


def group(*rows: Row) -> Group:
    """Rows that are decided together, in the order of what they say."""
    return Group(sorted(rows, key=lambda row: (repr(replace(row, number=0)), row.number)))


def work(
    *groups: Group, dry_run: bool = False, now: Timestamp = NOW, rows_done: int = 0, account_id: AccountId = ACCOUNT
) -> Work:
    """A batch of these groups, nothing of which is done; of import 1."""
    return Work(account_id, groups, rows_done, frozenset(), dry_run, now, IMPORT)


def apply(steps: Steps, todo: Work, batch: str = "1") -> list[Verdict]:
    """Deliver a batch, perhaps again, and bring it to its end; all its verdicts in the order of its rows.

    Raises:
        StaleError: ten times in a row others were faster.
    """
    for _ in range(ATTEMPTS):
        done = progress(batch)
        try:
            for step in steps(replace(todo, rows_done=len(done.verdicts), used=done.used)):
                done = _settle(batch, done, step)
        except StaleError:
            continue
        assert [verdict.number for verdict in done.verdicts] == [
            row.number for item in todo.groups for row in item.rows
        ]
        return list(done.verdicts)
    raise StaleError


def fates(verdicts: Sequence[Verdict]) -> dict[int, str]:
    """What came of each row, by its number: the outcome, or why it failed as `field: message`."""
    return {
        verdict.number: f"{verdict.field}: {verdict.message}"
        if verdict.outcome is Outcome.FAILED
        else verdict.outcome.value
        for verdict in verdicts
    }


def changes(calls: Sequence[Sent]) -> list[str]:
    """The keys of all items that were written beside the progress, sequences included."""
    written = []
    for call in calls:
        match call.operation:
            case "TransactWriteItems":
                written += [next(iter(item.values())) for item in call.request["TransactItems"]]
            case "PutItem" | "UpdateItem" | "DeleteItem":
                written.append(call.request)
    keys = [item.get("Key") or item["Item"] for item in written]
    return [f"{key['pk']['S']} {key['sk']['S']}" for key in keys if key["pk"]["S"] != _PROGRESS]


def progress(batch: str = "1") -> Progress:
    """How far a batch has come, as the table knows it."""
    item = stored(_key(batch))
    if item is None:
        return Progress()
    verdicts = json.loads(item["verdicts"]["S"])
    used = frozenset(Id(load) for load in json.loads(item["used"]["S"]))
    return Progress(tuple(Verdict(**{**verdict, "outcome": Outcome(verdict["outcome"])}) for verdict in verdicts), used)


def _settle(batch: str, before: Progress, step: Step) -> Progress:
    assert step.verdicts, "a step settles at least one row"
    assert len(step.writes) <= STEP_WRITES
    after = Progress((*before.verdicts, *step.verdicts), step.used)
    commit([*step.writes, _advance(batch, before, after)])
    return after


def _advance(batch: str, before: Progress, after: Progress) -> Write:
    values: Item = {
        ":verdicts": {"S": json.dumps([asdict(verdict) for verdict in after.verdicts])},
        ":used": {"S": json.dumps(sorted(after.used))},
        ":rows_done": {"N": str(len(after.verdicts))},
        ":before": {"N": str(len(before.verdicts))},
    }
    condition = "rows_done = :before" if before.verdicts else "attribute_not_exists(pk) OR rows_done = :before"
    return update(_key(batch), "SET verdicts = :verdicts, used = :used, rows_done = :rows_done", values, condition)


def _key(batch: str) -> dict[str, dict[str, str]]:
    """Under a name that the audit of the table leaves alone, as it does with sequences."""
    return {"pk": {"S": _PROGRESS}, "sk": {"S": batch}}
