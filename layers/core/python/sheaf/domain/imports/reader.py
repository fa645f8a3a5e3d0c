"""domain: the rows of a file, read by its columns."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from sheaf.domain.client import Client
from sheaf.domain.imports import cells, grouping
from sheaf.domain.imports.cells import Cells, Read
from sheaf.domain.imports.columns import AMOUNT_FIELDS, PEOPLE, REQUIRED, layout_of, shown, words
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reading import Reading
from sheaf.domain.imports.rows import (
    BadRow,
    FileError,
    Named,
    Person,
    ProjectRow,
    RawRow,
    Row,
    RowError,
    TaskAssignmentRow,
    TaskRow,
    TimeRow,
)
from sheaf.domain.project import ClientProject, ProjectFields
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import AssignedTask, TaskAssignmentFields

LAYOUTS = 100  # shapes of JSON objects that a reader remembers
COLUMNS = 200  # ignored ones that it remembers


class Reader:
    """Reads rows of one file. Whether a record is given by id or by name is a matter of the columns, not of each row.

    Projects and tasks are given by id where the file has their ids, clients and people by name where it has names.
    """

    def __init__(self, kind: FileKind, columns: Sequence[str], reading: Reading | None = None) -> None:
        """Raises FileError."""
        self.kind = kind
        self.reading = reading or Reading()
        self._day = cells.day(self.reading.is_day_first)
        self._hours = cells.hours(self.reading.decimal_symbol)
        amount = cells.amount(self.reading.decimal_symbol)
        self._task_fields = _task_fields(amount)
        self._project_fields = _project_fields(amount, self._day)
        self._task_assignment_fields = _task_assignment_fields(amount)
        self.columns = tuple(columns)
        self._ignored: dict[str, None] = {}
        self._layouts: dict[tuple[str, ...], Mapping[str, str]] = {}
        try:
            fields = self._layout(self.columns)
        except RowError as error:
            raise FileError(str(error)) from error
        absent = [group for group in REQUIRED[kind] if not fields.keys() & set(group)]
        if self.reading.user_id is not None:
            absent = [group for group in absent if group != PEOPLE]
        if absent:
            missing = ", ".join(" or ".join(map(words, group)) for group in absent)
            hint = ". user_id of the import can say whose time it is" if PEOPLE in absent else ""
            raise FileError(
                f"The file has no column for {missing}, which {words(kind)} need; found: {shown(columns)}{hint}"
            )
        self.project_by_id = "project_id" in fields
        self.task_by_id = "task_id" in fields
        self.client_by_id = "client" not in fields
        self.has_client = bool(fields.keys() & {"client", "client_id"})
        self.client_narrows = not self.project_by_id and not self.client_by_id
        self.has_person = bool(fields.keys() & set(PEOPLE))
        self.person_by_id = not fields.keys() & {"first_name", "last_name", "user", "email"}
        reads: Mapping[FileKind, Callable[[Cells], Row]] = {
            FileKind.TASKS: self._task,
            FileKind.PROJECTS: self._project,
            FileKind.TASK_ASSIGNMENTS: self._task_assignment,
            FileKind.TIME_ENTRIES: self._time,
        }
        self._read = reads[kind]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns, of the rows read so far, that mean nothing to Sheaf."""
        return tuple(self._ignored)

    def read(self, raw: RawRow) -> Row:
        """What a row asks for, checked as far as it can be without the table; a BadRow where it breaks a rule."""
        try:
            return self._read(Cells(raw, self._layout(tuple(raw.values))))
        except RowError as error:
            return BadRow(raw.number, error.field, str(error), raw.values)

    def is_leaving(self, raw: RawRow) -> bool:
        """Whether a row of time is about nobody, nothing and no day: a total, or cells that only look empty."""
        if self.kind is not FileKind.TIME_ENTRIES:
            return False
        try:
            row = Cells(raw, self._layout(tuple(raw.values)))
        except RowError:
            return False  # `read` says what is wrong
        day = "" if row.is_blank("spent_date") else str(raw.values[row.column("spent_date")])
        return not any(map(str.isdigit, day)) and all(row.is_blank(field) for field in _SUBJECTS)

    def task_key(self, task: Task) -> str:
        """The key of `grouping.keys_of` that a task has by its name as it is now."""
        return grouping.task_key(task.name)

    def project_key(self, client_project: ClientProject) -> str:
        """The same of a project, by its client and its name."""
        client = Named(id=client_project.client.id) if self.client_by_id else Named(name=client_project.client.name)
        return grouping.project_key(client, client_project.project.name)

    def task_assignment_key(self, assigned_task: AssignedTask, client: Client) -> str:
        """The same of an assignment, by what it joins; `client` is the project's."""
        project = Named(id=assigned_task.project.id) if self.project_by_id else Named(name=assigned_task.project.name)
        task = Named(id=assigned_task.task.id) if self.task_by_id else Named(name=assigned_task.task.name)
        return grouping.pair_key(client.name if self.client_narrows else None, project, task)

    def _layout(self, columns: tuple[str, ...]) -> Mapping[str, str]:
        """The column of each field."""
        known = self._layouts.get(columns)
        if known is not None:
            return known
        layout = layout_of(self.kind, columns)
        used = frozenset(layout.values())
        for column in columns:
            if column not in used and len(self._ignored) < COLUMNS:
                self._ignored[column] = None
        if len(self._layouts) >= LAYOUTS:
            self._layouts.clear()
        self._layouts[columns] = layout
        return layout

    def _task(self, row: Cells) -> TaskRow:
        metadata, given = row.metadata(), row.given(self._task_fields, _NULLABLE)
        if metadata.id is None:
            row.needed("name", cells.name)
        return TaskRow(row.number, metadata, row.valid(TaskFields, {"name": "-"}, given))

    def _project(self, row: Cells) -> ProjectRow:
        metadata, given = row.metadata(), row.given(self._project_fields, _NULLABLE)
        if metadata.id is None:
            row.needed("name", cells.name)
        client = self._client(row, is_needed=metadata.id is None)
        return ProjectRow(row.number, metadata, client, row.valid(ProjectFields, {"client_id": 1, "name": "-"}, given))

    def _task_assignment(self, row: Cells) -> TaskAssignmentRow:
        given = row.given(self._task_assignment_fields, _NULLABLE)
        return TaskAssignmentRow(
            number=row.number,
            metadata=row.metadata(),
            project=row.named("project", by_id=self.project_by_id),
            client_name=row.optional("client", cells.name) if self.client_narrows else None,
            task=row.named("task", by_id=self.task_by_id),
            given=row.valid(TaskAssignmentFields, {"billable": True, "hourly_rate": None}, given),
        )

    def _time(self, row: Cells) -> TimeRow:
        makes_project = not self.project_by_id
        return TimeRow(
            number=row.number,
            metadata=row.metadata(),
            person=self._person(row),
            client=self._client(row, is_needed=True) if makes_project and self.has_client else Named(),
            project=row.named("project", by_id=self.project_by_id),
            task=self._task_of(row),
            spent_date=row.needed("spent_date", self._day),
            hours=row.needed("hours", self._hours),
            notes=row.optional("notes", cells.notes),
            external_reference=row.reference(),
            project_code=row.optional("project_code", cells.line) if makes_project else None,
            currency=row.optional("currency", cells.currency) if makes_project and not self.client_by_id else None,
            billable=row.optional("billable", cells.flag),
            missing_columns=_missing_columns(notes=row.has("notes"), external_reference=row.has(*_REFERENCE)),
        )

    def _task_of(self, row: Cells) -> Named:
        if self.task_by_id:
            return row.named("task", by_id=True)
        name = row.optional("task", cells.name) or self.reading.default_task
        if name is None:
            raise RowError(
                row.column("task"),
                f"{row.column('task')} can't be blank; default_task names the task of rows that have none",
            )
        return Named(name=name)

    def _client(self, row: Cells, *, is_needed: bool) -> Named:
        if is_needed:
            return row.named("client", by_id=self.client_by_id)
        if self.client_by_id:
            return Named(id=row.optional("client_id", cells.number))
        return Named(name=row.optional("client", cells.name))

    def _person(self, row: Cells) -> Person:
        if not self.has_person:
            return Person(id=self.reading.user_id)
        if self.person_by_id:
            return Person(id=row.needed("user_id", cells.number))
        first, last = row.optional("first_name", cells.line) or "", row.optional("last_name", cells.line) or ""
        whole = row.optional("user" if row.has("user") else "first_name", cells.name)
        email = self._email(row, is_needed=not (first or last or whole))
        if not first and not last:
            if whole is None and email is None:
                row.needed("user" if row.has("user") else "first_name", cells.name)
            first, _, last = (whole or (email or "").partition("@")[0]).rpartition(" ")
            first, last = (first.strip(), last) if first else (last, "")
        return Person(row.optional("user_id", cells.number), first, last, email)

    @staticmethod
    def _email(row: Cells, *, is_needed: bool) -> str | None:
        """The email address of a row, None where there is none, or where it is no address and a name says who it is."""
        try:
            return row.optional("email", cells.email)
        except RowError:
            if is_needed:
                raise
            return None


_SUBJECTS = (
    *("client", "project", "task", "first_name", "last_name", "user", "email"),
    *("client_id", "project_id", "task_id", "user_id"),
)
_REFERENCE = ("external_reference", *cells.REFERENCE)
_NULLABLE = frozenset({*AMOUNT_FIELDS, "code", "notes", "starts_on", "ends_on"})


def _task_fields(amount: Read[object]) -> Mapping[str, Read[object]]:
    return {
        "name": cells.text,
        "default_hourly_rate": amount,
        **dict.fromkeys(("billable_by_default", "is_default", "is_active"), cells.flag),
    }


def _task_assignment_fields(amount: Read[object]) -> Mapping[str, Read[object]]:
    return {
        **dict.fromkeys(("hourly_rate", "budget"), amount),
        **dict.fromkeys(("billable", "is_active"), cells.flag),
    }


def _project_fields(amount: Read[object], day: Read[object]) -> Mapping[str, Read[object]]:
    return {
        **dict.fromkeys(("name", "code", "bill_by", "budget_by", "notes"), cells.text),
        **dict.fromkeys(("is_active", "is_billable", "is_fixed_fee", "budget_is_monthly"), cells.flag),
        **dict.fromkeys(("notify_when_over_budget", "show_budget_to_all", "cost_budget_include_expenses"), cells.flag),
        **dict.fromkeys(AMOUNT_FIELDS[1:], amount),
        **dict.fromkeys(("starts_on", "ends_on"), day),
    }


@cache
def _missing_columns(**said: bool) -> frozenset[str]:
    return frozenset(field for field, is_said in said.items() if not is_said)
