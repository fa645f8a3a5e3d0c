"""v1 request bodies: what is read, what is passed over, and what a loose client may send."""

from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import TaskAssignment, TaskAssignmentFields
from sheaf.domain.values import Id, Timestamp
from sheaf.http.request import Request
from sheaf.http.v1.bodies import read_task, read_task_assignment, read_task_id

TIME = Timestamp("2026-03-01T08:00:00Z")
TASK = Task(Id(7), "Design", True, Decimal(100), False, True, TIME, TIME)
ASSIGNMENT = TaskAssignment(Id(23), Id(3), Id(7), True, Decimal(80), Decimal(40), True, TIME, TIME)


def xml(body: str) -> Request:
    return Request(headers={"content-type": "application/xml"}, body=body.encode())


def json(body: str) -> Request:
    return Request(headers={"content-type": "application/json"}, body=body.encode())


# ------------------------------------------------------------ tasks


@pytest.mark.parametrize(
    "received",
    [
        xml(
            "<task><billable-by-default>false</billable-by-default><default-hourly-rate>120</default-hourly-rate>"
            "<is-default>true</is-default><name>Print</name><deactivated>true</deactivated></task>"
        ),
        xml(
            '<task><billable-by-default type="boolean">false</billable-by-default>'
            '<default-hourly-rate type="decimal">120.0</default-hourly-rate><is-default type="boolean">1</is-default>'
            "<name>Print</name><deactivated>TRUE</deactivated></task>"
        ),
        # Underscores, fields that are read-only, and some that nobody knows.
        xml(
            '<task><id type="integer">99</id><billable_by_default>0</billable_by_default>'
            "<cache-version>3</cache-version>"
            "<default_hourly_rate>120</default_hourly_rate><is_default>true</is_default><name>Print</name>"
            '<created-at type="datetime">yesterday</created-at><color nil="true"/><deactivated>true</deactivated>'
            "<is-active>true</is-active></task>"
        ),
        json(
            '{"task":{"name":"Print","billable_by_default":false,"default_hourly_rate":120,"is_default":true,'
            '"deactivated":true}}'
        ),
        json(
            '{"task":{"id":99,"name":"Print","billable-by-default":"false","default-hourly-rate":"120.00",'
            '"is-default":1,"deactivated":"1","is_active":true,"created_at":7,"nested":{"a":[1]}}}'
        ),
    ],
)
def test_a_task_is_read_however_it_is_written(received: Request) -> None:
    expected = TaskFields(
        name="Print",
        billable_by_default=False,
        default_hourly_rate=Decimal(120),
        is_default=True,
        is_active=False,
    )

    assert read_task(received).create(TaskFields) == expected
    assert read_task(received).apply_to(TaskFields, TASK) == expected


@pytest.mark.parametrize("received", [xml("<task><name>Design</name></task>"), json('{"task":{"name":"Design"}}')])
def test_a_task_needs_only_a_name(received: Request) -> None:
    assert read_task(received).create(TaskFields) == TaskFields(name="Design")


@pytest.mark.parametrize(
    "received", [xml(""), json(""), json("null"), json(" null\n"), xml("<task/>"), json('{"task":{}}')]
)
def test_a_body_without_fields_changes_nothing_and_makes_nothing(received: Request) -> None:
    unchanged = TaskFields(name="Design", billable_by_default=True, default_hourly_rate=Decimal(100))

    assert read_task(received).apply_to(TaskFields, TASK) == unchanged
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        read_task(received).create(TaskFields)


@pytest.mark.parametrize(
    "received",
    [
        xml("<task><default-hourly-rate></default-hourly-rate></task>"),
        xml('<task><default-hourly-rate type="decimal" nil="true"/></task>'),
        json('{"task":{"default_hourly_rate":null}}'),
        json('{"task":{"default_hourly_rate":""}}'),
    ],
)
def test_an_empty_rate_is_no_rate(received: Request) -> None:
    assert read_task(received).apply_to(TaskFields, TASK).default_hourly_rate is None


@pytest.mark.parametrize(
    "received", [xml("<task><is-default/><deactivated/></task>"), json('{"task":{"is_default":null,"deactivated":""}}')]
)
def test_an_empty_flag_counts_as_not_given(received: Request) -> None:
    assert read_task(received).apply_to(TaskFields, TASK) == read_task(xml("")).apply_to(TaskFields, TASK)


@pytest.mark.parametrize("received", [xml("<task><name> </name></task>"), json('{"task":{"name":null}}')])
def test_an_empty_name_is_blank(received: Request) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        read_task(received).apply_to(TaskFields, TASK)


@pytest.mark.parametrize(
    "received", [xml("<task><is-active>false</is-active></task>"), json('{"task":{"is_active":false}}')]
)
def test_the_word_of_v2_for_archived_says_nothing_here(received: Request) -> None:
    assert read_task(received).apply_to(TaskFields, TASK).is_active


def test_every_field_of_the_wrong_kind_is_named() -> None:
    with pytest.raises(InvalidError) as refusal:
        read_task(xml("<task><default-hourly-rate>much</default-hourly-rate><deactivated>perhaps</deactivated></task>"))

    assert str(refusal.value) == "default_hourly_rate must be a number, deactivated must be true or false"


# ------------------------------------------------------------ which task to assign


@pytest.mark.parametrize(
    "received",
    [
        xml('<task><id type="integer">653425</id></task>'),
        xml("<task>\n <id>653425</id>\n</task>"),
        xml("<task><id>653425</id><name>Ignored</name></task>"),
        json('{"task":{"id":653425}}'),
        json('{"task":{"id":"653425"}}'),
    ],
)
def test_the_task_to_assign_is_named_by_its_id(received: Request) -> None:
    assert read_task_id(received) == 653425


@pytest.mark.parametrize(
    "received", [xml(""), json("null"), xml("<task><id/></task>"), json('{"task":{"name":"Design"}}')]
)
def test_without_an_id_the_right_form_is_told(received: Request) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_task_id(received)

    assert str(refusal.value) == ('Task can\'t be blank; send for example <task><id type="integer">653425</id></task>')


@pytest.mark.parametrize("given", ["x", "0", "-1", "1.5", "9007199254740992", "\u0661"])
def test_what_is_no_id_is_refused(given: str) -> None:
    with pytest.raises(InvalidError, match=r"^id must be a positive integer below 2\^53$"):
        read_task_id(xml(f"<task><id>{given}</id></task>"))


@pytest.mark.parametrize("received", [xml("<project><id>1</id></project>"), json('{"task_assignment":{"id":1}}')])
def test_a_record_by_another_name_is_refused(received: Request) -> None:
    with pytest.raises(MalformedError, match=r"^The body is of '(project|task_assignment)'; send for example <task>"):
        read_task_id(received)


# ------------------------------------------------------------ assignments


def after(received: Request, assignment: TaskAssignment = ASSIGNMENT) -> TaskAssignmentFields:
    return read_task_assignment(received).apply_to_assignment(assignment)


@pytest.mark.parametrize(
    "received",
    [
        xml(
            "<task-assignment><billable>false</billable><deactivated>true</deactivated><estimate>3234</estimate>"
            "<hourly-rate></hourly-rate></task-assignment>"
        ),
        xml(
            '<task_assignment><id type="integer">1</id><project-id>99</project-id><task-id>99</task-id>'
            '<billable type="boolean">false</billable><deactivated type="boolean">true</deactivated>'
            '<budget type="decimal">3234.0</budget><hourly-rate type="decimal" nil="true"/></task_assignment>'
        ),
        json('{"task_assignment":{"billable":false,"deactivated":true,"budget":3234,"hourly_rate":null}}'),
        json('{"task-assignment":{"billable":false,"deactivated":true,"estimate":3234,"hourly_rate":null}}'),
        json('{"task-assignment":{"billable":"false","deactivated":"true","budget":"3234","hourly-rate":"","x":[]}}'),
    ],
)
def test_an_assignment_is_read_however_it_is_written(received: Request) -> None:
    assert after(received) == TaskAssignmentFields(
        billable=False, hourly_rate=None, budget=Decimal(3234), is_active=False
    )


@pytest.mark.parametrize(
    "received",
    [xml(""), json("null"), xml("<task-assignment/>"), xml("<task-assignment><billable/></task-assignment>")],
)
def test_what_is_not_given_stays(received: Request) -> None:
    assert after(received) == TaskAssignmentFields(billable=True, hourly_rate=Decimal(80), budget=Decimal(40))


@pytest.mark.parametrize(
    ("budget", "estimate", "meant"),
    [
        ("50", None, 50),
        (None, "50", 50),
        ("", None, None),
        (None, "", None),
        ("50", "40", 50),
        ("40", "50", 50),
        ("", "40", None),
        ("40", "", None),
        ("40", "40.00", 40),
        ("50", "50", 50),
        ("", "", None),
        ("50", "60", 50),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_budget_and_estimate_the_one_that_differs_is_meant(
    turned: bool, budget: str | None, estimate: str | None, meant: int | None
) -> None:
    given = [(name, text) for name, text in (("budget", budget), ("estimate", estimate)) if text is not None]
    fields = "".join(f"<{name}>{text}</{name}>" for name, text in (reversed(given) if turned else given))

    assert after(xml(f"<task-assignment>{fields}</task-assignment>")).budget == meant


def test_where_there_is_no_budget_yet_either_name_gives_one() -> None:
    without = TaskAssignment(Id(23), Id(3), Id(7), True, None, None, True, TIME, TIME)

    for fields in ("<budget/><estimate>5</estimate>", "<budget>5</budget><estimate nil='true'/>"):
        assert after(xml(f"<task-assignment>{fields}</task-assignment>"), without).budget == 5


@pytest.mark.parametrize("given", ["-1", "much", "99999999999", "NaN", "1e400"])
def test_an_amount_out_of_bounds_is_refused(given: str) -> None:
    with pytest.raises(InvalidError, match=r"budget|estimate"):
        after(xml(f"<task-assignment><estimate>{given}</estimate></task-assignment>"))
