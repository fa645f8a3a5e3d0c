"""The process that holds ministack: it ends, with its state saved, when the runner is gone.

Run by the interpreter of ministack's own virtual environment. Its standard input is a pipe of which the
runner holds the other end, so that end of file means that the runner has ended, in whatever way it did.
"""

import os
import resource
import runpy
import signal
import sys
import threading


def end_with_the_runner() -> None:
    """Ask this process to stop once nobody holds the other end of standard input.

    `SIGTERM` rather than an exit, because ministack writes its state only on an orderly stop.
    """
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def serve() -> None:
    """Serve ministack's application until told to stop.

    By Uvicorn, which takes less CPU time for a call than the server that ministack's own command brings.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # as that command does: many may call at once
    sys.argv = [
        *("uvicorn", "ministack.app:app", "--host", os.environ["BIND_HOST"], "--port", os.environ["GATEWAY_PORT"]),
        *("--http", "h11", "--loop", "asyncio", "--ws", "none", "--no-date-header", "--no-server-header"),
        *("--no-access-log", "--log-level", os.environ["LOG_LEVEL"].lower()),
        *("--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "3"),
    ]
    runpy.run_module("uvicorn", run_name="__main__")


if __name__ == "__main__":
    threading.Thread(target=end_with_the_runner, daemon=True).start()
    serve()
