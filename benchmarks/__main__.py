"""`make bench`: measures, and prints one table in Markdown for each topic."""

import os
import sys
import tempfile
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

from sheaf.aws import dynamodb
from tools.local import engine

TOPICS = ("cold_starts", "cpu", "cost", "lists", "import_files", "bulk_imports")


def main() -> None:
    """Run all topics, or those that are named on the command line."""
    report = sys.stdout
    # The engine sorts a whole partition for each query; at 100,000 records that takes seconds.
    dynamodb.READ_TIMEOUT = 60
    with (
        tempfile.TemporaryDirectory() as folder,
        engine.running(Path(folder)) as local,
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),  # the handlers' log
    ):
        for topic in sys.argv[1:] or TOPICS:
            print(import_module(f"benchmarks.{topic}").measure(local.endpoint_url), file=report, flush=True)


if __name__ == "__main__":
    main()
