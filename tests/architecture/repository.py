"""The files of the repository, as Git knows them: nothing that is built, installed or ignored."""

import subprocess
from functools import cache
from pathlib import Path

from tools.template import PROJECT


def files(pattern: str = "*") -> list[Path]:
    """All files whose name matches `pattern`, those not yet committed included, as paths below the project."""
    return [path for path in _files() if path.match(pattern)]


def text(path: Path) -> str:
    """What a file holds; what is not text in it is replaced."""
    return (PROJECT / path).read_text(errors="replace")


@cache
def _files() -> list[Path]:
    # The folder may belong to another user than the one who runs the tests, as in a container.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603
    paths = sorted({Path(name) for name in listed.stdout.split("\0") if name})
    return [path for path in paths if (PROJECT / path).is_file()]
