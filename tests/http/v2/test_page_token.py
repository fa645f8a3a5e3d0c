"""Page cursors: good for the list and the filter they were made for, and nothing else is."""

import secrets
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.paging import Cursor
from sheaf.domain.values import ID_LIMIT, Id
from sheaf.http.v2.page_token import read_cursor, write_cursor
from tests.domain.strategies import ids

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SCOPE = "list_tasks /v2/tasks?is_active=True&since=None"
CURSOR = Cursor("after", Id(3007))
TEXT = write_cursor(CURSOR, KEY, SCOPE)
LENGTH = 36  # characters: 27 bytes, which is no broken group of base64
REFUSAL = r"^cursor is not valid for this list and filter; begin again without it$"

_days = st.just("") | st.sampled_from(["0001-01-01", "9999-12-31"]) | st.dates().map(lambda day: day.isoformat())
_cursors = st.builds(Cursor, st.sampled_from(["after", "before"]), st.sampled_from([Id(0), Id(ID_LIMIT)]) | ids, _days)


def _is_refused(text: str, key: bytes = KEY, scope: str = SCOPE) -> bool:
    with pytest.raises(InvalidError, match=REFUSAL):
        read_cursor(text, key, scope)
    return True


@given(_cursors, st.binary(min_size=32, max_size=32), st.text())
def test_a_cursor_comes_back_as_it_was_written(cursor: Cursor, key: bytes, scope: str) -> None:
    assert read_cursor(write_cursor(cursor, key, scope), key, scope) == cursor


@given(_cursors)
def test_a_cursor_stands_in_a_link_as_it_is(cursor: Cursor) -> None:
    text = write_cursor(cursor, KEY, SCOPE)
    assert len(text) == LENGTH
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_does_not_show_its_signature_key_or_a_key_of_the_table() -> None:
    whole = urlsafe_b64decode(TEXT)
    assert KEY not in whole
    assert b"ACCOUNT" not in whole


@given(_cursors, _cursors)
def test_two_places_have_two_cursors(cursor: Cursor, other: Cursor) -> None:
    assert (cursor == other) == (write_cursor(cursor, KEY, SCOPE) == write_cursor(other, KEY, SCOPE))


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "list_tasks",
        "list_tasks /v2/tasks?is_active=False&since=None",
        "list_tasks /v2/tasks?is_active=None&since=None",
        "list_tasks /v2/tasks?is_active=True&since=2026-01-01T00:00:00Z",
        "list_projects /v2/projects?is_active=True&since=None",
        SCOPE + " ",
    ],
)
def test_a_cursor_of_another_list_or_filter_is_refused(scope: str) -> None:
    assert _is_refused(TEXT, scope=scope)


def test_a_cursor_of_another_account_is_refused() -> None:
    assert _is_refused(TEXT, key=OTHER_KEY)


@pytest.mark.parametrize("length", range(LENGTH))
def test_a_truncated_cursor_is_refused(length: int) -> None:
    assert _is_refused(TEXT[:length])
    assert _is_refused(TEXT[length + 1 :])


@given(st.integers(0, 27 * 8 - 1))
def test_a_cursor_with_one_bit_turned_is_refused(bit: int) -> None:
    whole = bytearray(urlsafe_b64decode(TEXT))
    whole[bit // 8] ^= 1 << bit % 8
    assert _is_refused(urlsafe_b64encode(whole).decode())


@given(st.integers(0, LENGTH * 7 - 1))
def test_a_cursor_with_one_bit_of_its_text_turned_is_refused(bit: int) -> None:
    text = bytearray(TEXT.encode())
    text[bit // 7] ^= 1 << bit % 7
    assert _is_refused(text.decode())


@given(st.integers(0, LENGTH), st.text(min_size=1, max_size=8))
@example(LENGTH, "====")
@example(LENGTH, "!!!!")
@example(5, "****")
@example(0, "    ")
@example(31, "\n\n\n\n")
def test_a_cursor_with_anything_in_it_or_behind_it_is_refused(place: int, text: str) -> None:
    assert _is_refused(TEXT[:place] + text + TEXT[place:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "a",
        "eyJhZnRlciI6eyJpZCI6MzAwN319",
        "3007",
        "ACCOUNT#1#TASK",
        "é" * LENGTH,
        "A" * LENGTH,
        "A" * 32,
        "A" * 100_000,
        "%",
        "\x00",
        "\ud800",
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    assert _is_refused(text)


def test_the_other_alphabet_of_base64_is_another_text() -> None:
    found = (write_cursor(Cursor("after", Id(number)), KEY, SCOPE) for number in range(1, 10_000))
    text = next(item for item in found if "-" in item or "_" in item)
    assert _is_refused(text.replace("-", "+").replace("_", "/"))


@given(st.text())
def test_any_text_is_refused_and_nothing_worse(text: str) -> None:
    assert _is_refused(text)


@given(st.binary(max_size=40))
def test_any_bytes_in_base64_are_refused_and_nothing_worse(whole: bytes) -> None:
    assert _is_refused(urlsafe_b64encode(whole).decode().rstrip("="))
    assert _is_refused(b64encode(whole).decode())


@given(st.integers(3_652_060, 2**24 - 1))
def test_a_day_beyond_the_calendar_is_refused_unless_we_signed_it(day: int) -> None:
    whole = bytearray(urlsafe_b64decode(TEXT))
    whole[1:4] = day.to_bytes(3)
    assert _is_refused(urlsafe_b64encode(whole).decode())


def test_a_cursor_signed_with_a_guessed_key_is_refused() -> None:
    assert _is_refused(write_cursor(CURSOR, b"", SCOPE))
    assert _is_refused(write_cursor(CURSOR, secrets.token_bytes(32), SCOPE))


def test_a_place_beyond_all_ids_is_refused_even_with_a_signature() -> None:
    assert _is_refused(write_cursor(replace(CURSOR, id=Id(ID_LIMIT + 1)), KEY, SCOPE))
