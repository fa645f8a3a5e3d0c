"""Keeps words out of code, tests and documentation that do not say what is meant. `python -m tools.plain_words`.

Exit status: 0, or 1 with a line for each word that is found and the term to write in its place.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
READ = {".py", ".md", ".yaml", ".toml", ".in", ""}  # and the Makefile, which has no suffix
# These hold the words themselves.
LEFT_OUT = {"tools/plain_words.py", "tests/tools/test_plain_words.py"}

# Each pattern with the term of the field that is meant.
TERMS = {
    r"apologi[sz]\w*": "internal error response",
    r"carriers?": "pipeline, queue",
    r"carr(?:y|ies|ied|ying)[ _]on": "resume",
    r"crowd(?:s|ed)?": "load, many records",
    r"cutters?": "splitter",
    r"dialects?": "API version",
    r"doors?": "route, entry point",
    r"furniture": "fixture",
    r"houses?": "architecture",
    r"in vain": "without effect",
    r"leash": "process guard",
    r"rooms? of": "package",
    r"sights?": "visible records",
    r"stairs": "import direction",
    r"sw(?:eep|eeps|eeping|ept)(?: up)?": "delete, clean up",
    r"the ground on": "the base of",
    r"towns?": "test data",
    r"walls?(?! clock)": "rule",
    r"whoever meets": "the next request",
    r"wish(?:es|ed)?": "row change, request",
}
# A word also stands alone between underscores, as in the name of a test.
PATTERNS = {re.compile(rf"(?<![a-z]){term}(?![a-z])", re.IGNORECASE): said for term, said in TERMS.items()}


def found(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, word and the term in its place, for each word that a text should not have."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, term in PATTERNS.items():
            for match in pattern.finditer(line):
                yield number, match[0], term


def main() -> int:
    """Look through every file of the repository that people read."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S607
    paths = [path for path in listed.stdout.splitlines() if Path(path).suffix in READ and path not in LEFT_OUT]
    faults = [
        f"{path}:{number}: {word!r}: say {term}"
        for path in paths
        if (PROJECT / path).is_file()
        for number, word, term in found((PROJECT / path).read_text())
    ]
    print("\n".join(faults), end="\n" if faults else "")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
