"""domain: changes: who changed a record, by which request, and when."""

from dataclasses import dataclass
from typing import Self

from sheaf.domain.values import Id, Timestamp


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: a user (with the name they had then), an import, or whoever operates the deployment."""

    user_id: Id | None = None
    name: str | None = None
    import_id: Id | None = None
    operator: str | None = None

    @classmethod
    def of_import(cls, import_id: Id) -> Self:
        """An import."""
        return cls(import_id=import_id)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where changes come from. `at` is when that was asked for, which deletions show; other changes have their own."""

    author: Author
    request_id: str
    at: Timestamp
