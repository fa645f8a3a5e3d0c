"""imports: how the rows of a file of projects are applied, and how the clients that they name are made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sheaf.domain.client import ClientFields, new_client
from sheaf.domain.errors import NameTakenError
from sheaf.domain.imports.decisions import NEW, Decision, RowChange, imported, invalid_row
from sheaf.domain.imports.rows import Named, ProjectRow, Row, RowError
from sheaf.domain.project import Project, ProjectFields, claim_of, new_project
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.values import Id, fold_name
from sheaf.imports import groups
from sheaf.imports.batch import Step, Work
from sheaf.imports.groups import Source
from sheaf.store import clients, projects, sequence
from sheaf.store.imports import created
from sheaf.store.transactions import Write

type Decided = list[list[Decision[Project]]]


def project_steps(work: Work) -> Iterator[Step]:
    """Projects by id where their row has one, otherwise by client and name. Raises StaleError, BusyError."""
    account_id = work.account_id
    rows = [group.rows for group in groups.remaining_groups(work)]
    known = _clients(work, [row.client for group in rows for row in group if isinstance(row, ProjectRow)])
    making: dict[Id, Sequence[Write]] = {}

    def prepared(decided: Decided) -> Decided:
        ids = _new_clients(work, known, decided, making)
        return [[_with_client(decision, ids) for decision in group] for group in decided]

    def written(before: Project | None, after: Project) -> list[Write]:
        return [*making.get(after.client_id, ()), *projects.written(account_id, before, after)]

    source = Source(
        get_many=partial(projects.get_many, account_id),
        owners=partial(projects.ids_by_claim, account_id),
        claim_of=lambda project: claim_of(project.client_id, fold_name(project.name)),
        claim_taken=RowError("name", str(NameTakenError())),
        kind="PROJECT",
    )
    changes = [[_change(row, known, work) for row in group] for group in rows]
    return groups.steps(work, changes, source, written, prepared)


@dataclass(frozen=True, slots=True)
class _Clients:
    """The clients that rows speak of: those of `there` by id, the others by folded name.

    One that is not there yet has an id below 0, and in `missing` its name, until a row is known to need it.
    """

    there: frozenset[Id]
    by_name: Mapping[str, Id]
    missing: Mapping[Id, str]

    def id_of(self, client: Named) -> Id | None:
        """The client that a row means; None where it says nothing. Raises RowError."""
        if client.id is not None and client.id not in self.there:
            raise RowError("client_id", f"Client {client.id} does not exist")
        return client.id if client.name is None else self.by_name[fold_name(client.name)]


def _clients(work: Work, meant: Sequence[Named]) -> _Clients:
    # Of several spellings of a new client always the same one is taken, whatever the order of the rows.
    spelled = {fold_name(name): name for name in sorted({client.name for client in meant if client.name is not None})}
    by_name = clients.ids_by_name(work.account_id, spelled.keys())
    missing = {Id(-number): name for number, name in enumerate(sorted(spelled.keys() - by_name.keys()), start=1)}
    return _Clients(
        there=frozenset(clients.get_many(work.account_id, {client.id for client in meant if client.id is not None})),
        by_name={**by_name, **{name: made_up for made_up, name in missing.items()}},
        missing={made_up: spelled[name] for made_up, name in missing.items()},
    )


def _new_clients(work: Work, known: _Clients, decided: Decided, making: dict[Id, Sequence[Write]]) -> Mapping[Id, Id]:
    """The ids of the new clients that are needed, by their made-up ones; in `making` the writes that make them."""
    used = {decision.after.client_id for group in decided for decision in group if decision.after is not None}
    needed = sorted(used & known.missing.keys(), reverse=True)
    ids = needed if work.dry_run or not needed else sequence.next_ids(work.account_id, "CLIENT", len(needed))
    for made_up, new_id in zip(needed, ids, strict=True):
        client = new_client(new_id, ClientFields(name=known.missing[made_up]), work.now)
        client = replace(client, import_id=work.import_id)
        making[new_id] = [
            *clients.written(work.account_id, None, client),
            created.alone(work.account_id, work.import_id, "CLIENT", new_id, work.now),
        ]
    return dict(zip(needed, ids, strict=True))


def _with_client(decision: Decision[Project], ids: Mapping[Id, Id]) -> Decision[Project]:
    project = decision.after
    if project is None or project.client_id not in ids:
        return decision
    return replace(decision, after=replace(project, client_id=ids[project.client_id]))


def _change(row: Row, known: _Clients, work: Work) -> RowChange[Project]:
    if not isinstance(row, ProjectRow):
        return invalid_row(row.number, groups.row_error(row))
    metadata = row.metadata
    try:
        client_id = known.id_of(row.client)
    except RowError as error:
        return invalid_row(row.number, error, metadata.id, (metadata, row.client, frozenset(row.given.items())))
    given = dict(row.given) if client_id is None else {**row.given, "client_id": client_id}

    def create() -> Project:
        for field, column in (("client_id", "client"), ("name", "name")):
            if field not in given:
                raise RowError(column, f"{column.capitalize()} can't be blank")
        project = new_project(metadata.id or NEW, ProjectFields(**given), work.now)
        return imported(project, metadata, work.now, work.import_id)

    def apply_to(project: Project) -> Project:
        return with_changes(project, replace(fields_of(ProjectFields, project), **given), work.now)

    claim = claim_of(client_id, fold_name(given["name"])) if client_id is not None and "name" in given else None
    return RowChange(row.number, metadata.id, claim, (metadata, frozenset(given.items())), create, apply_to)
