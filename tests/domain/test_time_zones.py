"""Time zones by the names of Rails and of the IANA database, and what a timer shows of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain import time_zones
from sheaf.domain.errors import InvalidError
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Day, Id, Timestamp, to_timestamp

RAILS = sorted(time_zones._OF_RAILS)
EVERY_NAME = [*RAILS, *sorted(time_zones._of_the_database())]


def test_every_name_of_rails_stands_for_a_zone_of_the_database() -> None:
    assert len(RAILS) > 140
    assert set(time_zones._OF_RAILS.values()) <= time_zones._of_the_database()


@pytest.mark.parametrize(
    ("name", "hours"),
    [("Eastern Time (US & Canada)", -4), ("Berlin", 2), ("Europe/Berlin", 2), ("UTC", 0), ("Chatham Is.", 12.75)],
)
def test_a_zone_has_its_offset_of_that_day(name: str, hours: float) -> None:
    assert time_zones.clean_time_zone(f" {name} ") == name
    july = datetime(2026, 7, 1, tzinfo=UTC).astimezone(time_zones.time_zone(name))
    assert july.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["", "Europe", "../../etc/passwd", "/etc/localtime", "berlin", "Europe/Berlin\0"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidError, match=r"^timezone must be a time zone such as"):
        time_zones.clean_time_zone(name)


@given(
    st.sampled_from(EVERY_NAME),
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 -- the zone is that of the first argument
    st.integers(0, 90_000),
)
def test_a_timer_counts_the_seconds_that_passed_whatever_the_clocks_of_its_user_did(
    name: str, local: datetime, seconds: int
) -> None:
    """Start and stop are read off the user's clock; where that is turned between them, the elapsed time is real."""
    zone = time_zones.time_zone(name)
    start = local.replace(microsecond=0, tzinfo=zone).astimezone(UTC)
    stop = start + timedelta(seconds=seconds)
    shown = (start.astimezone(zone), stop.astimezone(zone))
    entry = TimeEntry(
        Id(1),
        Id(1),
        Id(1),
        Id(1),
        Id(1),
        Day(start.date().isoformat()),
        Decimal(0),
        None,
        None,
        Timestamp(""),
        Timestamp(""),
        timer_started_at=to_timestamp(shown[0]),
    )
    assert entry.hours_at(to_timestamp(shown[1])) == round(Decimal(seconds) / 3600, 2) or _is_half(seconds)


def _is_half(seconds: int) -> bool:
    """Half a hundredth of an hour is rounded up there and to the even digit by `round`."""
    return seconds % 36 == 18
