"""What `make run` says goes out as whole lines, whoever writes at the same time."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

WRITERS, LINES = 20, 100

# Two streams into one file, as in `make run > log 2>&1`.
PROGRAM = f"""
import sys, threading
from tools.local.say import say
def write(name):
    for number in range({LINES}):
        say(f"{{name}} {{number}} " + "x" * 60, sys.stdout if number % 2 else None)
threads = [threading.Thread(target=write, args=(name,)) for name in "abcdefghij"]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_the_lines_of_twenty_writers_of_two_processes_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("a") as log:
        writers = [
            subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
            for _ in range(WRITERS // 10)
        ]
        assert [writer.wait() for writer in writers] == [0, 0]
    expected = Counter(f"{name} {number} {'x' * 60}" for name in "abcdefghij" for number in range(LINES))
    assert Counter(path.read_text().splitlines()) == expected + expected
