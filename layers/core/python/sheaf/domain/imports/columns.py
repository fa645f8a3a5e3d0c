"""domain: what the columns of a file mean, and of which kind a file with such columns is."""

import unicodedata
from collections.abc import Mapping, Sequence

from sheaf.domain.imports.job import FileKind, Source
from sheaf.domain.imports.rows import FileError, RowError

# Names as English files have them and as German, French, Spanish and Dutch ones do; of two columns of a file that mean
# the same field, the one that stands first here counts where the field is in ALTERNATIVES.
_SHARED = {
    "id": "id",
    "is_active": "is_active active",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "client_id": "client_id",
    "client": "client client_name kunde cliente klant",
    "project_id": "project_id",
    "project": "project project_name projekt projet proyecto",
    "task_id": "task_id",
    "task": "task task_name aufgabe tâche tarea taak",
    "notes": "notes note notizen notiz remarques notas notities opmerkingen",
}
_OF_A_PROJECT = (
    "is_fixed_fee bill_by hourly_rate budget budget_by budget_is_monthly notify_when_over_budget"
    " over_budget_notification_percentage show_budget_to_all cost_budget cost_budget_include_expenses fee"
)


def _meanings(shared: str, **names: str) -> Mapping[str, str]:
    """The field that each column means, by the folded name of the column."""
    fields = {**{field: _SHARED[field] for field in shared.split()}, **names}
    return {folded_column(name): field for field, known in fields.items() for name in known.split()}


def folded_column(name: str) -> str:
    """The form under which two columns are the same: only letters and digits count, small and capital ones alike."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold())) or name


MEANINGS: Mapping[FileKind, Mapping[str, str]] = {
    FileKind.TASKS: _meanings(
        "is_active created_at updated_at",
        id="id task_id",
        name="name task task_name",
        billable_by_default="billable_by_default billable",
        default_hourly_rate="default_hourly_rate hourly_rate",
        is_default="is_default default",
    ),
    FileKind.PROJECTS: _meanings(
        "is_active created_at updated_at client_id client",
        id="id project_id",
        name="name project project_name",
        code="code project_code",
        notes="notes note project_notes",
        is_billable="is_billable billable",
        starts_on="starts_on start_date",
        ends_on="ends_on end_date",
        **{name: name for name in _OF_A_PROJECT.split()},
    ),
    FileKind.TASK_ASSIGNMENTS: _meanings(
        "is_active created_at updated_at client project_id project task_id task",
        id="id task_assignment_id",
        billable="billable is_billable",
        hourly_rate="hourly_rate",
        budget="budget",
    ),
    FileKind.TIME_ENTRIES: _meanings(
        "created_at updated_at client_id client project_id project task_id task notes",
        id="id time_entry_id",
        user_id="user_id",
        user="user user_name person benutzer mitarbeiter utilisateur usuario gebruiker",
        email="email user_email email_address e_mail_adresse courriel correo_electrónico",
        first_name="first_name vorname prénom nombre voornaam",
        last_name="last_name nachname nom nom_de_famille apellido apellidos achternaam",
        spent_date="spent_date date datum fecha start_date",
        hours="hours stunden heures horas uren duration_decimal duration duration_h dauer durée duración duur",
        notes=f"{_SHARED['notes']} description beschreibung descripción omschrijving",
        project_code="project_code projektcode code_du_projet código_del_proyecto",
        currency="currency client_currency währung devise moneda divisa valuta",
        billable="billable abrechenbar facturable factureerbaar",
        external_reference="external_reference",
        reference_id="external_reference_id",
        reference_group_id="external_reference_group_id",
        reference_account_id="external_reference_account_id",
        permalink="external_reference_permalink external_reference_url",
    ),
}

# Fields that a file may have in several columns: its day, its length as a number and as a duration, and its text.
ALTERNATIVES = frozenset({"spent_date", "hours", "notes"})

DAY_FIELDS = ("spent_date", "starts_on", "ends_on")
AMOUNT_FIELDS = (
    *("default_hourly_rate", "hourly_rate", "budget", "over_budget_notification_percentage"),
    *("cost_budget", "fee"),
)

_DATES = frozenset(map(folded_column, ["spent_date", "date", "datum", "fecha"]))
_LENGTHS = frozenset(name for name, field in MEANINGS[FileKind.TIME_ENTRIES].items() if field == "hours")

# Whose time a row is.
PEOPLE = ("first_name", "last_name", "user", "email", "user_id")

# What a file must have: one field of each group.
REQUIRED: Mapping[FileKind, Sequence[Sequence[str]]] = {
    FileKind.TASKS: [("name", "id")],
    FileKind.PROJECTS: [("client", "client_id", "id"), ("name", "id")],
    FileKind.TASK_ASSIGNMENTS: [("project", "project_id"), ("task", "task_id")],
    FileKind.TIME_ENTRIES: [
        ("spent_date",),
        ("project", "project_id"),
        ("task", "task_id"),
        ("hours",),
        PEOPLE,
    ],
}


def kind_of(columns: Sequence[str]) -> FileKind:
    """What the rows of a file with these columns are.

    Raises:
        FileError: they fit nothing, or nothing for certain.
    """
    folded = {folded_column(name) for name in columns}
    has = {kind: {meanings[name] for name in folded & meanings.keys()} for kind, meanings in MEANINGS.items()}
    named = has[FileKind.TASK_ASSIGNMENTS]
    # A name alone may be that of anything; it needs a sign of tasks, or no sign of anything else.
    is_task = folded & {"task", "taskname", "billablebydefault", "defaulthourlyrate", "isdefault"}
    if is_time(columns):
        if has[FileKind.TIME_ENTRIES] != {"spent_date"}:  # a day alone is not even that
            return FileKind.TIME_ENTRIES
    elif named & {"project", "project_id"} and named & {"task", "task_id"}:
        return FileKind.TASK_ASSIGNMENTS
    elif "name" in has[FileKind.PROJECTS] and has[FileKind.PROJECTS] & {"client", "client_id"}:
        return FileKind.PROJECTS
    elif "name" in has[FileKind.TASKS] and (is_task or folded <= MEANINGS[FileKind.TASKS].keys()):
        return FileKind.TASKS
    raise FileError(
        "The columns fit neither tasks (Name, ...) nor projects (Client, Project, ...) nor task assignments"
        " (Project, Task, ...) nor time entries (Date, Client, Project, Task, Notes, Hours, First name, Last name);"
        f" found: {shown(columns)}. If it is one of them, say which when you import it"
    )


def is_time(columns: Sequence[str]) -> bool:
    """Whether a file with these columns can be about nothing but time: it has a day, or a length of time."""
    return not (_DATES | _LENGTHS).isdisjoint(map(folded_column, columns))


def source_of(kind: FileKind, columns: Sequence[str]) -> Source:
    """Which program has written a file with these columns, as far as they tell."""
    folded = {folded_column(name) for name in columns}
    if kind is not FileKind.TIME_ENTRIES:
        return Source.GENERIC
    if folded >= {"startdate", "enddate", "durationdecimal", "durationh"}:
        return Source.CLOCKIFY_DETAILED
    if folded >= {"startdate", "enddate", "duration", "description"}:
        return Source.TOGGL_DETAILED
    has = layout_of(kind, columns).keys()
    if has < {"spent_date", "client", "project", "task", "notes", "hours", "first_name", "last_name", "project_code"}:
        return Source.HARVEST_TIME_IMPORT if {"spent_date", "first_name", "last_name"} <= has else Source.GENERIC
    is_detailed = {"spent_date", "client", "project", "project_code", "task", "notes", "hours", "billable"} <= has
    return Source.HARVEST_DETAILED if is_detailed else Source.GENERIC


def layout_of(kind: FileKind, columns: Sequence[str]) -> Mapping[str, str]:
    """The column of each field. Raises RowError: two columns mean the same."""
    layout: dict[str, str] = {}
    for column in columns:
        field = MEANINGS[kind].get(folded_column(column))
        if field is None:
            continue
        if field in layout and field not in ALTERNATIVES:
            raise RowError(column, f"The columns {layout[field][:50]!r} and {column[:50]!r} mean the same")
        if field not in layout or _rank(kind, column) < _rank(kind, layout[field]):
            layout[field] = column
    return layout


def _rank(kind: FileKind, column: str) -> int:
    return list(MEANINGS[kind]).index(folded_column(column))


def words(field: str) -> str:
    """A field as it is called in sentences."""
    return field.replace("_", " ")


def shown(columns: Sequence[str]) -> str:
    """The names of columns, as sentences list them."""
    listed = ", ".join(columns)
    return listed if len(listed) <= 300 else f"{listed[:300]}..."
