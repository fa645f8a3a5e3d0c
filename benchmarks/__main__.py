"""`make bench`: measures, prints one table in Markdown for each topic, and writes them to docs/performance.md."""

import os
import sys
import tempfile
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

from sheaf.aws import dynamodb
from tools.local import engine
from tools.template import PROJECT

DOCUMENT = PROJECT / "docs/performance.md"
HEAD = """# Performance

Printed by `make bench`, on two cores of a shared machine; ratios hold better than milliseconds.
"""
TOPICS = (
    "cold_starts",
    "peers",
    "cpu",
    "cost",
    "lists",
    "reports",
    "load",
    "changes",
    "bulk_changes",
    "merges",
    "import_load",
    "import_files",
    "bulk_imports",
)


def main() -> None:
    """Run all topics, or those that are named on the command line: then the document stays as it is."""
    report = sys.stdout
    tables = []
    # The engine sorts a whole partition for each query; at 100,000 records that takes seconds.
    dynamodb.READ_TIMEOUT = 60
    with (
        tempfile.TemporaryDirectory() as folder,
        engine.running(Path(folder)) as local,
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),  # the handlers' log
    ):
        for topic in sys.argv[1:] or TOPICS:
            tables.append(str(import_module(f"benchmarks.{topic}").measure(local.endpoint_url)))
            print(tables[-1], file=report, flush=True)
    if not sys.argv[1:]:
        DOCUMENT.write_text("\n".join([HEAD, *tables]))


if __name__ == "__main__":
    main()
