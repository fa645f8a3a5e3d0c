"""What template.yaml must hold, beyond what linters see."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from sheaf import settings
from sheaf.aws import queue
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import WORKERS_END_IN
from sheaf.domain.values import Id
from sheaf.feed import deliveries
from sheaf.imports import finishing
from sheaf.log import count_error, count_failed_import
from sheaf.store import stamps
from sheaf.store.feed import appending
from sheaf.store.imports import progress
from sheaf.store.imports.progress import Batch, Settled
from tests.architecture.processed_template import dangling, part_with, processed, references, statements, texts, whole
from tests.support.api import NOW
from tools.template import Function, functions, template

STATED = {"CodeUri", "Description", "Policies", "Events"}

# What functions beside the API may state too: they take much at once, and nobody waits for their answer.
STATED_OF_THE_REST = {*STATED, "LoggingConfig", "MemorySize", "Timeout", "EphemeralStorage", "EventInvokeConfig"}

# What SAM itself attaches to each role: to write logs, and to send traces because the Globals set Tracing.
ATTACHED_BY_SAM = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}

ALARMS = {
    ("AWS/ApiGateway", "5xx"),
    ("AWS/DynamoDB", "WriteThrottleEvents"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    ("Sheaf", "FailedImports"),
    ("Sheaf", "ServerErrors"),
}


def of_type(kind: str) -> dict[str, Mapping[str, Any]]:
    """The template's resources of one type."""
    return {name: resource for name, resource in template()["Resources"].items() if resource["Type"] == kind}


# References


def test_every_reference_names_something() -> None:
    assert dangling(whole()) == []


@pytest.mark.parametrize(
    "reference",
    [
        {"Ref": "Nowhere"},
        {"Fn::GetAtt": ["Nowhere", "Arn"]},
        {"Fn::GetAtt": "Nowhere.Arn"},
        {"Fn::Sub": "x${Nowhere}"},
        {"Fn::Sub": "x${Nowhere.Arn}"},
        {"Fn::Sub": ["x${Nowhere}${Here}", {"Here": "y"}]},
        {"Fn::If": ["Nowhere", "x", "y"]},
    ],
)
def test_a_reference_in_the_globals_to_nowhere_is_found(reference: Mapping[str, Any]) -> None:
    source = part_with("ListTasksFunction")
    source["Globals"]["Function"]["Environment"]["Variables"]["STAGE"] = reference
    assert dangling(processed(source)) == ["Nowhere"]


@pytest.mark.parametrize("attribute", [{"DependsOn": "Nowhere"}, {"DependsOn": ["Nowhere"]}, {"Condition": "Nowhere"}])
def test_a_resource_that_depends_on_nothing_known_is_found(attribute: Mapping[str, Any]) -> None:
    source = part_with("ApiLogGroup")
    source["Resources"]["ApiLogGroup"] |= attribute
    assert dangling(processed(source)) == ["Nowhere"]


@pytest.mark.parametrize("text", ["${!Literal}", "$default", "{Nowhere}", "${AWS::Region}"])
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    assert dangling({"Resources": {"X": {"Fn::Sub": text}}}) == []


def test_every_parameter_and_every_condition_is_used() -> None:
    used = set(references(template()))
    declared = {*template()["Parameters"], *template()["Conditions"]}
    assert declared - used == set()


# Permissions


# Objects have names that nobody knows beforehand; these are the folders that functions may reach into.
FOLDERS = {"${ImportsBucket.Arn}/accounts/*", "${ImportsBucket.Arn}/reports/*"}


def wildcards(made: Mapping[str, Any]) -> list[str]:
    """The actions and resources of policies that are allowed and not spelled out."""
    allowed = [statement for statement in statements(made) if statement["Effect"] == "Allow"]
    told = [text for item in allowed for name in ("Action", "Resource") for text in texts(item[name])]
    return sorted(text for text in told if ("*" in text or "?" in text) and text not in FOLDERS)


def test_no_permission_is_a_wildcard() -> None:
    assert wildcards(whole()) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"Effect": "Allow", "Action": "dynamodb:*", "Resource": {"Fn::GetAtt": "Table.Arn"}}, "dynamodb:*"),
        ({"Effect": "Allow", "Action": ["dynamodb:Get*"], "Resource": {"Fn::GetAtt": "Table.Arn"}}, "dynamodb:Get*"),
        ({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}, "*"),
        (
            {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": [{"Fn::Sub": "${Table.Arn}/index/*"}]},
            "${Table.Arn}/index/*",
        ),
        (
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${ImportsBucket.Arn}/*"}},
            "${ImportsBucket.Arn}/*",
        ),
    ],
)
def test_a_wildcard_is_found(statement: Mapping[str, Any], found: str) -> None:
    source = part_with("ListTasksFunction")
    source["Resources"]["ListTasksFunction"]["Properties"]["Policies"] = [{"Statement": [statement]}]
    assert wildcards(processed(source)) == [found]


def test_every_policy_of_a_function_is_spelled_out_beside_it() -> None:
    policies = [(function.operation, policy) for function in functions() for policy in function.properties["Policies"]]
    assert [(operation, policy) for operation, policy in policies if set(policy) != {"Statement"}] == []


def test_no_managed_policy_is_attached_but_those_of_sam() -> None:
    roles = [item for item in whole()["Resources"].values() if item["Type"] == "AWS::IAM::Role"]
    attached = {arn for role in roles for arn in role["Properties"].get("ManagedPolicyArns", [])}
    assert attached <= ATTACHED_BY_SAM


def test_nobody_may_scan_or_use_partiql() -> None:
    granted = {text for statement in statements(whole()) for text in texts(statement["Action"])}
    assert [action for action in granted if action == "dynamodb:Scan" or "PartiQL" in action] == []


# Functions


def test_a_function_states_what_is_its_own_and_nothing_else() -> None:
    stated = {function.operation: set(function.properties) for function in functions()}
    rest = {
        name
        for name in stated
        if name.startswith("on_import_") or name in ("on_table_changes", "on_webhook_deliveries")
    }
    assert [name for name in rest if not stated[name] <= STATED_OF_THE_REST] == []
    others = {name: properties - {"LoggingConfig"} for name, properties in stated.items() if name not in rest}
    assert others == dict.fromkeys(others, STATED)


def wakers(function: Function) -> Iterator[str]:
    """What wakes a function: its routes, its schedules, events, queues."""
    for route in function.routes:
        yield f"{route.method} {route.path}".strip()
    for event in function.properties.get("Events", {}).values():
        match event:
            case {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": expression}}:
                yield expression.replace("rate(1 ", "Schedule, every ").rstrip(")")
            case {"Type": "EventBridgeRule", "Properties": {"Pattern": {"detail-type": [kind]}}}:
                yield f"Event, {kind}"
    for mapping in of_type("AWS::Lambda::EventSourceMapping").values():
        if mapping["Properties"]["FunctionName"] == {"Ref": function.logical_id}:
            name, attribute = mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"]
            yield f"{'Queue' if attribute == 'Arn' else 'Stream'}, {name}"


def test_the_description_of_a_function_is_what_wakes_it() -> None:
    described = {function.operation: function.properties["Description"] for function in functions()}
    assert described == {function.operation: ", ".join(wakers(function)) for function in functions()}


def test_a_scheduled_run_that_fails_is_not_repeated_before_the_next_is_due() -> None:
    schedules = [
        event["Properties"]
        for function in functions()
        for event in function.properties.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]
    assert [schedule["RetryPolicy"] for schedule in schedules] == [{"MaximumRetryAttempts": 0}] * 2


def test_the_scheduler_may_wake_its_functions_and_do_nothing_else() -> None:
    made = whole()["Resources"]
    roles = [resource["Properties"] for resource in made.values() if resource["Type"] == "AWS::IAM::Role"]
    of_scheduler = [role for role in roles if "scheduler.amazonaws.com" in set(texts(role["AssumeRolePolicyDocument"]))]
    granted = [
        (statement["Action"], statement["Resource"])
        for statement in statements([role["Policies"] for role in of_scheduler])
    ]
    woken = ["OnRepairDueFunction", "OnImportWatchDueFunction"]
    assert granted == [("lambda:InvokeFunction", {"Fn::GetAtt": [item, "Arn"]}) for item in woken]


def test_no_route_is_answered_by_two_functions() -> None:
    every = [(route.method, route.path) for function in functions() for route in function.routes]
    assert sorted(set(every)) == sorted(every)


# Limits of CloudFormation and API Gateway, of which a part is left for what comes

MOST_RESOURCES = 450  # of 500
MOST_BYTES = 800_000  # of 1,000,000
MOST_ROUTES = 250  # of 300


def test_the_template_stays_below_the_limits_of_aws(capsys: pytest.CaptureFixture[str]) -> None:
    made = whole()
    resources, size = len(made["Resources"]), len(json.dumps(made))
    every_route = len([route for function in functions() for route in function.routes])
    left = {
        "resources": MOST_RESOURCES - resources,
        "bytes": MOST_BYTES - size,
        "routes": MOST_ROUTES - every_route,
    }
    with capsys.disabled():
        print("Left in the template:", ", ".join(f"{count:,} {what}" for what, count in left.items()))  # noqa: T201
    assert min(left.values()) > 0


# What is kept, and for how long


def test_every_log_group_forgets_and_goes_with_its_stack() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    kept = {
        name: (value["DeletionPolicy"], value["UpdateReplacePolicy"], value["Properties"].get("RetentionInDays"))
        for name, value in groups.items()
    }
    assert kept == dict.fromkeys(groups, ("Delete", "Delete", {"Ref": "LogRetentionDays"}))


def test_the_table_survives_mistakes() -> None:
    ((_, table),) = of_type("AWS::DynamoDB::Table").items()
    protection = (
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "StreamSpecification",
    )
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert {name: table["Properties"][name] for name in protection} == {
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def test_what_an_import_needs_on_its_way_goes_by_itself() -> None:
    ((_, table),) = of_type("AWS::DynamoDB::Table").items()
    left = progress.progress(AccountId(1), Id(1), Batch(1, ""), Settled([], [], frozenset(), False), NOW)
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "purge_at", "Enabled": True}
    assert ["purge_at" in write.parameters["UpdateExpression"] for write in left] == [False, True]


# Imports


def imports_bucket() -> Mapping[str, Any]:
    """The one bucket."""
    ((_, bucket),) = of_type("AWS::S3::Bucket").items()
    return bucket


def test_nobody_else_reaches_the_bucket_and_it_is_encrypted_and_versioned() -> None:
    properties = imports_bucket()["Properties"]
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    assert properties["PublicAccessBlockConfiguration"] == dict.fromkeys(closed, True)
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_a_stopped_import_is_undone_only_when_none_of_its_workers_can_still_run() -> None:
    (worker,) = (function for function in functions() if function.operation == "on_import_rows")
    assert worker.properties["Timeout"] < WORKERS_END_IN.total_seconds()


def test_the_bucket_is_reached_by_tls_alone() -> None:
    ((_, policy),) = of_type("AWS::S3::BucketPolicy").items()
    assert policy["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [{"Fn::GetAtt": ["ImportsBucket", "Arn"]}, {"Fn::Sub": "${ImportsBucket.Arn}/*"}],
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        }
    ]


def test_uploads_and_reports_go_by_themselves() -> None:
    rules = imports_bucket()["Properties"]["LifecycleConfiguration"]["Rules"]
    kept = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    assert kept == {"accounts/": 30, "reports/": 90}
    assert [rule["NoncurrentVersionExpiration"] for rule in rules if "Prefix" in rule] == [{"NoncurrentDays": 1}] * 2


def test_every_queue_is_encrypted() -> None:
    queues_ = of_type("AWS::SQS::Queue")
    assert {name: resource["Properties"]["SqsManagedSseEnabled"] for name, resource in queues_.items()} == {
        "ImportsQueue": True,
        "ImportsDeadLetters": True,
        "ChangesDeadLetters": True,
        "WebhooksQueue": True,
        "WebhooksDeadLetters": True,
    }


def test_a_message_comes_again_as_often_as_the_worker_believes() -> None:
    redrive = of_type("AWS::SQS::Queue")["ImportsQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == queue.RECEIVES


@pytest.mark.parametrize(
    ("function", "queue_name"),
    [("OnImportRowsFunction", "ImportsQueue"), ("OnWebhookDeliveriesFunction", "WebhooksQueue")],
)
def test_a_message_stays_hidden_six_times_as_long_as_a_worker_may_take(function: str, queue_name: str) -> None:
    worker = template()["Resources"][function]["Properties"]
    properties = of_type("AWS::SQS::Queue")[queue_name]["Properties"]
    assert properties["VisibilityTimeout"] >= 6 * worker["Timeout"]


def test_a_message_on_its_way_to_a_webhook_is_kept_for_longer_than_it_is_tried() -> None:
    properties = of_type("AWS::SQS::Queue")["WebhooksQueue"]["Properties"]
    assert properties["MessageRetentionPeriod"] > deliveries.SECONDS_KEPT + deliveries.LONGEST_PAUSE


def test_a_message_that_keeps_failing_meets_its_last_delivery_before_the_watchdog_ends_its_import() -> None:
    properties = of_type("AWS::SQS::Queue")["ImportsQueue"]["Properties"]
    assert (queue.RECEIVES - 1) * properties["VisibilityTimeout"] < finishing.STILL_MINUTES * 60


def test_the_mapping_takes_partial_answers_and_bounds_what_imports_take_at_once() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["OnImportRowsMapping"]
    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "ImportConcurrency"}}


def test_only_uploads_below_accounts_start_the_splitter() -> None:
    events = template()["Resources"]["OnImportUploadedFunction"]["Properties"]["Events"]
    assert events["Created"]["Properties"]["Pattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": "ImportsBucket"}]}, "object": {"key": [{"prefix": "accounts/"}]}},
    }


# Changes


def test_the_stream_delivers_what_a_record_says_of_its_last_change_and_loses_nothing() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["OnTableChangesMapping"]["Properties"]
    kept = ("StartingPosition", "BisectBatchOnFunctionError", "FunctionResponseTypes", "DestinationConfig")
    assert [mapping[name] for name in kept] == [
        "TRIM_HORIZON",
        True,
        ["ReportBatchItemFailures"],
        {"OnFailure": {"Destination": {"Fn::GetAtt": ["ChangesDeadLetters", "Arn"]}}},
    ]
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "dynamodb": {"NewImage": {"changed": {"M": {"request_id": {"S": [{"exists": True}]}}}}}
    }
    assert set(stamps.stamp()["changed"]["M"]) >= {"request_id"}


def test_a_change_may_come_late_for_as_long_as_its_predecessor_is_waited_for() -> None:
    kept = of_type("AWS::SQS::Queue")["ChangesDeadLetters"]["Properties"]["MessageRetentionPeriod"]
    assert timedelta(seconds=kept) + timedelta(days=1) <= appending.LATEST
    assert timedelta(days=template()["Parameters"]["ChangesKeptDays"]["MinValue"]) > appending.LATEST


# Alarms


def test_there_is_an_alarm_for_what_somebody_must_look_at() -> None:
    properties = [alarm["Properties"] for alarm in of_type("AWS::CloudWatch::Alarm").values()]
    assert {(item["Namespace"], item["MetricName"]) for item in properties} >= ALARMS


def test_every_alarm_says_what_to_do_and_tells_somebody() -> None:
    tells = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    alarms = {name: resource["Properties"] for name, resource in of_type("AWS::CloudWatch::Alarm").items()}
    silent = [name for name, alarm in alarms.items() if not alarm["AlarmDescription"]]
    assert silent == []
    assert {name: alarm["AlarmActions"] for name, alarm in alarms.items()} == dict.fromkeys(alarms, tells)
    assert {name: alarm["TreatMissingData"] for name, alarm in alarms.items()} == dict.fromkeys(alarms, "notBreaching")


@pytest.mark.parametrize(
    ("count", "name"), [(count_error, "FunctionErrorsAlarm"), (count_failed_import, "FailedImportsAlarm")]
)
def test_an_alarm_watches_the_very_metric_that_the_layer_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, count: Callable[[], None], name: str
) -> None:
    monkeypatch.setenv("STAGE", "prod")
    settings.stage.cache_clear()
    count()
    settings.stage.cache_clear()
    counted = json.loads(capsys.readouterr().out)
    (metric,) = counted["_aws"]["CloudWatchMetrics"]
    alarm = of_type("AWS::CloudWatch::Alarm")[name]["Properties"]
    watched = {item["Name"]: item["Value"] for item in alarm["Dimensions"]}
    assert (metric["Namespace"], metric["Metrics"][0]["Name"]) == (alarm["Namespace"], alarm["MetricName"])
    assert [sorted(names) for names in metric["Dimensions"]] == [sorted(watched)]
    assert (watched, counted["service"], counted["stage"]) == (
        {"service": "sheaf", "stage": {"Ref": "Stage"}},
        "sheaf",
        "prod",
    )
