"""imports: a batch, the rows of a file that one message carries, and the steps in which it is applied."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.grouping import group_of, hint_keys
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.reading import Reading
from sheaf.domain.imports.rows import BadRow, Named, RawRow, Row, TimeRow, Verdict
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store.transactions import Write

ROWS = 100  # rows that a batch holds, more only where one group does
GROUP_ROWS = 500  # rows that may be about one record, or about one person's day on one task
BATCH_BYTES = 200_000  # of the message that carries a batch; SQS takes 262,144
STEP_WRITES = 95  # that a step may have: a transaction holds 100, and the progress of the import is part of it
CUT_TWICE = "Records that the file refers to were changed while it was read; import it again to finish it"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that can only be decided together: they are about the same record, or may be. Sorted by content."""

    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Message:
    """A batch as it travels: raw rows, so that the worker reads them as the splitter did. JSON in SQS.

    Args:
        number: from 1, in the order of cutting; always the same for the same file.
        groups: raw rows `[number, values]` of each group.
        reading: how cells are to be read.
        hints: what the newest row of the file says of things that are to be made once: `project_code` by project,
            `currency` by client, `billable` by assignment; of files without a client column, `project_id` by project
            (see `staging`).
    """

    account_id: AccountId
    import_id: Id
    number: int
    kind: FileKind
    columns: Sequence[str]
    groups: Sequence[Sequence[tuple[int, Mapping[str, Any]]]]
    hints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done of a batch: its groups, of which `rows_done` rows (in order) are settled already.

    `used` are the records that settled rows of the group under way stand for, so that no two rows mean the same one.
    Batches of one import (`import_id`) never mean the same records, so they need not wait for one another.
    """

    account_id: AccountId
    groups: Sequence[Group]
    rows_done: int
    used: frozenset[Id]
    dry_run: bool
    now: Timestamp
    import_id: Id


@dataclass(frozen=True, slots=True)
class Step:
    """The verdicts on the next rows, in their order, and the writes that make them true (none in a dry run).

    `used` is what `Work.used` has to be when the work is taken up after this step. `created` are the ids of the records
    that the writes create.
    """

    verdicts: Sequence[Verdict]
    writes: Sequence[Write] = ()
    used: frozenset[Id] = frozenset()
    created: Mapping[Kind, Sequence[Id]] = field(default_factory=dict)


type Steps = Callable[[Work], Iterator[Step]]
"""How rows of one kind are applied: reads what is there, decides, and yields step after step.

The caller commits each step, together with the progress of the batch, before it asks for the next one. StaleError from
that commit, or from here, means: begin anew from where the batch stands.
"""


# What stands in the place of a column's name where a row carries the reason why it cannot be read. No column is called
# so: a CSV column without a name gets one, and JSON fields have one or are not read.
UNREADABLE = ""


def to_json(message: Message) -> str:
    """A message as the text of a queue: JSON, in the order of the file's columns, with exact numbers."""
    columns = tuple(message.columns)
    document = {
        "account_id": message.account_id,
        "import_id": message.import_id,
        "number": message.number,
        "kind": message.kind,
        "columns": columns,
        "groups": [[[number, _packed(values, columns)] for number, values in group] for group in message.groups],
        "hints": message.hints,
        "reading": [
            message.reading.date_format,
            message.reading.decimal_symbol,
            message.reading.default_task,
            message.reading.user_id,
        ],
    }
    return _for_queue(_json(document))


def from_json(text: str) -> Message:
    """The message that `to_json` made this text of."""
    document = json.loads(text)
    columns = tuple(document["columns"])
    return Message(
        account_id=AccountId(document["account_id"]),
        import_id=Id(document["import_id"]),
        number=document["number"],
        kind=FileKind(document["kind"]),
        columns=columns,
        groups=[[(number, _unpacked(values, columns)) for number, values in group] for group in document["groups"]],
        hints=document["hints"],
        reading=Reading(*document["reading"]),
    )


def row_to_json(values: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    """One raw row as it stands in the JSON of a message."""
    return _for_queue(_json(_packed(values, columns)))


def row_from_json(text: str, columns: tuple[str, ...]) -> Mapping[str, Any]:
    """The raw row that `row_to_json` made this text of."""
    packed = json.loads(text)
    if isinstance(packed, list) and '["' not in text[1:]:  # no decimals, and no time to be lost with looking for them
        return dict(zip(columns, packed, strict=True))
    return _unpacked(packed, columns)


def unreadable(row: BadRow) -> Mapping[str, Any]:
    """A row that cannot be read, as a raw row that says why; `groups_of` makes the same BadRow of it."""
    return {**row.values, UNREADABLE: _json([row.field, row.message])}


def groups_of(message: Message) -> Sequence[Group]:
    """The rows of a message, read as the splitter read them, with what the file as a whole says of records to be made.

    The rows of a group are sorted by what stands in them, so that their order in the file makes no difference.
    """
    reader = Reader(message.kind, message.columns, message.reading)
    columns = tuple(message.columns)
    groups = []
    for raw in message.groups:
        ordered = sorted(raw, key=lambda row: (row_to_json(row[1], columns), row[0]))
        rows = [_read(reader, RawRow(number, values)) for number, values in ordered]
        groups.append(Group([_hinted(row, message.hints) if isinstance(row, TimeRow) else row for row in rows]))
    return groups


def _read(reader: Reader, raw: RawRow) -> Row:
    if UNREADABLE not in raw.values:
        return reader.read(raw)
    column, reason = json.loads(raw.values[UNREADABLE])
    values = {name: value for name, value in raw.values.items() if name != UNREADABLE}
    return BadRow(raw.number, column, reason, values)


def _hinted(row: TimeRow, hints: Mapping[str, Mapping[str, Any]]) -> TimeRow:
    found = {field: hints[field][key] for field, key in hint_keys(group_of(row)).items() if key in hints.get(field, {})}
    if (project_id := found.pop("project_id", None)) is not None:
        found["project"] = Named(id=project_id)
    return replace(row, **found) if found else row


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=lambda number: [str(number)])
_json = _ENCODER.encode


def _for_queue(text: str) -> str:
    """The same JSON without the two characters that SQS refuses."""
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def _packed(values: Mapping[str, Any], columns: tuple[str, ...]) -> Any:
    """Only the cells, where the row has just the columns of the file. A decimal becomes a list with its digits."""
    return list(values.values()) if tuple(values) == columns else dict(values)


def _unpacked(packed: Any, columns: tuple[str, ...]) -> Mapping[str, Any]:
    values = dict(zip(columns, packed, strict=True)) if isinstance(packed, list) else packed
    return {name: Decimal(value[0]) if isinstance(value, list) else value for name, value in values.items()}
