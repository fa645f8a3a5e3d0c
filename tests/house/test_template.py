"""What template.yaml must hold, beyond what linters see."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sheaf import settings
from sheaf.log import count_error
from tests.house.processed import dangling, plain, processed, references, statements, texts
from tools.template import Function, functions, template

STATED = {"CodeUri", "Description", "LoggingConfig", "Policies", "Events"}

# What SAM itself attaches to each role: to write logs, and to send traces because the Globals set Tracing.
ATTACHED_BY_SAM = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}

ALARMS = {
    ("AWS/ApiGateway", "5xx"),
    ("AWS/DynamoDB", "WriteThrottleEvents"),
    ("AWS/Lambda", "Throttles"),
    ("Sheaf", "ServerErrors"),
}


def of_type(kind: str) -> dict[str, Mapping[str, Any]]:
    """The template's resources of one type."""
    return {name: resource for name, resource in template()["Resources"].items() if resource["Type"] == kind}


# References


def test_every_reference_names_something() -> None:
    assert dangling(processed(plain())) == []


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
    source = plain()
    source["Globals"]["Function"]["Environment"]["Variables"]["STAGE"] = reference
    assert dangling(processed(source)) == ["Nowhere"]


@pytest.mark.parametrize("attribute", [{"DependsOn": "Nowhere"}, {"DependsOn": ["Nowhere"]}, {"Condition": "Nowhere"}])
def test_a_resource_that_depends_on_nothing_known_is_found(attribute: Mapping[str, Any]) -> None:
    source = plain()
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


def wildcards(made: Mapping[str, Any]) -> list[str]:
    """The actions and resources of policies that are not spelled out."""
    told = [text for one in statements(made) for name in ("Action", "Resource") for text in texts(one[name])]
    return sorted(text for text in told if "*" in text or "?" in text)


def test_no_permission_is_a_wildcard() -> None:
    assert wildcards(processed(plain())) == []


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
    ],
)
def test_a_wildcard_is_found(statement: Mapping[str, Any], found: str) -> None:
    source = plain()
    source["Resources"]["ListTasksFunction"]["Properties"]["Policies"] = [{"Statement": [statement]}]
    assert wildcards(processed(source)) == [found]


def test_every_policy_of_a_function_is_spelled_out_beside_it() -> None:
    policies = [(one.operation, policy) for one in functions() for policy in one.properties["Policies"]]
    assert [(operation, policy) for operation, policy in policies if set(policy) != {"Statement"}] == []


def test_no_managed_policy_is_attached_but_those_of_sam() -> None:
    roles = [one for one in processed(plain())["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    attached = {arn for role in roles for arn in role["Properties"].get("ManagedPolicyArns", [])}
    assert attached <= ATTACHED_BY_SAM


def test_nobody_may_scan_or_use_partiql() -> None:
    granted = {text for one in statements(processed(plain())) for text in texts(one["Action"])}
    assert [action for action in granted if action == "dynamodb:Scan" or "PartiQL" in action] == []


# Functions


def test_a_function_states_what_is_its_own_and_nothing_else() -> None:
    assert {one.operation: set(one.properties) for one in functions()} == {one.operation: STATED for one in functions()}


def wakers(function: Function) -> Iterator[str]:
    """What wakes a function: its routes and its schedules."""
    for route in function.routes:
        yield f"{route.method} {route.path}".strip()
    for event in function.properties["Events"].values():
        if event["Type"] == "ScheduleV2":
            expression = event["Properties"]["ScheduleExpression"]
            yield expression.replace("rate(1 ", "Schedule, every ").rstrip(")")


def test_the_description_of_a_function_is_what_wakes_it() -> None:
    described = {one.operation: one.properties["Description"] for one in functions()}
    assert described == {one.operation: ", ".join(wakers(one)) for one in functions()}


def test_a_scheduled_run_that_fails_is_not_repeated_before_the_next_is_due() -> None:
    schedules = [
        event["Properties"]
        for one in functions()
        for event in one.properties["Events"].values()
        if event["Type"] == "ScheduleV2"
    ]
    assert [one["RetryPolicy"] for one in schedules] == [{"MaximumRetryAttempts": 0}]


def test_the_scheduler_may_wake_its_function_and_do_nothing_else() -> None:
    made = processed(plain())["Resources"]
    roles = [one["Properties"] for one in made.values() if one["Type"] == "AWS::IAM::Role"]
    of_scheduler = [one for one in roles if "scheduler.amazonaws.com" in set(texts(one["AssumeRolePolicyDocument"]))]
    granted = [(one["Action"], one["Resource"]) for one in statements([role["Policies"] for role in of_scheduler])]
    assert granted == [("lambda:InvokeFunction", {"Fn::GetAtt": ["OnRepairDueFunction", "Arn"]})]


def test_no_route_is_answered_by_two_functions() -> None:
    every = [(route.method, route.path) for one in functions() for route in one.routes]
    assert sorted(set(every)) == sorted(every)


# What is kept, and for how long


def test_every_log_group_forgets_and_goes_with_its_stack() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    kept = {
        name: (one["DeletionPolicy"], one["UpdateReplacePolicy"], one["Properties"].get("RetentionInDays"))
        for name, one in groups.items()
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


# Alarms


def test_there_is_an_alarm_for_what_somebody_must_look_at() -> None:
    properties = [alarm["Properties"] for alarm in of_type("AWS::CloudWatch::Alarm").values()]
    assert {(one["Namespace"], one["MetricName"]) for one in properties} >= ALARMS


def test_every_alarm_says_what_to_do_and_tells_somebody() -> None:
    tells = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    alarms = {name: one["Properties"] for name, one in of_type("AWS::CloudWatch::Alarm").items()}
    silent = [name for name, alarm in alarms.items() if not alarm["AlarmDescription"]]
    assert silent == []
    assert {name: alarm["AlarmActions"] for name, alarm in alarms.items()} == dict.fromkeys(alarms, tells)
    assert {name: alarm["TreatMissingData"] for name, alarm in alarms.items()} == dict.fromkeys(alarms, "notBreaching")


def test_the_alarm_on_errors_watches_the_very_metric_that_the_layer_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "prod")
    settings.stage.cache_clear()
    count_error()
    settings.stage.cache_clear()
    counted = json.loads(capsys.readouterr().out)
    (metric,) = counted["_aws"]["CloudWatchMetrics"]
    alarm = of_type("AWS::CloudWatch::Alarm")["FunctionErrorsAlarm"]["Properties"]
    watched = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert (metric["Namespace"], metric["Metrics"][0]["Name"]) == (alarm["Namespace"], alarm["MetricName"])
    assert [sorted(names) for names in metric["Dimensions"]] == [sorted(watched)]
    assert (watched, counted["service"], counted["stage"]) == (
        {"service": "sheaf", "stage": {"Ref": "Stage"}},
        "sheaf",
        "prod",
    )
