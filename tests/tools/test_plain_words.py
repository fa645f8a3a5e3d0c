"""The lint of words finds those that do not say what is meant, and leaves ordinary ones."""

import pytest

from tools.plain_words import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A row is a wish", [(1, "wish", "row change, request")]),
        ("\nwhat it SWEEPS UP", [(2, "SWEEPS UP", "delete, clean up")]),
        ("class Carrier: opens the door", [(1, "Carrier", "pipeline, queue"), (1, "door", "route, entry point")]),
        (
            "It is carried on by whoever meets it",
            [(1, "carried on", "resume"), (1, "whoever meets", "the next request")],
        ),
        ("a wall clock, hours, has_room_for, indoors, a household", []),
    ],
)
def test_words_are_found_with_their_line_and_the_term_in_their_place(
    text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert list(found(text)) == expected
