"""JSON of callers: no member may have the name of another, however many members there are."""

from typing import Any

import pytest

from sheaf import strict_json
from sheaf.strict_json import DuplicateNameError


class Members(list[tuple[str, Any]]):
    """The members of an object, which count how many of them are read."""

    read = 0

    def __iter__(self) -> Any:
        for member in super().__iter__():
            self.read += 1
            yield member

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        self.read += len(found) if isinstance(index, slice) else 1
        return found


def test_a_name_that_comes_twice_is_found_in_two_passes_at_most() -> None:
    members = Members((f"name {number}", number) for number in range(1_000))
    members.append(("name 999", 0))
    with pytest.raises(DuplicateNameError, match=r"^name 999$"):
        strict_json.distinct(members)
    assert members.read <= 2 * len(members)


def test_of_two_names_that_come_twice_the_one_that_is_repeated_first_is_told() -> None:
    with pytest.raises(DuplicateNameError, match=r"^b$"):
        strict_json.distinct([("a", 1), ("b", 2), ("b", 3), ("a", 4)])


def test_members_of_different_names_keep_their_order() -> None:
    assert list(strict_json.distinct([("b", 1), ("a", 2)]).items()) == [("b", 1), ("a", 2)]
