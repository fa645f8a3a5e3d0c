"""The process that holds ministack: it ends, with its state saved, when the runner is gone.

Run by the interpreter of ministack's own virtual environment. Its standard input is a pipe of which the
runner holds the other end, so that end of file means that the runner has ended, in whatever way it did.
"""

import os
import runpy
import signal
import threading


def end_with_the_runner() -> None:
    """Ask this process to stop once nobody holds the other end of standard input.

    `SIGTERM` rather than an exit, because ministack writes its state only on an orderly stop.
    """
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_runner, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")
