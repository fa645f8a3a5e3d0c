"""imports: what a file is and how its cells are to be read, before its rows are staged."""

from sheaf.domain.imports import columns
from sheaf.domain.imports.job import FileKind, Import, ImportFields
from sheaf.domain.imports.reading import Evidence, Reading
from sheaf.domain.imports.rows import FileError
from sheaf.imports.formats import Table


def kind_of(table: Table, given: FileKind | None) -> FileKind:
    """What the rows are: as `given`, or as the columns tell.

    Raises:
        FileError: they fit nothing, or they are time and are said to be something else.
    """
    if given is None:
        return columns.kind_of(table.columns)
    if given is not FileKind.TIME_ENTRIES and columns.is_time(table.columns):
        raise FileError(
            "The file has a date or hours among its columns, so its rows are time entries and no"
            f" {columns.words(given)}; found: {columns.shown(table.columns)}"
        )
    return given


def reading_of(table: Table, kind: FileKind, given: ImportFields | Import) -> Reading:
    """How the cells are to be read, by what the caller says and what all rows show; the table is read to its end.

    Raises:
        FileError: rows contradict each other, or numbers can be read in two ways.
    """
    evidence = Evidence(kind, table.columns)
    if evidence.is_needed:
        for row in table.rows:
            evidence.see(row)
    return evidence.reading(given)
