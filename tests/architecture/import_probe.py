"""Run in a process of its own: imports the modules that it is given and tells what that did, as JSON on stdout.

`effects` are the deeds of those modules themselves (or of what they called) while they were imported; what a package
does when it is first imported is its own affair. `modules` are all that were loaded.
"""

import json
import os
import random
import secrets
import sys
import time
import uuid
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any

import botocore.session

# pydantic looks for its plugins when the first model is defined, whoever defines it.
BYSTANDERS = {"pydantic.plugin._loader"}

EVENTS = {
    "_thread.start_joinable_thread",
    "_thread.start_new_thread",
    "open",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "socket.__new__",
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
}

effects: list[str] = []


def caller() -> str:
    """The module that is being imported and has caused what happens now; empty where a package's own import did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if "importlib._bootstrap" in frame.f_code.co_filename or name in BYSTANDERS:
            return ""
        if name in watched or name.split(".")[0] in ("sheaf", "functions"):
            return str(name)
        frame = frame.f_back
    return ""


def audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Note a deed that Python itself reports."""
    if event in EVENTS and (name := caller()):
        effects.append(f"{name}: {event} {arguments[0] if arguments else ''}".rstrip())


def watch(owner: Any, function: str, what: str) -> None:
    """Note every call of a function that Python does not report."""
    original: Callable[..., Any] = getattr(owner, function)

    def watching(*arguments: Any, **settings: Any) -> Any:
        if name := caller():
            effects.append(f"{name}: {what}")
        return original(*arguments, **settings)

    setattr(owner, function, watching)


watched = sys.argv[1:]
watch(type(os.environ), "__getitem__", "environment")
watch(type(os.environ), "__iter__", "environment")
watch(botocore.session.Session, "__init__", "session")
watch(botocore.session.Session, "create_client", "client")
watch(secrets, "token_bytes", "randomness")
watch(secrets, "token_hex", "randomness")
watch(uuid, "uuid4", "randomness")
watch(random, "random", "randomness")
watch(random.Random, "random", "randomness")
watch(time, "time", "clock")
sys.addaudithook(audit)
for module in watched:
    import_module(module)
json.dump({"effects": sorted(set(effects)), "modules": sorted(sys.modules)}, sys.stdout)
