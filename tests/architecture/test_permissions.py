"""Rights granted = rights used, in both directions: what each function's examples call is what its policy allows.

Every example event is answered from the demo account as it is at its start, with nothing remembered from the one
before, and a few again in the rare state of things that asks for more. Each call to AWS is translated to the actions
that IAM asks for, on the table or one of its indexes, a folder of the bucket, the queue or the bus. Whoever signs an
address for others must be allowed to do what these will do there.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import Mock, patch

import pytest

from sheaf import settings
from sheaf.aws import clients, dynamodb
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, StoredFile
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.project import ProjectFields, new_project
from sheaf.domain.values import Id, to_timestamp
from sheaf.http import identity
from sheaf.http.v2.bodies import assign
from sheaf.imports import applying, clock
from sheaf.store import keys, projects, reads
from sheaf.store.imports import endings, jobs, progress, undo
from sheaf.store.imports.jobs import Header
from sheaf.store.imports.progress import Batch, Settled
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import delete_if, put_new, update
from tests.functions import api_records
from tests.support.accounts import DemoToRead, put_demo_account
from tests.support.api import NOW, Api, make_table, only_reads
from tests.support.example_requests import load_event, names_of
from tests.support.receiver import receiving
from tools.local import examples
from tools.template import Function, functions, template

Right = tuple[str, str]
"""An action and what it is done to: `("dynamodb:Query", "Table/index/by_state")`."""

# Each is an action of its own name in IAM; whatever is not named here is not foreseen and fails.
PLAIN = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"}

# A transaction needs the rights of its parts, and none of its own.
PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def rights_to_read(parameters: Mapping[str, Any]) -> Iterator[Right]:
    """Of an upload it must also be told whether it is gone, which S3 tells only those who may list."""
    folder = parameters["Key"].split("/")[0]
    yield f"s3:GetObject{'Version' if 'VersionId' in parameters else ''}", f"ImportsBucket/{folder}/*"
    if folder == "accounts":
        yield "s3:ListBucket", "ImportsBucket"


QUEUES = {examples.QUEUE: "ImportsQueue", examples.WEBHOOKS: "WebhooksQueue"}
IMPORTS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[Right]]] = {
    "GetObject": rights_to_read,
    "PutObject": lambda given: [("s3:PutObject", f"ImportsBucket/{given['Key'].split('/')[0]}/*")],
    "SendMessage": lambda _: [("sqs:SendMessage", "ChangesDeadLetters")],
    "SendMessageBatch": lambda given: [("sqs:SendMessage", QUEUES[given["QueueUrl"].rpartition("/")[2]])],
    "Encrypt": lambda _: [("kms:Encrypt", "WebhooksKey")],
    "Decrypt": lambda _: [("kms:Decrypt", "WebhooksKey")],
    "PutEvents": lambda _: [("events:PutEvents", "EventBusName")],
}

# What Lambda does in the name of a function whose queue, or the table's stream, it reads.
READS_QUEUE = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
READS_STREAM = {f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}

# An index can be granted to every action, and only these ever look at one.
READS_INDEXES = {"dynamodb:Query", "dynamodb:Scan"}


def rights_of_call(operation: str, parameters: Mapping[str, Any]) -> Iterator[Right]:
    """The rights that one call to AWS needs."""
    if operation in IMPORTS:
        yield from IMPORTS[operation](parameters)
    elif operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            (part,) = item
            yield f"dynamodb:{PARTS[part]}", "Table"
    elif operation in PLAIN:
        index = parameters.get("IndexName")
        yield f"dynamodb:{operation}", f"Table/index/{index}" if index else "Table"
    else:
        raise AssertionError(f"nobody knows which rights {operation} needs")


def rights_of_statement(statement: Mapping[str, Any]) -> Iterator[Right]:
    """The rights that a statement of the template grants."""
    actions, resources = statement["Action"], statement["Resource"]
    for action in [actions] if isinstance(actions, str) else actions:
        for resource in resources if isinstance(resources, list) else [resources]:
            name = _name(resource)
            if not name.startswith("Table/") or action in READS_INDEXES:
                yield action, name


def _name(resource: Mapping[str, Any]) -> str:
    """`Table`, `Table/index/by_state`, `ImportsBucket/reports/*`; of a bus the parameter that names it."""
    match resource:
        case {"Fn::GetAtt": [str() as name, "Arn"]}:
            return name
        case {"Fn::GetAtt": [str() as name, "StreamArn"]}:
            return f"StreamOf{name}"
        case {"Fn::GetAtt": str() as name}:
            return name.removesuffix(".Arn")
        case {"Fn::Sub": str() as text} if text.startswith("arn:"):
            return text.rpartition("/")[2].strip("${}")
        case {"Fn::Sub": str() as text}:
            return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", text)
        case _:
            return str(resource)


def granted(function: Function) -> set[Right]:
    """All that a function may do."""
    statements = [statement for policy in function.properties["Policies"] for statement in policy["Statement"]]
    assert {statement["Effect"] for statement in statements} <= {"Allow"}
    return {right for statement in statements for right in rights_of_statement(statement)}


@contextmanager
def recorded() -> Iterator[set[Right]]:
    """The rights that are used in a `with` block."""
    used: set[Right] = set()

    def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
        used.update(rights_of_call(model.name, params))

    with ExitStack() as stack:
        for service, make in CLIENTS.items():
            hooks, event = make().meta.events, f"provide-client-params.{service}"
            hooks.register(event, note)
            stack.callback(hooks.unregister, event, note)
        yield used


CLIENTS: Mapping[str, Callable[[], Any]] = {
    "dynamodb": dynamodb.dynamodb,
    "s3": clients.s3,
    "sqs": clients.sqs,
    "events": clients.events,
    "kms": clients.kms,
}


def nothing() -> None:
    """What most examples need beside the demo account."""


def many_default_tasks() -> None:
    """More default tasks than one transaction puts on a new project."""
    for number in range(25):
        api_records.task(ADMIN, f"Task {number}", is_default=True)


def many_projects() -> None:
    """More projects with task 1 than one transaction takes it off."""
    for number in range(25):
        api_records.project(ADMIN, f"Project {number}", client_id=1)


def half_made_project() -> None:
    """A project that is not shown yet, because only the first of its transactions was carried out."""
    many_default_tasks()
    with api_records.interrupted():
        ADMIN.post("/v2/projects", {"client_id": 1, "name": "Half made"})


def half_removed_task() -> None:
    """A task that is gone, of whose many assignments only the first were deleted."""
    many_projects()
    with api_records.interrupted():
        ADMIN.delete("/v2/tasks/1")


def task_for_many_projects() -> None:
    """Task 5 is being assigned to more projects than one request assigns."""
    with api_records.interrupted(), patch.object(assign, "MOST", 1):
        ADMIN.post("/v2/tasks/5/assign", {"project_ids": "all_active"})


def merged(source: int, target: int) -> Callable[[], None]:
    """A task that has become part of another, and nothing that was its own is written anew yet."""

    def merge() -> None:
        with api_records.interrupted():
            ADMIN.post(f"/v2/tasks/{source}/merge", {"into_task_id": target})

    return merge


def archived_task() -> None:
    """Task 5, which is active in the demo account, is archived."""
    ADMIN.patch("/v2/tasks/5", {"is_active": False})


def stuck_import() -> None:
    """Import 1 of the demo account has been without progress for long, with a failed row so far."""
    running_import()
    account_id, import_id = AccountId(1), Id(1)
    failed = Verdict(1, Outcome.FAILED, "Task", "Bad")
    commit(
        progress.progress(
            account_id, import_id, Batch(1, ""), Settled([failed], [(failed, {})], frozenset(), False), NOW
        )
    )


def running_import() -> None:
    """Import 1 of the demo account has its file, of which one batch of two rows was cut."""
    account_id, import_id = AccountId(1), Id(1)
    jobs.start(account_id, import_id, StoredFile("key", "etag", 9, "v"), NOW)
    jobs.describe(account_id, import_id, Header(FileKind.TIME_ENTRIES, ["Task"], []), NOW)
    jobs.mark_all_sent(account_id, import_id, jobs.Cut(2, 1), NOW)


def applied(*changes: tuple[str, str]) -> None:
    """The example batch of time is applied, with some of its text changed, and the import is not ended for it."""
    event = load_event("on_import_rows", "time_entries")
    for old, new in changes:
        event["Records"][0]["body"] = event["Records"][0]["body"].replace(old, new)
    with patch("sheaf.imports.finishing.finish"):
        import_module("functions.on_import_rows.handler").handler(event)


def import_with_another_batch() -> None:
    """Import 1 of the demo account runs, and has written time of the same person before."""
    running_import()
    applied(('"number":1', '"number":2'), ("Landing page", "Home page"))


def import_that_others_outrun() -> AbstractContextManager[object]:
    """The batch of import 1 of the demo account cannot be applied for as long as its function has time."""
    running_import()
    busy = ExitStack()
    busy.enter_context(patch("sheaf.entry_points.queue.SECONDS", 0.0))
    busy.enter_context(patch.dict(applying.STEPS, {FileKind.TASKS: Mock(side_effect=BusyError("outrun"))}))
    return busy


def ended_import() -> None:
    """All rows of import 1 of the demo account are settled, one of them failed, and nobody was told."""
    running_import()
    applied()


def reported_import() -> None:
    """Import 1 of the demo account has ended and has a report."""
    ended_import()
    endings.complete(AccountId(1), Id(1), NOW, has_report=True)


def imported_project() -> None:
    """There is project 99 of the demo account, and nobody was ever assigned to it."""
    made = replace(new_project(Id(99), ProjectFields(client_id=Id(1), name="Imported"), NOW), import_id=Id(1))
    commit(projects.written(AccountId(1), None, made))


def running_timer() -> None:
    """The timer of entry 1 of the demo account runs."""
    ADMIN.patch("/v2/time_entries/1/restart")


def another_timer() -> None:
    """A timer of the user of entry 1 of the demo account runs on another entry."""
    ADMIN.post("/v2/time_entries", {"user_id": 3, "project_id": 1, "task_id": 1, "spent_date": "2026-11-21"})


def referenced_entry() -> None:
    """Entry 1 of the demo account has an external reference."""
    ADMIN.patch("/v2/time_entries/1", {"external_reference": {"id": "7"}})


def import_to_undo() -> None:
    """Import 1 of the demo account has just ended and has a report."""
    ended_import()
    endings.complete(AccountId(1), Id(1), clock.now(), has_report=True)


def forgotten_undo() -> None:
    """Import 1 of the demo account is being undone, and the message that carries this was lost."""
    import_to_undo()
    long_ago = to_timestamp(datetime.now(UTC) - timedelta(hours=1))
    undo.begin(AccountId(1), Id(1), None, long_ago, dry_run=False)


def webhook_of_all_kinds() -> None:
    """The webhook of the demo account wants changes of all kinds."""
    assert ADMIN.patch("/v2/webhooks/1", {"kinds": []}).status == 200


@contextmanager
def receiver_of_changes(status: int = 200) -> Iterator[None]:
    """The webhook of the demo account has a receiver."""
    with receiving() as receiver:
        receiver.statuses = [status]
        assert ADMIN.patch("/v2/webhooks/1", {"url": receiver.url}).status == 200
        yield


def receiver_that_is_gone() -> AbstractContextManager[None]:
    """The webhook of the demo account has one that wants nothing any more."""
    return receiver_of_changes(410)


ADMIN = Api("local-admin-token")
RARE: Mapping[str, Sequence[tuple[str, Callable[[], AbstractContextManager[object] | None]]]] = {
    "assign_task": [("all_active", merged(4, 5))],
    "change_task_assignments": [("all_or_none", merged(4, 5))],
    "create_project": [("client_and_name", many_default_tasks)],
    "create_task_assignment": [("every_field", merged(4, 5))],
    "delete_external_reference": [("by_its_user", referenced_entry), ("by_its_user", merged(2, 1))],
    "delete_project": [("unknown_id", imported_project)],
    "delete_task": [("assigned_to_projects", many_projects)],
    "delete_time_entry": [("by_its_user", merged(2, 1))],
    "on_import_rows": [
        ("tasks", running_import),
        ("time_entries", import_with_another_batch),
        ("tasks", import_that_others_outrun),
    ],
    "on_import_watch_due": [("due", ended_import), ("due", stuck_import), ("due", forgotten_undo)],
    "on_repair_due": [("due", half_made_project), ("due", task_for_many_projects)],
    "on_table_changes": [("task_created", webhook_of_all_kinds)],
    "on_webhook_deliveries": [("nobody_there", receiver_of_changes), ("nobody_there", receiver_that_is_gone)],
    "restart_time_entry": [("by_its_user", another_timer), ("by_its_user", merged(2, 1))],
    "retrieve_import": [("found", reported_import)],
    "retrieve_task_assignment": [("found", merged(1, 5))],
    "retrieve_time_entry": [("found", merged(2, 1))],
    "stop_time_entry": [("not_running", running_timer), ("not_running", merged(2, 1))],
    "undo_import": [("awaiting_upload", import_to_undo)],
    "update_task_assignment": [("archive", merged(2, 1))],
    "v1_activate_task": [("by_post", archived_task)],
    "v1_assign_task": [("in_xml", merged(4, 5))],
    "v1_delete_task": [("assigned_to_projects", many_projects)],
    "v1_delete_task_assignment": [("with_time", half_removed_task)],
    "v1_retrieve_task_assignment": [("in_json", merged(2, 5))],
    "v1_update_task_assignment": [("archive", merged(3, 2))],
}
"""The examples that some operations answer once more, and what happens before that."""


def used(function: Function, to_read: DemoToRead) -> set[Right]:
    """All that a function does while it answers its example events."""
    handler = import_module(f"functions.{function.operation}.handler").handler
    endpoint_url = to_read.endpoint_url
    names = names_of(function.operation)
    rights: set[Right] = set()
    table = ""
    for name, prepare in [*((name, nothing) for name in names), *RARE.get(function.operation, [])]:
        event = load_event(function.operation, name)
        on_its_own = prepare is not nothing or not function.routes or not only_reads(event)
        if on_its_own and (not table or prepare is not nothing):
            table = fresh_table(table, endpoint_url)
        during = prepare() or nullcontext()
        with during, nullcontext() if on_its_own else to_read.in_use(), recorded() as found:
            identity._memory().clear()
            answer = handler(event)
        rights |= found
        if answer.get("statusCode", 200) < 300 and function.routes and on_its_own:
            table = fresh_table(table, endpoint_url)
    if table:
        dynamodb.dynamodb().delete_table(TableName=table)
    return rights | set(rights_to_be_woken(function))


def rights_to_be_woken(function: Function) -> Iterator[Right]:
    """What Lambda needs to read the queue or the stream that wakes a function."""
    for resource in template()["Resources"].values():
        properties = resource.get("Properties", {})
        is_mapping = resource["Type"] == "AWS::Lambda::EventSourceMapping"
        if is_mapping and properties["FunctionName"] == {"Ref": function.logical_id}:
            source = _name(properties["EventSourceArn"])
            yield from ((action, source) for action in (READS_STREAM if "Stream" in source else READS_QUEUE))


def fresh_table(old: str, endpoint_url: str) -> str:
    """A table with the demo account as it is at its start, in place of an old one if there is one."""
    if old:
        dynamodb.dynamodb().delete_table(TableName=old)
    table = make_table(endpoint_url)
    put_demo_account(endpoint_url, with_feed=True)
    os.environ |= bucket_and_queue(endpoint_url)
    for setting in (
        settings.imports_bucket,
        settings.imports_queue_url,
        settings.event_bus,
        settings.changes_dead_letters_url,
        settings.changes_kept_days,
        settings.webhooks_queue_url,
        settings.webhooks_key_id,
    ):
        setting.cache_clear()
    return table


@cache
def bucket_and_queue(endpoint_url: str) -> Mapping[str, str]:
    """What the examples of imports speak of, made once."""
    return examples.make(endpoint_url)


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.operation)
@pytest.mark.usefixtures("reference_files")
def test_a_function_may_do_what_it_does_and_nothing_else(function: Function, to_read: DemoToRead) -> None:
    assert granted(function) == used(function, to_read)


# The measuring rod


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("GetItem", {"Key": {}}, [("dynamodb:GetItem", "Table")]),
        ("GetObject", {"Key": "reports/1/1.csv"}, [("s3:GetObject", "ImportsBucket/reports/*")]),
        (
            "GetObject",
            {"Key": "accounts/1/inbox/x.csv", "VersionId": "v"},
            [("s3:GetObjectVersion", "ImportsBucket/accounts/*"), ("s3:ListBucket", "ImportsBucket")],
        ),
        ("SendMessageBatch", {"QueueUrl": "http://queues/imports"}, [("sqs:SendMessage", "ImportsQueue")]),
        ("PutEvents", {}, [("events:PutEvents", "EventBusName")]),
        ("Query", {}, [("dynamodb:Query", "Table")]),
        ("Query", {"IndexName": "by_state"}, [("dynamodb:Query", "Table/index/by_state")]),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {}}, {"ConditionCheck": {}}, {"Delete": {}}, {"Update": {}}]},
            [
                ("dynamodb:PutItem", "Table"),
                ("dynamodb:ConditionCheckItem", "Table"),
                ("dynamodb:DeleteItem", "Table"),
                ("dynamodb:UpdateItem", "Table"),
            ],
        ),
    ],
)
def test_the_rights_that_a_call_needs(operation: str, parameters: Mapping[str, Any], expected: list[Right]) -> None:
    assert list(rights_of_call(operation, parameters)) == expected


@pytest.mark.parametrize("operation", ["Scan", "ExecuteStatement", "DeleteTable"])
def test_a_call_that_nobody_foresaw_fails(operation: str) -> None:
    with pytest.raises(AssertionError, match=operation):
        list(rights_of_call(operation, {}))


def test_the_rights_that_a_statement_grants() -> None:
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": [{"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::Sub": "${Table.Arn}/index/by_state"}],
    }
    assert list(rights_of_statement(statement)) == [
        ("dynamodb:GetItem", "Table"),
        ("dynamodb:Query", "Table"),
        ("dynamodb:Query", "Table/index/by_state"),
    ]


def test_every_call_is_recorded(table: str) -> None:
    key, another = keys.account(AccountId(1)), keys.account(AccountId(2))
    absent = {"Key": another, "ConditionExpression": "attribute_not_exists(pk)"}
    with recorded() as found:
        reads.item(key)
        reads.items([key])
        list(reads.items_in(KeyRange("x", low="0", high="9", index=keys.BY_STATE, sort_attribute="state_sk")))
        commit([put_new({**key, "name": {"S": "One"}}, StaleError())])
        change = update(key, "SET id = :two", {":two": {"N": "2"}})
        commit([change, Write("ConditionCheck", absent, StaleError())])
        commit([delete_if(key, "id = :two", {":two": {"N": "2"}}, StaleError())])
    assert found == {
        ("dynamodb:GetItem", "Table"),
        ("dynamodb:BatchGetItem", "Table"),
        ("dynamodb:Query", "Table/index/by_state"),
        ("dynamodb:PutItem", "Table"),
        ("dynamodb:UpdateItem", "Table"),
        ("dynamodb:ConditionCheckItem", "Table"),
        ("dynamodb:DeleteItem", "Table"),
    }


def test_nothing_is_recorded_afterwards(table: str) -> None:
    with recorded() as found:
        pass
    reads.item(keys.account(AccountId(1)))
    assert found == set()
