"""What `make run` says, in whole lines: several threads and processes may write to one file or terminal."""

import os
import sys
from typing import TextIO


def say(line: str, stream: TextIO | None = None) -> None:
    """Write a line by one system call, to standard error unless another stream is given.

    `print` hands over a line and its end apart from each other, and another writer may come in between.
    """
    written = stream or sys.stderr
    written.flush()
    rest = f"{line}\n".encode(errors="replace")
    while rest:
        rest = rest[os.write(written.fileno(), rest) :]
