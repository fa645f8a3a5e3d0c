"""A table of the report, in Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One topic: its title, what was measured how, and the figures. The first column is words, the others numbers."""

    title: str
    explanation: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        """The table with its title, as docs/performance.md shows it."""
        lines = [self.columns, ["---", *("---:" for _ in self.columns[1:])], *self.rows]
        body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{self.explanation}\n\n{body}\n"
