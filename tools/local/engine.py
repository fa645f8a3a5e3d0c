"""Starting and stopping ministack, which stands in for AWS on this machine."""

import fcntl
import json
import os
import platform
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

import botocore.session
from boto3.session import Session
from botocore.config import Config

from tools.local.say import say

PROJECT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
LOCALHOST = "127.0.0.1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

START_SECONDS = 30.0
STOP_SECONDS = 300.0  # ministack saves everything at its end: 200,000 time entries take it more than a minute
LOCK_SECONDS = 15.0
LOG_TAIL_LINES = 20
LOGS_BYTES = 20_000_000


class EngineError(Exception):
    """ministack could not be started, or ended on its own."""


@dataclass(frozen=True)
class Engine:
    """A running ministack."""

    endpoint_url: str
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def client(self, service: str) -> Any:
        """Return a boto3 client of `service` that can reach nothing but this engine."""
        return client(service, self.endpoint_url)

    def log_tail(self) -> str:
        """Return the last lines ministack wrote, for a message about its end."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


def client(service: str, endpoint_url: str) -> Any:
    """Return a boto3 client for `endpoint_url` (where that is empty, for moto) that ignores the user's AWS settings.

    A profile, a configuration file or a proxy of the user must neither redirect a call nor break it.
    """
    core = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    session: Any = Session(botocore_session=core)  # its types want the name of a service, not any text
    return session.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint_url or None,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(proxies={}, s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}),
    )


def aws_environment(endpoint_url: str) -> dict[str, str]:
    """Return the variables that tie an AWS SDK or the SAM CLI to `endpoint_url` and to nothing else."""
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"{LOCALHOST},localhost",
        "no_proxy": f"{LOCALHOST},localhost",
    }


def without_aws(environment: dict[str, str]) -> dict[str, str]:
    """Return `environment` without any setting of the user's own AWS access."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def architecture() -> str:
    """Return this machine's architecture in Lambda's words: `arm64` or `x86_64`."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


@contextmanager
def running(
    state_dir: Path, port: int | None = None, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Engine]:
    """Run ministack on `state_dir` for the length of a `with` block.

    What it holds is read from `state_dir` at the start and written there at the end, also when this process
    is killed (see `child.py`). Only a kill of ministack itself loses what was written since its start.

    The interpreter is `SHEAF_LOCAL_PYTHON`, by default `.venv-local/bin/python`; the address it listens on is
    `SHEAF_LOCAL_BIND`, by default 127.0.0.1 (a container can only reach 0.0.0.0).

    Args:
        state_dir: Created when missing. One process at a time can use it.
        port: Where to listen. By default the port of the last time if it is free, otherwise any free one.
        more: Environment variables for ministack and the functions, beside their own.

    Raises:
        EngineError: It did not start, or `state_dir` is in use.
    """
    state_dir = state_dir.resolve()
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        _take(lock, state_dir)
        _empty(state_dir / "tmp")
        _forget_logs(state_dir / "state" / "cloudwatch_logs.json")
        _rewind_streams(state_dir / "state" / "lambda.json")
        port = _settle_port(state_dir, port)
        address = state_dir / "endpoint"
        log = state_dir / "ministack.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [_interpreter(), "-P", Path(__file__).with_name("child.py")],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**_settings(state_dir, port), **more},
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )
        engine = Engine(f"http://{LOCALHOST}:{port}", port, log, process)
        try:
            _wait_for(engine)
            address.write_text(f"{engine.endpoint_url}\n")
            yield engine
        finally:
            address.unlink(missing_ok=True)
            _stop(process)
            _empty(state_dir / "tmp")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def _settle_port(state_dir: Path, wanted: int | None) -> int:
    """Return the port to listen on, having made the kept state fit it.

    ministack knows a queue by its address, port included: after a change of the port it would find none of the
    queues that functions read from.
    """
    memory = state_dir / "port"
    last = int(memory.read_text()) if memory.exists() else None
    port = wanted or (last if last and _is_free(last) else free_port())
    if last and last != port:
        old, new = f"{LOCALHOST}:{last}/", f"{LOCALHOST}:{port}/"
        for state in (state_dir / "state").glob("*.json"):
            state.write_text(state.read_text().replace(old, new))
    memory.write_text(str(port))
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True


def _interpreter() -> str:
    python = os.environ.get("SHEAF_LOCAL_PYTHON") or str(PROJECT / ".venv-local" / "bin" / "python")
    if not Path(python).exists():
        raise EngineError(f"ministack's interpreter is missing: {python} (SHEAF_LOCAL_PYTHON names another)")
    return python


def _settings(state_dir: Path, port: int) -> dict[str, str]:
    """Return ministack's whole environment, with nothing of the user's: functions inherit it."""
    settings = {
        "PATH": os.pathsep.join([str(Path(_interpreter()).parent), os.defpath]),
        "TMPDIR": str(state_dir / "tmp"),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": os.environ.get("SHEAF_LOCAL_BIND", LOCALHOST),
        "MINISTACK_HOST": LOCALHOST,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state_dir / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state_dir / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    endpoint = aws_environment(f"http://{LOCALHOST}:{port}")
    return endpoint | settings


def _take(lock: TextIO, state_dir: Path) -> None:
    """Hold `lock`, waiting a little: after a kill of the runner, ministack is still saving its state."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EngineError(f"another process uses {state_dir} (SHEAF_LOCAL_DIR)") from None
            time.sleep(0.1)
        else:
            return


def _empty(folder: Path) -> None:
    """Remove what functions' processes left: ministack unpacks code and layers for each and forgets them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _forget_logs(logs: Path) -> None:
    """Drop the functions' logs when there are many: nothing else ever does, and each start and stop moves all."""
    if logs.exists() and logs.stat().st_size > LOGS_BYTES:
        logs.unlink()


def _rewind_streams(functions: Path) -> None:
    """Let functions read streams from their beginning: ministack keeps where they were, but not the streams.

    What a function had not read when ministack ended is lost; see `stream.write_rest`.
    """
    if functions.exists():
        kept = json.loads(functions.read_text())
        kept["payload"]["dynamodb_stream_positions"] = {}
        functions.write_text(json.dumps(kept))


def _wait_for(engine: Engine) -> None:
    deadline = time.monotonic() + START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if engine.process.poll() is not None:
            raise EngineError(f"ministack ended while it started:\n{engine.log_tail()}")
        try:
            with direct.open(f"{engine.endpoint_url}/_ministack/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.03)
    raise EngineError(f"ministack did not answer within {START_SECONDS:.0f} s:\n{engine.log_tail()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let ministack save its state and end; end it by force only if it does not."""
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        say("ministack did not stop and is killed; data of this run may be lost")
        process.kill()
        process.wait()
