"""The lint of words finds those that do not say what is meant, and leaves ordinary ones."""

import re

import pytest

from tools.plain_words import TERMS, found

WORD, SAID = next((pattern, term) for pattern, term in TERMS.items() if pattern.isalpha())
PHRASE, SAID_OF_PHRASE = next(
    (pattern, term) for pattern, term in TERMS.items() if re.fullmatch("[a-z]+( [a-z]+)+", pattern)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{WORD} in a sentence", [(1, WORD, SAID)]),
        (f"\nin capitals: {WORD.upper()}", [(2, WORD.upper(), SAID)]),
        (f"def test_{WORD}_in_a_name", [(1, WORD, SAID)]),
        (f"x{WORD}", []),
        (f"{WORD}x", []),
        (f"{PHRASE} and {WORD}", [(1, WORD, SAID), (1, PHRASE, SAID_OF_PHRASE)]),
        ("a wall clock", []),
    ],
)
def test_words_are_found_with_their_line_and_the_term_in_their_place(
    text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert list(found(text)) == expected
