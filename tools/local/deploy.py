"""The real `sam build` and `sam deploy` against the local engine, and what the engine leaves out of them."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tools.local import routes
from tools.local.engine import Engine, architecture, aws_environment, without_aws

STACK = "sheaf-local"
BUCKET = "sheaf-local-artifacts"
MARK = f"/{STACK}/deployed"
SOURCES = ("template.yaml", "functions", "layers", "tools/local/deploy.py", "tools/local/routes.py")
FUNCTION_TYPE = "AWS::Lambda::Function"
LAYER_TYPE = "AWS::Serverless::LayerVersion"
MAPPING_TYPE = "AWS::Lambda::EventSourceMapping"
TABLE_TYPE = "AWS::DynamoDB::Table"
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
LAYERS_VARIABLE = "_LAMBDA_LAYERS_DIRS"  # ministack's own, for the folders into which it unpacks layers


class DeployError(Exception):
    """`sam build` or `sam deploy` failed."""


@dataclass(frozen=True)
class Stack:
    """The deployed stack, as far as the runner and the tests need it.

    Attributes:
        api_id: The physical id of the HTTP API.
        table_name: The physical name of the table.
        outputs: The stack's outputs by name.
    """

    api_id: str
    table_name: str
    outputs: Mapping[str, str]


def up_to_date(engine: Engine, project: Path, work_dir: Path, parameters: Mapping[str, str]) -> Stack:
    """Deploy the project unless the engine already holds this very state of it, and return the stack.

    Data in the table outlives a deployment: CloudFormation updates the stack and leaves the table alone.

    Args:
        engine: Where to.
        project: The folder of `template.yaml`.
        work_dir: Where the SAM CLI may keep what it builds.
        parameters: Template parameters to override.

    Raises:
        DeployError: With the SAM CLI's own words.
    """
    wanted = fingerprint(project, work_dir, parameters)
    if _deployed(engine) != wanted or not (work_dir / "build").exists():
        build(project, work_dir, parameters)
        deploy(engine, work_dir, parameters)
        _complete(engine, work_dir / "build")
        engine.client("ssm").put_parameter(Name=MARK, Value=wanted, Type="String", Overwrite=True)
    return describe(engine)


def fingerprint(project: Path, work_dir: Path, parameters: Mapping[str, str]) -> str:
    """Return a hash of all that decides what a deployment holds."""
    digest = hashlib.sha256(json.dumps([str(work_dir), dict(parameters), sys.version]).encode())
    for path in sorted(_files(project)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def build(project: Path, work_dir: Path, parameters: Mapping[str, str]) -> None:
    """Run `sam build`, reusing what has not changed since the last time."""
    arguments = [
        *("build", "--cached", "--parallel"),
        *("--template-file", str(project / "template.yaml")),
        *("--build-dir", str(work_dir / "build"), "--cache-dir", str(work_dir / "cache")),
        *_overrides(parameters),
    ]
    _sam(
        arguments,
        project,
        {"LAYER_ARCHITECTURE": parameters.get("Architecture", architecture())},
    )


def deploy(engine: Engine, work_dir: Path, parameters: Mapping[str, str]) -> None:
    """Run `sam deploy` of what `build` left in `work_dir`."""
    s3 = engine.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        location = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    arguments = [
        *("deploy", "--stack-name", STACK, "--s3-bucket", BUCKET, "--no-progressbar"),
        *("--template-file", str(work_dir / "build" / "template.yaml")),
        *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
        *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *_overrides(parameters),
    ]
    _sam(arguments, work_dir, aws_environment(engine.endpoint_url))


def describe(engine: Engine) -> Stack:
    """Return what the deployed stack is made of."""
    cloudformation = engine.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    resources = _resources(engine)
    return Stack(
        api_id=_only(resources, routes.API_TYPE),
        table_name=_only(resources, TABLE_TYPE),
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
    )


def _deployed(engine: Engine) -> str | None:
    """Return the fingerprint of what the engine holds.

    It is kept in the engine and not in a file, so that it is just as old as the rest of the engine's state.
    """
    ssm = engine.client("ssm")
    try:
        return str(ssm.get_parameter(Name=MARK)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def _complete(engine: Engine, built: Path) -> None:
    """Do what CloudFormation does on AWS and ministack leaves out: the OpenAPI body of the HTTP API.

    Also take the empty endpoint variable away from the functions. It is declared so that `sam local` can
    fill it; ministack's own address takes its place only where there is none.

    Also let functions import the layers from where they were built: ministack would unpack their 2,400 files for each
    process that it starts.

    And make a number of the concurrency of a queue's workers, which comes from a parameter: ministack leaves it the
    text that a parameter is, and then reads no queue.
    """
    cloudformation = engine.client("cloudformation")
    template = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    resources = {name: physical for name, _, physical in _resources(engine)}
    functions = engine.client("lambda")
    layers = _layers(built)
    arns: dict[str, str] = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == FUNCTION_TYPE:
            configuration = functions.get_function_configuration(FunctionName=resources[name])
            arns[name] = configuration["FunctionArn"]
            declared = configuration["Environment"]["Variables"]
            variables = {key: value for key, value in declared.items() if (key, value) != (ENDPOINT_VARIABLE, "")}
            functions.update_function_configuration(
                FunctionName=resources[name],
                Layers=[],
                Environment={"Variables": {**variables, LAYERS_VARIABLE: layers}},
            )
        if resource["Type"] == MAPPING_TYPE:
            mapping = functions.get_event_source_mapping(UUID=resources[name])
            scaling = {item: int(number) for item, number in mapping.get("ScalingConfig", {}).items()}
            functions.update_event_source_mapping(UUID=resources[name], ScalingConfig=scaling)
    _wire(engine.client("apigatewayv2"), resources[routes.api_of(template)], template, arns)


def _layers(built: Path) -> str:
    """Return the folders of the layers, with the one whose modules come first at the end, as ministack names them."""
    resources = yaml_parse((built / "template.yaml").read_text())["Resources"].values()
    layers = [each["Properties"]["ContentUri"] for each in resources if each["Type"] == LAYER_TYPE]
    return os.pathsep.join(str(built / layer) for layer in reversed(layers))


def _wire(gateway: Any, api: str, template: Mapping[str, Any], arns: Mapping[str, str]) -> None:
    """Replace the API's routes, integrations and CORS settings with those of the template."""
    for old in _pages(gateway, "get_routes", api):
        gateway.delete_route(ApiId=api, RouteId=old["RouteId"])
    for old in _pages(gateway, "get_integrations", api):
        gateway.delete_integration(ApiId=api, IntegrationId=old["IntegrationId"])
    for route in routes.routes_of(template):
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arns[route.function],
            PayloadFormatVersion=route.payload_format,
        )
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=api, RouteKey=route.key, Target=target)
    cors = routes.cors_of(template)
    if cors:
        gateway.update_api(ApiId=api, CorsConfiguration=cors)


def _pages(gateway: Any, operation: str, api: str) -> list[Mapping[str, Any]]:
    paginator = gateway.get_paginator(operation)
    return [item for page in paginator.paginate(ApiId=api) for item in page["Items"]]


def _resources(engine: Engine) -> list[tuple[str, str, str]]:
    """Return logical id, type and physical id of each resource of the stack."""
    paginator = engine.client("cloudformation").get_paginator("list_stack_resources")
    return [
        (summary["LogicalResourceId"], summary["ResourceType"], summary["PhysicalResourceId"])
        for page in paginator.paginate(StackName=STACK)
        for summary in page["StackResourceSummaries"]
        if summary["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def _only(resources: Iterable[tuple[str, str, str]], kind: str) -> str:
    found = [physical for _, type_, physical in resources if type_ == kind]
    if len(found) != 1:
        raise DeployError(f"one {kind} is expected in the stack, found {found}")
    return found[0]


def _files(project: Path) -> Iterable[Path]:
    for source in SOURCES:
        path = project / source
        candidates = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in candidates if file.is_file() and "__pycache__" not in file.parts)


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    pairs = [f"{name}={value}" for name, value in parameters.items()]
    return ["--parameter-overrides", *pairs] if pairs else []


def _sam(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run the SAM CLI beside this interpreter.

    That folder comes first on the path, because `sam build` looks for python3.13 there.
    """
    tools = Path(sys.executable).parent
    settings = without_aws(dict(os.environ)) | {
        "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)]),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",
    }
    result = subprocess.run(
        [tools / "sam", *arguments],
        cwd=folder,
        env=settings | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise DeployError(f"sam {arguments[0]} failed:\n{result.stdout}")
