"""domain: which rows of a file can only be decided together, and what they say of records that are to be made."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sheaf.domain.imports.rows import Named, ProjectRow, Row, TaskAssignmentRow, TaskRow, TimeRow
from sheaf.domain.values import Day, fold_name


def keys_of(row: Row) -> Sequence[str]:
    """What a row of tasks, projects or task assignments goes by: rows that share a key may be about one record.

    One key for its id and one for its name, as far as it has them.
    """
    match row:
        case TaskRow(metadata=metadata, given={"name": name}):
            named = task_key(name)
        case ProjectRow(metadata=metadata, client=client, given={"name": name}) if client != Named():
            named = project_key(client, name)
        case TaskAssignmentRow(metadata=metadata, client_name=client_name, project=project, task=task):
            named = pair_key(client_name, project, task)
        case TaskRow(metadata=metadata) | ProjectRow(metadata=metadata):
            named = ""
        case _:
            return ()
    return [key for key in ("" if metadata.id is None else id_key(metadata.id), named) if key]


def id_key(record_id: int) -> str:
    """The key of a record by its id."""
    return f"#{record_id}"


def task_key(name: str) -> str:
    """The key of a task by its name."""
    return _joined(_part(Named(name=name)))


def project_key(client: Named, name: str) -> str:
    """The key of a project by its client and its name."""
    return _joined(_part(client), _part(Named(name=name)))


def pair_key(client_name: str | None, project: Named, task: Named) -> str:
    """The key of a task assignment by what it joins."""
    return _joined(_part(Named(name=client_name)), _part(project), _part(task))


def without_client(pair: str) -> str:
    """The key that a row about the same pair has where it does not say whose project it is."""
    return _joined("", *pair.split("\n")[1:])


def group_of(row: TimeRow) -> tuple[str, str, str, str, Day]:
    """Whose day on what a row is about: person, client, project, task, date. Equal rows are one group."""
    name = row.person.email or f"{row.person.first_name} {row.person.last_name}".strip()
    person = _part(Named(name=name) if name else Named(id=row.person.id))
    return person, _part(row.client), _part(row.project), _part(row.task), row.spent_date


def hint_keys(group: tuple[str, str, str, str, Day]) -> Mapping[str, str]:
    """What the file may say of a group beside its rows, by the field that says it.

    These are fields that describe a record which may have to be created, and `project_id`: what rows without a client
    mean by the name of a project.
    """
    _, client, project, task, _ = group
    pair = _joined(client, project, task)
    of_project = _joined(client, project)
    return {"currency": client, "project_code": of_project, "billable": pair, "project_id": of_project}


@lru_cache(4096)  # a file names few things, and often
def _folded(name: str) -> str:
    return fold_name(name)


def _part(named: Named) -> str:
    """`#7` for an id, `=name` for a name, nothing for neither. There is no line end in a name."""
    if named.id is not None:
        return f"#{named.id}"
    return "" if named.name is None else f"={_folded(named.name)}"


def _joined(*parts: str) -> str:
    return "\n".join(parts)
