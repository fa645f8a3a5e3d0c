"""Runs the example events by `sam local invoke`, in containers as Lambda would, and compares with the same in process.

Needs Docker, and Lambda's image for Python, which the SAM CLI fetches (see --skip-pull-image). Each event finds a
table of its own with the demo data, once in a container and once in a process that has just begun. Answers must be the
same: status, headers and body, apart from times, from cursors, which are signed with a random key, and from signed
addresses.

    .venv/bin/python -m tools.sam_local
    .venv/bin/python -m tools.sam_local events/create_task/*.json

While it runs, the local engine listens on all addresses of this machine, because containers come from outside.

Exit status: 0 all the same; 1 an answer differs or a function did not run.
"""

import argparse
import io
import json
import multiprocessing
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tools.local import demo, deploy, engine, examples, stream
from tools.template import PROJECT, functions, table_definition

EVENTS = PROJECT / "events"
WORK = PROJECT / ".local" / "sam-local"
HOST = "host.docker.internal"
AT_ONCE = 2
INVOKE_SECONDS = 300

_TIMES = r'(?<=_at":")[^"]*|(?<="at":")[^"]*|(?<=-at type="datetime">)[^<]*'
_VARIES = re.compile(_TIMES + r'|(?<=cursor=)[\w-]*|(?<="next":")[\w-]*|(?<="url":")[^"]*|whsec_[^"]*')


@dataclass(frozen=True)
class Place:
    """Where containers are run, and how they reach this machine's engine."""

    engine: engine.Engine
    host: str
    options: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """One event: what came from the container and from the process, and how many seconds the container took."""

    event: Path
    container: object
    process: object
    seconds: float

    @property
    def is_same(self) -> bool:
        """Whether both answered alike."""
        return self.container == self.process

    def __str__(self) -> str:
        name = f"{self.event.parent.name}/{self.event.stem}"
        if self.is_same:
            return f"same    {name}  {self.seconds:.1f} s"
        return f"DIFFERS {name}\n  container  {self.container}\n  process    {self.process}"


def main() -> int:
    """Run the events that the command line names, by default all, and return the exit status."""
    given = _arguments()
    started = time.monotonic()
    parameters = {"Architecture": engine.architecture()}
    deploy.build(PROJECT, WORK, parameters)
    options = ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())]
    if given.skip_pull_image:
        options.append("--skip-pull-image")
    if given.host == HOST:
        options += ["--add-host", f"{HOST}:host-gateway"]
    with _engine() as local:
        examples.make(local.endpoint_url)
        place = Place(local, given.host, options)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            outcomes = []
            for outcome in threads.map(lambda event: compare(place, event), given.events):
                print(outcome, flush=True)
                outcomes.append(outcome)
    same = sum(outcome.is_same for outcome in outcomes)
    operations = len({outcome.event.parent for outcome in outcomes})
    print(f"{same} of {len(outcomes)} events of {operations} functions: the same; {time.monotonic() - started:.0f} s")
    return 0 if same == len(outcomes) else 1


def compare(place: Place, event: Path) -> Outcome:
    """Run one event both ways."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh) as process:
        table = process.submit(new_table, place.engine.endpoint_url).result()
    with ProcessPoolExecutor(1, fresh) as process:
        expected = process.submit(in_process, place.engine.endpoint_url, event).result()
    started = time.monotonic()
    answer = in_container(place, table, event)
    return Outcome(event, steady(answer), steady(expected), time.monotonic() - started)


def new_table(endpoint_url: str) -> str:
    """Create a table as the template describes it, with the demo data, point this process at it, return its name.

    The bucket and the queues that examples speak of are the same for all. Nothing but this fills the feed of changes.
    """
    name = f"sheaf-{secrets.token_hex(4)}"
    engine.client("dynamodb", endpoint_url).create_table(**table_definition(name, is_streamed=True))
    os.environ |= examples.make(endpoint_url)
    demo.seed(name, endpoint_url, os.environ["WEBHOOKS_KEY_ID"])
    stream.write_feed(demo.ACCOUNT)
    return name


def in_process(endpoint_url: str, event: Path) -> dict[str, Any]:
    """What the handler answers, called as a function. For a process that has not called a handler before."""
    new_table(endpoint_url)
    handler = _built_handler(event.parent.name)
    with redirect_stdout(io.StringIO()):  # the log
        answer: dict[str, Any] = handler(json.loads(event.read_text()))
    return answer


def _built_handler(operation: str) -> Any:
    """The handler as it was built: a function may have more files then than in the repository."""
    logical_id = next(function.logical_id for function in functions() if function.operation == operation)
    spec = spec_from_file_location(f"built_{operation}", WORK / "build" / logical_id / "handler.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{operation} was not built")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def in_container(place: Place, table: str, event: Path) -> object:
    """What `sam local invoke` prints; where that is no answer, everything that it had to say."""
    logical_id = next(function.logical_id for function in functions() if function.operation == event.parent.name)
    endpoint_url = f"http://{place.host}:{place.engine.port}"
    imports = examples.make(place.engine.endpoint_url)
    variables = {"TABLE_NAME": table, **imports, "AWS_ENDPOINT_URL": endpoint_url}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"Parameters": variables}, file)
        file.flush()
        arguments = [
            *("local", "invoke", logical_id, "--event", str(event), "--env-vars", file.name),
            *("--template-file", str(WORK / "build" / "template.yaml"), *place.options),
        ]
        done = subprocess.run(
            [Path(sys.executable).with_name("sam"), *arguments],
            cwd=PROJECT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INVOKE_SECONDS,
            check=False,
        )
    try:
        answer: object = json.loads(done.stdout)
    except ValueError:
        return done.stdout + done.stderr
    return answer


def steady(answer: object) -> object:
    """The answer without what differs from run to run: times, the text of cursors, signed addresses, its tag."""
    if not isinstance(answer, dict) or "body" not in answer:
        return answer
    shown = {**answer, "body": _VARIES.sub("...", answer["body"])}
    if "ETag" in answer.get("headers", {}):
        shown["headers"] = {**answer["headers"], "ETag": "..."}
    return shown


@contextmanager
def _engine() -> Iterator[engine.Engine]:
    os.environ["SHEAF_LOCAL_BIND"] = "0.0.0.0"  # noqa: S104 - containers are not this machine
    with tempfile.TemporaryDirectory() as folder, engine.running(Path(folder)) as local:
        yield local


def _environment() -> dict[str, str]:
    kept = engine.without_aws(dict(os.environ))
    return kept | engine.CREDENTIALS | {"AWS_DEFAULT_REGION": engine.REGION, "SAM_CLI_TELEMETRY": "0"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", nargs="*", type=_event, default=sorted(EVENTS.glob("*/*.json")))
    parser.add_argument("--host", default=HOST, help=f"how a container reaches this machine (default: {HOST})")
    parser.add_argument("--skip-pull-image", action="store_true", help="take Lambda's image as Docker has it")
    return parser.parse_args()


def _event(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_file() or path.parent.parent != EVENTS:
        raise argparse.ArgumentTypeError(f"{text} is no example event")
    return path


if __name__ == "__main__":
    sys.exit(main())
