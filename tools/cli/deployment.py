"""Which deployment a command works on: a stack in an AWS account, or what `make run` has brought up."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError, EndpointConnectionError

from tools.connection import use_table
from tools.local import deploy, engine

TABLE = "TableName"
BUCKET = "ImportsBucketName"
QUEUE = "ImportsQueueUrl"
DEAD_CHANGES = "ChangesDeadLettersUrl"
BUS = "EventBusName"
KEPT_DAYS = "ChangesKeptDays"

# botocore prefers these to a profile that comes from the environment; a profile that is asked for must win.
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class DeploymentError(Exception):
    """There is no deployment where one was asked for."""


@dataclass(frozen=True)
class Deployment:
    """The deployment that a command works on: its stack's outputs, and clients that reach it."""

    stack: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]

    def output(self, name: str) -> str:
        """One output. Raises DeploymentError."""
        if name not in self.outputs:
            problem = f"the stack {self.stack} has no output {name}: it is still being created, or is no Sheaf"
            raise DeploymentError(problem)
        return self.outputs[name]

    @property
    def bucket(self) -> str:
        """The bucket that files to be imported are put into. Raises DeploymentError."""
        return self.output(BUCKET)

    @property
    def queue_url(self) -> str:
        """The queue that carries the work of imports. Raises DeploymentError."""
        return self.output(QUEUE)

    @property
    def dead_changes_url(self) -> str:
        """The queue of the changes that could not be written into a feed. Raises DeploymentError."""
        return self.output(DEAD_CHANGES)

    def use_for_changes(self) -> None:
        """Let this process write changes into feeds, as the deployment's own function does. Raises DeploymentError."""
        os.environ |= {
            "CHANGES_DEAD_LETTERS_URL": self.dead_changes_url,
            "EVENT_BUS": self.output(BUS),
            "CHANGES_KEPT_DAYS": self.output(KEPT_DAYS),
        }


def add_options(parser: ArgumentParser) -> None:
    """The options by which every command is told where it works."""
    group = parser.add_argument_group("where")
    place = group.add_mutually_exclusive_group()
    place.add_argument(
        "--stack",
        metavar="NAME",
        default=os.environ.get("SHEAF_STACK") or "sheaf",
        help="the CloudFormation stack in AWS (default: the variable SHEAF_STACK, otherwise sheaf)",
    )
    place.add_argument("--local", action="store_true", help="what `make run` has brought up on this machine")
    group.add_argument("--region", help="the AWS region of the stack")
    group.add_argument("--profile", help="the profile of your AWS credentials")
    parser.set_defaults(parser=parser)


def connect(arguments: Namespace) -> Deployment:
    """Point the store at the table of the deployment that the arguments name, and return what else it has.

    Raises:
        DeploymentError: it is not there, or is no deployment of Sheaf.
    """
    if arguments.local:
        if arguments.region or arguments.profile:
            arguments.parser.error("argument --local: not allowed with argument --region or --profile")
        return _connect_locally()
    if arguments.profile:
        for name in _KEYS:
            os.environ.pop(name, None)
        os.environ["AWS_PROFILE"] = arguments.profile
    if arguments.region:
        os.environ["AWS_DEFAULT_REGION"] = arguments.region
    session: Any = Session()  # its types want the name of a service, not any text
    found = _deployment(arguments.stack, session.client)
    use_table(found.output(TABLE))
    return found


def options_of(arguments: Namespace) -> list[str]:
    """The options by which another command works on the same deployment."""
    if arguments.local:
        return ["--local"]
    given = {name: getattr(arguments, name) for name in ("stack", "region", "profile")}
    return [word for name, value in given.items() if value for word in (f"--{name}", value)]


def _connect_locally() -> Deployment:
    folder = Path(os.environ.get("SHEAF_LOCAL_DIR") or engine.PROJECT / ".local")
    try:
        endpoint_url = (folder / "endpoint").read_text().strip()
    except FileNotFoundError:
        raise DeploymentError(f"nothing is running in {folder}: start it with `make run`") from None
    try:
        found = _deployment(deploy.STACK, lambda service: engine.client(service, endpoint_url))
    except EndpointConnectionError:
        raise DeploymentError(f"nothing answers at {endpoint_url}: start it with `make run`") from None
    use_table(found.output(TABLE), endpoint_url)
    return found


def _deployment(stack: str, client: Callable[[str], Any]) -> Deployment:
    cloudformation = client("cloudformation")
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        raise DeploymentError(f"there is no stack {stack} at {cloudformation.meta.endpoint_url}") from error
    outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in described.get("Outputs", [])}
    return Deployment(stack, outputs, client)
