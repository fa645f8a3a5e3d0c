"""`make run`: bring everything up, say `ready`, stay until told to stop.

Environment:
    PORT: Where the API answers on 127.0.0.1; 3000 by default.
    SHEAF_LOCAL_DIR: Where everything is kept; `.local` by default.
    SHEAF_LOCAL_PARAMETERS: More template parameters, as `Name=value Name=value`.
    SHEAF_LOCAL_PYTHON, SHEAF_LOCAL_BIND: See `engine.running`.
    STRICT: With 1, the functions call DynamoDB through `tools.strict_dynamodb`, which refuses what DynamoDB refuses.

Exit status: 0 when stopped by Ctrl-C, SIGTERM or SIGHUP; 1 when something failed or ministack ended; 2 when
it cannot start as asked, for instance because the port is taken.
"""

import os
import shlex
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tools.local import demo, deploy, engine, stream
from tools.local.front import Front
from tools.local.routes import TemplateError
from tools.local.say import say
from tools.strict_dynamodb import server as strict_dynamodb

ANSWER_SECONDS = 30


def main() -> int:
    """Run until stopped and return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        parameters = template_parameters(os.environ.get("SHEAF_LOCAL_PARAMETERS", ""))
    except ValueError as error:
        say(f"SHEAF_LOCAL_PARAMETERS: {error}")
        return 2
    port = os.environ.get("PORT") or "3000"
    try:
        front = Front(int(port), say)
    except (OSError, OverflowError, ValueError) as error:
        say(f"cannot listen on 127.0.0.1:{port} ({error}); PORT names another port")
        return 2
    state_dir = Path(os.environ.get("SHEAF_LOCAL_DIR") or engine.PROJECT / ".local")
    try:
        return run(front, state_dir, parameters)
    except (engine.EngineError, deploy.DeployError, TemplateError) as error:
        say(str(error))
        return 1


def run(front: Front, state_dir: Path, parameters: dict[str, str]) -> int:
    """Bring up the engine, the stack and the data, then serve until the engine ends or a signal comes."""
    with _engine(state_dir) as local:
        stack = deploy.up_to_date(local, engine.PROJECT, state_dir.resolve(), parameters)
        _stay_local(local)
        demo.seed(stack.table_name, local.endpoint_url, stack.outputs["WebhooksKeyId"])
        os.environ["CHANGES_KEPT_DAYS"] = stack.outputs["ChangesKeptDays"]
        with _feed_finished(), front.serving(local.port, f"/_aws/execute-api/{stack.api_id}/$default"):
            _await_answer(front.url)
            say(f"ready  {front.url}  engine={local.endpoint_url}  table={stack.table_name}", sys.stdout)
            status = local.process.wait()
            say(f"ministack ended on its own (status {status}); its last words:\n{local.log_tail()}")
            return 1


@contextmanager
def _feed_finished() -> Iterator[None]:
    """At the end, what waits in the table's stream goes into the feeds: ministack does not keep streams."""
    try:
        yield
    finally:
        stream.write_rest()


@contextmanager
def _engine(state_dir: Path) -> Iterator[engine.Engine]:
    """The local engine; before it the strict one, where that is asked for."""
    if os.environ.get("STRICT") != "1":
        with engine.running(state_dir) as local:
            yield local
        return
    port = engine.free_port()
    with strict_dynamodb.running(f"http://{engine.LOCALHOST}:{port}") as strict:
        try:
            with engine.running(state_dir, port, {"AWS_ENDPOINT_URL_DYNAMODB": strict.endpoint_url}) as local:
                say(f"functions call DynamoDB at {strict.endpoint_url}, which refuses what DynamoDB refuses")
                yield local
        finally:
            say(f"refused by the strict engine: {dict(strict.rules.refused) or 'nothing'}")


def template_parameters(more: str) -> dict[str, str]:
    """Return the template parameters of a local deployment: this machine's architecture, and `more`."""
    pairs = [pair.partition("=") for pair in shlex.split(more)]
    if any(not separator for _, separator, _ in pairs):
        raise ValueError(f"not of the form Name=value Name=value: {more}")
    return {"Architecture": engine.architecture()} | {name: value for name, _, value in pairs}


def _stay_local(local: engine.Engine) -> None:
    """Take the user's AWS settings out of this process: the layer's own code is about to run in it."""
    kept = engine.without_aws(dict(os.environ)) | engine.aws_environment(local.endpoint_url)
    os.environ.clear()
    os.environ.update(kept)


def _await_answer(url: str) -> None:
    """Return once the API answers a GET, whatever the answer: the first one starts a function's process."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(f"{url}/", timeout=ANSWER_SECONDS).close()
    except urllib.error.HTTPError as answer:
        with answer:
            text = answer.read().decode(errors="replace")
        if answer.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise deploy.DeployError(f"GET {url}/ is answered with {answer.code}: {text}") from None


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """End by way of the `with` blocks; a second signal must not interrupt the saving."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
