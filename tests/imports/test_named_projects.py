"""Files of projects: what each row comes to, whose clients are made, and that the table is whole afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.client import Client
from sheaf.domain.imports.rows import BadRow, Row
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.project import BillBy, BudgetBy, Project, ProjectFields, new_project
from sheaf.domain.values import Day, Id
from sheaf.imports.batch import STEP_WRITES
from sheaf.imports.projects import project_steps
from sheaf.store import clients, projects, sequence
from tests.imports.batch_steps import IMPORT, apply, changes, fates, group, work
from tests.imports.rows import BROUGHT, project_row
from tests.store.audit import assert_sound, contents
from tests.store.faults import recorded
from tests.store.stored_records import ACCOUNT, NOW, assignment, client, populate, project, task


def bring(*rows: Row, batch: str = "1", together: bool = True) -> dict[int, str]:
    """Import rows, as one group or each for itself; what comes of each."""
    groups = [group(*rows)] if together else [group(row) for row in rows]
    told = fates(apply(project_steps, work(*groups), batch))
    assert_sound(ACCOUNT)
    return told


def there() -> list[Project]:
    """All projects, the oldest first."""
    return list(projects.everything(ACCOUNT))


def names() -> dict[int, tuple[int, str]]:
    return {project.id: (project.client_id, project.name) for project in there()}


def all_clients() -> list[Client]:
    return list(clients.page(ACCOUNT, Filter(), WHOLE).records)[::-1]


def made(number: int, client_id: int, name: str, **fields: Any) -> Project:
    """A project as it is on its first day, made now."""
    made = new_project(Id(number), ProjectFields(client_id=Id(client_id), name=name, **fields), NOW)
    return replace(made, import_id=IMPORT)


FULL: dict[str, Any] = {
    "code": "X",
    "is_active": False,
    "is_billable": False,
    "is_fixed_fee": True,
    "bill_by": BillBy.TASKS,
    "hourly_rate": Decimal(1),
    "budget": Decimal(2),
    "budget_by": BudgetBy.TASK,
    "budget_is_monthly": True,
    "notify_when_over_budget": True,
    "over_budget_notification_percentage": None,
    "show_budget_to_all": True,
    "cost_budget": Decimal(3),
    "cost_budget_include_expenses": True,
    "fee": Decimal(4),
    "notes": "a\nb",
    "starts_on": Day("2026-01-01"),
    "ends_on": Day("2026-12-31"),
}


# ------------------------------------------------------------ made


def test_a_project_that_is_not_there_is_made_with_what_its_row_says(table: str) -> None:
    populate(client(1))
    rows = [project_row(1, "client 1", "Website"), project_row(2, 1, "App", **FULL)]
    assert bring(*rows, together=False) == {1: "created", 2: "created"}
    assert there() == [made(1, 1, "Website"), made(2, 1, "App", **FULL)]
    assert all_clients() == [client(1)]


def test_an_imported_project_gets_no_default_tasks(table: str) -> None:
    populate(client(1), task(1, is_default=True))
    assert bring(project_row(1, 1, "Website")) == {1: "created"}


def test_a_missing_client_is_made_once_for_all_its_projects(table: str) -> None:
    populate(client(1))
    rows = [project_row(number, name, f"P{number}") for number, name in enumerate(["acme", "ACME", "Acme", "Beta"], 1)]
    assert bring(*rows, together=False) == dict.fromkeys((1, 2, 3, 4), "created")
    assert [(project.id, project.name, project.currency, project.created_at) for project in all_clients()] == [
        (1, "Client 1", "EUR", client(1).created_at),
        (2, "acme", "USD", NOW),
        (3, "Beta", "USD", NOW),
    ]
    assert names() == {1: (2, "P1"), 2: (2, "P2"), 3: (2, "P3"), 4: (3, "P4")}


def test_a_client_is_made_once_even_when_its_projects_take_many_steps(table: str) -> None:
    populate()
    rows = [project_row(number, "Acme", f"P{number:03}") for number in range(1, 61)]
    assert set(bring(*rows, together=False).values()) == {"created"}
    assert [project.name for project in all_clients()] == ["Acme"]


def test_a_client_is_not_made_for_a_project_that_fails(table: str) -> None:
    populate()
    reason = "created_at: created_at lies after updated_at"
    rows = [project_row(1, "Acme", "P", times=BROUGHT[::-1]), project_row(2, "Beta", "P")]
    assert bring(*rows, together=False) == {1: reason, 2: "created"}
    assert [(project.id, project.name) for project in all_clients()] == [(1, "Beta")]


def test_a_new_project_keeps_the_id_and_the_times_that_it_brings(table: str) -> None:
    populate(client(1))
    assert bring(project_row(1, 1, "P", 77, times=BROUGHT)) == {1: "created"}
    assert there() == [replace(made(77, 1, "P"), created_at=BROUGHT[0], updated_at=BROUGHT[1])]
    assert sequence.next_id(ACCOUNT, "PROJECT") == 78


# ------------------------------------------------------------ changed


def test_a_project_is_found_by_its_client_and_name(table: str) -> None:
    populate(client(1), client(2), project(1), project(2, 2, name="Project 1"))
    assert bring(project_row(1, "CLIENT 2", "project 1", code="X")) == {1: "updated"}
    after = project(2, 2, name="project 1", code="X", updated_at=NOW, version=2)
    assert there() == [project(1), after]


def test_only_what_the_row_says_is_changed(table: str) -> None:
    before = project(1, **FULL)
    populate(client(1), before)
    assert bring(project_row(1, None, record=1, notes=None)) == {1: "updated"}
    assert there() == [replace(before, notes=None, updated_at=NOW, version=2)]


@pytest.mark.parametrize("where", ["Client 2", 2])
def test_a_project_moves_to_another_client_by_its_id(table: str, where: Any) -> None:
    populate(client(1), client(2), project(1), task(1), assignment(1, 1, 1))
    assert bring(project_row(1, where, record=1)) == {1: "updated"}
    assert names() == {1: (2, "Project 1")}


def test_a_project_moves_to_a_client_that_is_made_for_it(table: str) -> None:
    populate(client(1), project(1), project(2))
    rows = [project_row(1, "New", record=1), project_row(2, "New", "Project 1", is_active=False)]
    assert bring(*rows) == {
        1: ": Rows 1 and 2 say different things about the same project",
        2: ": Rows 1 and 2 say different things about the same project",
    }
    rows = [project_row(1, "New", record=1), project_row(2, "New", "Third", is_active=False)]
    assert bring(*rows, batch="2") == {1: "updated", 2: "created"}
    assert names() == {1: (2, "Project 1"), 2: (1, "Project 2"), 3: (2, "Third")}


@pytest.mark.parametrize("is_active", [True, False])
def test_archiving_and_reviving_closes_and_opens_the_project_as_the_api_does(table: str, is_active: bool) -> None:
    populate(client(1), project(1, is_active=not is_active), task(1), assignment(1, 1, 1))
    assert bring(project_row(1, 1, "Project 1", is_active=is_active)) == {1: "updated"}
    assert [project.is_active for project in there()] == [is_active]


def test_the_same_file_again_writes_nothing(table: str) -> None:
    populate(client(1), project(1))
    rows = [
        project_row(1, "Client 1", "Project 1", 1, **FULL),
        project_row(2, "Acme", "New", 9, times=BROUGHT),
        project_row(3, "Acme", "Without an id"),
    ]
    bring(*rows, together=False)
    before = contents()
    with recorded() as calls:
        assert fates(apply(project_steps, work(*map(group, rows)), "2")) == dict.fromkeys((1, 2, 3), "unchanged")
    assert (changes(calls), contents()) == ([], before)


# ------------------------------------------------------------ refused


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (project_row(1, None, "X", 9), "client: Client can't be blank"),
        (project_row(1, 1, record=9), "name: Name can't be blank"),
        (project_row(1, 9, "X"), "client_id: Client 9 does not exist"),
        (project_row(1, 9, record=1), "client_id: Client 9 does not exist"),
        (project_row(1, 1, "project 1", 9), "name: Name has already been taken"),
        (project_row(1, 1, "Project 1", 2), "name: Name has already been taken"),
        (project_row(1, "Client 1", "Project 1", 3), "name: Name has already been taken"),
        (BadRow(1, "Budget", "is no number"), "Budget: is no number"),
    ],
)
def test_a_row_that_cannot_be_carried_out_says_why_and_writes_nothing(table: str, row: Row, reason: str) -> None:
    populate(client(1), client(2), project(1), project(2, is_active=False), project(3, 2))
    with recorded() as calls:
        assert fates(apply(project_steps, work(group(row)))) == {1: reason}
    assert changes(calls) == []


# ------------------------------------------------------------ several rows


def test_of_rows_that_say_the_same_the_first_counts(table: str) -> None:
    populate()
    rows = [project_row(5, "Acme", "New"), project_row(2, "ACME", "New"), project_row(9, "Acme", "New")]
    assert bring(*rows) == {2: "created", 5: "unchanged", 9: "unchanged"}


@pytest.mark.parametrize(
    "rows",
    [
        [project_row(3, "Acme", "P", code="a"), project_row(9, "ACME", "p", code="b")],
        [project_row(3, "Client 1", "New", 1), project_row(9, "Client 2", "New", 1)],
        [project_row(3, 9, "New", 1), project_row(9, 1, "New", 1)],
        [project_row(3, "Client 1", "New"), project_row(9, "Client 1", "New", 8)],
    ],
)
def test_rows_that_say_different_things_about_one_project_all_fail(table: str, rows: list[Row]) -> None:
    populate(client(1), client(2), project(1))
    before = contents()
    reason = ": Rows 3 and 9 say different things about the same project"
    assert bring(*rows) == {3: reason, 9: reason}
    assert contents() == before


def test_projects_exchange_their_names_and_their_clients(table: str) -> None:
    populate(client(1), client(2), project(1), project(2, 2), project(3, 2))
    rows = [
        project_row(1, "Client 2", "Project 2", 1),
        project_row(2, "Client 1", "Project 1", 2, is_active=False),
        project_row(3, "Client 2", "Project 4", 3),
        project_row(4, "Client 2", "Project 3"),
    ]
    assert bring(*rows) == {1: "updated", 2: "updated", 3: "updated", 4: "created"}
    assert names() == {1: (2, "Project 2"), 2: (1, "Project 1"), 3: (2, "Project 4"), 4: (2, "Project 3")}


def test_more_names_than_a_transaction_holds_stay_and_no_client_is_made(table: str) -> None:
    count = STEP_WRITES // 3 + 1
    populate(client(1), *(project(number) for number in range(1, count + 1)))
    rows = [project_row(number, "Client 1", f"Project {number + 1}", number) for number in range(1, count)]
    rows += [project_row(count, "New", f"Project {count}", count)]
    assert set(bring(*rows).values()) == {
        "name: Too many projects take over each other's names at once; give them other names first, in another file"
    }
    assert (len(all_clients()), names()) == (1, {number: (1, f"Project {number}") for number in range(1, count + 1)})
