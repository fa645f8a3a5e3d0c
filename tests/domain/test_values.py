"""Ids, names, money and points in time."""

import math
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.values import (
    AMOUNT_LIMIT,
    DIGITS_LIMIT,
    ID_LIMIT,
    NAME_LIMIT,
    clean_amount,
    clean_name,
    fold_name,
    parse_id,
    parse_timestamp,
    to_timestamp,
)
from tests.domain.strategies import ids, moments, timestamps

# ------------------------------------------------------------ ids


@given(ids)
def test_every_id_is_read_as_it_is_written(number: int) -> None:
    assert parse_id(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        "-1",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "1 ",
        "1_0",
        "0x1",
        "one",
        "\u0661",
        "\uff11",
        "²",
        "1\n",
        str(2**53),
        "9" * 16,
        "1" * 17,
        "0" * 17,
        "9" * 100_000,
    ],
)
def test_what_is_no_positive_integer_below_2_to_the_53_is_no_id(text: str) -> None:
    with pytest.raises(InvalidError, match=r"^task_id must be a positive integer below 2\^53$"):
        parse_id(text, "task_id")


@given(st.text())
def test_reading_an_id_gives_an_id_or_the_refusal(text: str) -> None:
    try:
        assert 0 < parse_id(text) < ID_LIMIT
    except InvalidError as refusal:
        assert str(refusal) == "id must be a positive integer below 2^53"  # noqa: PT017 - both ends are right


# ------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("Design", "Design"),
        ("  Graphic  Design\t\n", "Graphic  Design"),
        ("\u00a0Design\u2003", "Design"),
        ("Straße & 日本語 😀", "Straße & 日本語 😀"),
        ("e\u0301", "e\u0301"),
        ("x" * 255, "x" * 255),
        (" " + "😀" * 255 + " ", "😀" * 255),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_a_name_is_kept_as_it_was_spelled_without_the_white_space_around_it(given_name: str, expected: str) -> None:
    assert clean_name(given_name) == expected


@pytest.mark.parametrize("blank", [None, "", " ", "\t\r\n", "\u00a0\u2003\u3000", "\u2028"])
def test_a_blank_name_is_refused_in_the_words_of_harvest(blank: str | None) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        clean_name(blank)


@pytest.mark.parametrize("long", ["x" * 256, "😀" * 256, "x" * 1_000_000])
def test_a_name_of_more_than_255_characters_is_refused_in_the_words_of_harvest(long: str) -> None:
    with pytest.raises(InvalidError, match=r"^Name is too long \(maximum is 255 characters\)$"):
        clean_name(long)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\n", "\t", "\x1b", "\x7f", "\x85", "\x9f", "\ud800"])
def test_a_name_holds_only_text(character: str) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't contain control characters or unpaired surrogates$"):
        clean_name(f"De{character}sign")


@pytest.mark.parametrize("name", ["B\ufffdro", "\ufffd"])
def test_a_name_that_was_not_sent_as_utf_8_is_refused_rather_than_kept_in_ruins(name: str) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't contain U\+FFFD, which stands for bytes that are not UTF-8$"):
        clean_name(name)


@given(st.text(st.characters(), max_size=300))
@example("\ud800\udc00")
def test_a_clean_name_is_clean_and_can_be_stored(text: str) -> None:
    try:
        name = clean_name(text)
    except InvalidError:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= NAME_LIMIT
    assert name == text.strip()
    name.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Design", "DESIGN"),
        ("Design", "dESIGN"),
        ("Straße", "STRASSE"),
        ("É", "e\u0301"),
        ("\u1fb3\u0301", "\u1fb4"),
        ("ΟΔΟΣ", "οδος"),
        ("ﬁle", "FILE"),
        ("\u212b", "å"),
        ("\u212a", "k"),
        ("İ", "i\u0307"),
        ("ДИЗАЙН", "дизайн"),
        ("\u01c4", "\u01c6"),
        ("q\u0307\u0323", "q\u0323\u0307"),
    ],
)
def test_case_and_unicode_spelling_do_not_make_another_name(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Design", "Designs"),
        ("resume", "résumé"),
        ("\u0131", "i"),
        ("a b", "a  b"),
        ("\uff11", "1"),
        ("\u0430", "a"),
        ("ö", "oe"),
    ],
)
def test_other_letters_make_another_name(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


@given(st.text())
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(st.text(), st.sampled_from(["NFC", "NFD"]))
def test_canonically_equivalent_spellings_fold_alike(name: str, form: str) -> None:
    assert fold_name(unicodedata.normalize(form, name)) == fold_name(name)  # type: ignore[arg-type]


# Dotless i is the one letter whose capital belongs to another letter.
@given(st.text(st.characters(categories=["Lu", "Ll", "Lt"], exclude_characters="\u0131")))
def test_capitals_and_small_letters_fold_alike(name: str) -> None:
    assert {fold_name(name.upper()), fold_name(name.lower()), fold_name(name.swapcase())} == {fold_name(name)}


# ------------------------------------------------------------ money


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.000", "0.00"),
        ("100", "100.00"),
        ("1E+2", "100.00"),
        ("220.2", "220.20"),
        ("0.004", "0.00"),
        ("0.005", "0.01"),
        ("0.0049999999999999", "0.00"),
        ("2.675", "2.68"),
        ("1.005", "1.01"),
        ("0.125", "0.13"),
        ("0.135", "0.14"),
        ("1E-400", "0.00"),
        ("9999999999.99", "9999999999.99"),
        ("9999999999.98500000", "9999999999.99"),
    ],
)
def test_an_amount_is_rounded_half_up_to_two_places(amount: str, expected: str) -> None:
    assert str(clean_amount(Decimal(amount), "default_hourly_rate")) == expected


@pytest.mark.parametrize(
    "amount",
    [
        "-0.01",
        "-0.001",
        "-1E-400",
        "9999999999.991",
        "9999999999.995",
        "1E+10",
        "1E+30",
        "1E+999999",
        "-1E+999999",
        "NaN",
        "-NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1" * 40,
        "0." + "1" * 40,
        "1." + "0" * DIGITS_LIMIT,
    ],
)
def test_an_amount_that_no_column_holds_is_refused_and_named(amount: str) -> None:
    with pytest.raises(InvalidError, match=r"^budget must be a number between 0 and 9999999999\.99$"):
        clean_amount(Decimal(amount), "budget")


def test_an_amount_may_be_written_with_twenty_digits() -> None:
    assert clean_amount(Decimal("1." + "0" * (DIGITS_LIMIT - 1)), "budget") == 1


_any_amounts = st.decimals(Decimal(0), AMOUNT_LIMIT, allow_nan=False).filter(
    lambda amount: len(amount.as_tuple().digits) <= DIGITS_LIMIT
)


@given(_any_amounts)
def test_rounding_half_up_is_the_floor_of_the_cents_and_a_half(amount: Decimal) -> None:
    cents = math.floor(Fraction(amount) * 100 + Fraction(1, 2))
    assert Fraction(clean_amount(amount, "x")) == Fraction(cents, 100)


@given(_any_amounts)
def test_a_rounded_amount_stays_as_it_is(amount: Decimal) -> None:
    once = clean_amount(amount, "x")
    assert str(clean_amount(once, "x")) == str(once)


@given(_any_amounts, _any_amounts)
def test_rounding_keeps_the_order(one: Decimal, other: Decimal) -> None:
    smaller, larger = sorted((one, other))
    assert clean_amount(smaller, "x") <= clean_amount(larger, "x")


# ------------------------------------------------------------ points in time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2017-06-26T21:20:07Z", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20:07z", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20:07", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20", "2017-06-26T21:20:00Z"),
        ("2010-09-25 18:30", "2010-09-25T18:30:00Z"),
        ("2010-09-25 18:30:59", "2010-09-25T18:30:59Z"),
        ("2010-09-25 18:30:59 Z", "2010-09-25T18:30:59Z"),
        ("2017-06-26T21:20:07.9Z", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20:07.999999999Z", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20:07,5Z", "2017-06-26T21:20:07Z"),
        ("2017-06-26T21:20:07+02:00", "2017-06-26T19:20:07Z"),
        ("2017-06-26T21:20:07+0200", "2017-06-26T19:20:07Z"),
        ("2017-06-26T21:20:07 02:00", "2017-06-26T19:20:07Z"),
        ("2017-06-26T21:20:07 0200", "2017-06-26T19:20:07Z"),
        ("2017-06-26T21:20:07.123 02:00", "2017-06-26T19:20:07Z"),
        ("2017-06-26 21:20 02:00", "2017-06-26T19:20:00Z"),
        ("2017-06-26T21:20:07-05:30", "2017-06-27T02:50:07Z"),
        ("2017-06-26T21:20:07 -05:30", "2017-06-27T02:50:07Z"),
        ("2017-06-26T21:20:07+00:00", "2017-06-26T21:20:07Z"),
        ("2017-06-26", "2017-06-26T00:00:00Z"),
        ("2017-06-26+02:00", "2017-06-25T22:00:00Z"),
        ("  2017-06-26T21:20:07Z ", "2017-06-26T21:20:07Z"),
        ("2016-02-29T00:00:00Z", "2016-02-29T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_every_form_that_clients_send_is_read(text: str, moment: str) -> None:
    assert parse_timestamp(text, "updated_since") == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1498512007",
        "2017",
        "2017-06",
        "17-06-26",
        "2017-6-26",
        "26.06.2017",
        "06/26/2017",
        "20170626T212007Z",
        "2017-W26-1",
        "2017-06-31",
        "2017-02-29",
        "2017-13-01",
        "2017-00-01",
        "2017-06-26T24:00:00Z",
        "2017-06-26T21:60:00Z",
        "2017-06-26T21:20:60Z",
        "2017-06-26T21Z",
        "2017-06-26T21:20:07.Z",
        "2017-06-26T21:20:07.1234567891Z",
        "2017-06-26T21:20:07+24:00",
        "2017-06-26T21:20:07+2:00",
        "2017-06-26T21:20:07 UTC",
        "2017-06-26T21:20:07ZZ",
        "2017-06-26T21:20:07Z; DROP",
        "2020-05-03T14:43:13B02:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "\uff12017-06-26",
        "2017-06-2\u0666",
        "2017-06-26T21:20:07Z\x00",
    ],
)
def test_what_is_no_point_in_time_is_refused_in_the_words_of_harvest(text: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        parse_timestamp(text, "updated_since")
    assert str(refusal.value) == f'Invalid updated_since datetime provided: "{text}"'


def test_a_refusal_repeats_no_more_than_64_characters() -> None:
    with pytest.raises(MalformedError) as refusal:
        parse_timestamp("2" * 100_000, "from")
    assert str(refusal.value) == f'Invalid from datetime provided: "{"2" * 64}..."'


@given(st.text() | st.from_regex(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?[+-]?\d{2}:?\d{2}|Z)?"))
def test_reading_a_point_in_time_gives_one_or_the_refusal(text: str) -> None:
    try:
        moment = parse_timestamp(text, "x")
    except MalformedError:
        return
    assert datetime.fromisoformat(moment).tzinfo is not None
    assert parse_timestamp(moment, "x") == moment


@given(timestamps, timestamps)
def test_timestamps_sort_as_text_like_the_moments_they_name(one: str, other: str) -> None:
    assert (one < other) == (datetime.fromisoformat(one) < datetime.fromisoformat(other))


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_the_same_from_every_time_zone_and_never_later_than_it_was(moment: datetime, minutes: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    written = to_timestamp(elsewhere)
    assert written == to_timestamp(moment)
    assert timedelta(0) <= moment - datetime.fromisoformat(written) < timedelta(seconds=1)
    assert parse_timestamp(elsewhere.isoformat(), "x") == written


def test_a_timestamp_has_whole_seconds_and_a_z() -> None:
    assert to_timestamp(datetime(2017, 6, 26, 22, 8, 25, 999_999, UTC)) == "2017-06-26T22:08:25Z"
