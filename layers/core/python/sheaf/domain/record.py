"""domain: what all records have in common: an id, two times and a version that grows with each stored change."""

from collections.abc import Callable, Mapping
from dataclasses import fields as fields_in
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id, Timestamp

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


Kind = Literal[
    "TASK",
    "USER",
    "TOKEN",
    "CLIENT",
    "PROJECT",
    "TASK_ASSIGNMENT",
    "TIME_ENTRY",
    "OPERATION",
    "IMPORT",
    "ROLE",
    "USER_ASSIGNMENT",
    "WEBHOOK",
]
"""The kinds of records that an account numbers, each on its own."""


class Record(Protocol):
    """A dataclass with these fields beside its own."""

    @property
    def id(self) -> Id:
        """Of its account and kind."""

    @property
    def updated_at(self) -> Timestamp:
        """When it last changed."""

    @property
    def version(self) -> int:
        """1 for a new record, one more after each stored change."""


def with_changes[R: Record](record: R, fields: "DataclassInstance", now: Timestamp) -> R:
    """The record with `fields` applied; the very same object when nothing differs, so that nothing is written."""
    after: R = replace(record, **as_dict(fields))  # type: ignore[type-var]
    if after == record:
        return record
    step: dict[str, Any] = {"updated_at": max(now, record.updated_at), "version": record.version + 1}
    return replace(after, **step)  # type: ignore[type-var]


def fields_of[F: "DataclassInstance"](kind: type[F], record: object) -> F:
    """The fields of a record that callers may give; a partial update replaces some of them."""
    return kind(**{field.name: getattr(record, field.name) for field in fields_in(kind)})


def as_dict(fields: "DataclassInstance") -> dict[str, Any]:
    """The fields by name; not `asdict`, which would also copy what they hold."""
    return {field.name: getattr(fields, field.name) for field in fields_in(fields)}


def validate(fields: object, checks: Mapping[str, Callable[[Any], Any]]) -> None:
    """Put each named field through its check and keep what that returns: for the `__post_init__` of frozen fields.

    Raises:
        InvalidError: a field breaks its rule; every broken one is named, joined by commas as Harvest does.
    """
    problems = []
    for name, check in checks.items():
        try:
            object.__setattr__(fields, name, check(getattr(fields, name)))
        except InvalidError as problem:
            problems.append(str(problem))
    if problems:
        raise InvalidError(", ".join(problems))
