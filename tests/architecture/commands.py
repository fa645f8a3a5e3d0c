"""The commands that documents tell their readers to type."""

import re
import shlex
from collections.abc import Iterator

_BLOCK = re.compile(r"^ *```[a-z]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_SUBSTITUTION = re.compile(r"^\w+=\$\((.*)\)$")
_VARIABLE = re.compile(r"\$\{?\w+\}?")


def commands(markdown: str) -> Iterator[list[str]]:
    """Every `make`, `sheaf` and `sam` command in a document, split into words; a shell variable becomes a 1."""
    blocks = _BLOCK.findall(markdown)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *_CODE.findall(_BLOCK.sub("", markdown))]:
        yield from _of_line(line)


def _of_line(line: str) -> Iterator[list[str]]:
    bare = line.strip().removeprefix("$ ")
    bare = _SUBSTITUTION.sub(r"\1", bare)
    for part in re.split(r" && | \|\| | \| |;", bare):
        try:
            words = shlex.split(_VARIABLE.sub("1", part), comments=True)
        except ValueError:  # a piece of another language
            continue
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if words and words[0] in ("make", "sheaf", "sam"):
            yield words
