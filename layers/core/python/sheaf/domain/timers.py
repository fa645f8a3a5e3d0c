"""domain: when the time of an entry began and ended by the clock of its user, and the timer that counts it meanwhile.

An account logs time by duration or by start and end (Harvest v2, "Create a time entry via start and end time"); what is
given by either is understood in both. Times of day are in the time zone of the entry's user.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import User
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields
from sheaf.domain.time_zones import time_zone
from sheaf.domain.values import TimeOfDay, Timestamp, to_timestamp

_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is. `keeps_times`: the account logs by start and end, so stopped entries show both."""

    now: Timestamp
    keeps_times: bool = False


def time_of_day(moment: Timestamp, user: User) -> TimeOfDay:
    """What the clock of the user shows at a moment: `08:05`."""
    return TimeOfDay(f"{datetime.fromisoformat(moment).astimezone(time_zone(user.timezone)):%H:%M}")


def timed(fields: TimeEntryFields, given: Collection[str], user: User, clock: Clock) -> TimeEntryFields:
    """A new entry's fields with its times: its timer runs unless hours or an end are `given`.

    Raises:
        InvalidError: it would end before it starts, which is now.
    """
    given = set(given)
    if not given & {"hours", "ended_time"}:
        return _running_since(fields, fields.started_time, user, clock.now)
    if given == {"ended_time"}:
        fields, given = replace(fields, started_time=time_of_day(clock.now, user)), given | {"started_time"}
        if str(fields.ended_time) < str(fields.started_time):
            raise InvalidError("started_time must be given where ended_time is before now")
    elif given == {"hours"} and clock.keeps_times:
        fields, given = replace(fields, ended_time=time_of_day(clock.now, user)), given | {"ended_time"}
    return _settled(fields, given, user)


def retimed(fields: TimeEntryFields, given: Collection[str], user: User, clock: Clock) -> TimeEntryFields:
    """The fields of an entry that is there, with the times that were `given` laid over what was known.

    Hours of a running entry are those so far: its timer counts on from them. An end stops it.

    Raises:
        InvalidError: no such day follows.
    """
    if fields.timer_started_at is None:
        return _settled(fields, given, user)
    start = fields.started_time or time_of_day(fields.timer_started_at, user)
    if fields.ended_time is not None:
        stopped = _between(replace(fields, timer_started_at=None), start, fields.ended_time, user)
        return replace(stopped, hours=fields.hours + stopped.hours)
    if "started_time" in given:
        return _running_since(fields, start, user, clock.now)
    return replace(fields, timer_started_at=clock.now) if "hours" in given else fields


def with_timer_started(entry: TimeEntry, now: Timestamp) -> TimeEntry:
    """The entry with its timer running from now on (Harvest v2, "Restart a stopped time entry").

    Raises:
        InvalidError: it runs already.
    """
    if entry.is_running:
        raise InvalidError("Time entry is already running")
    fields = replace(fields_of(TimeEntryFields, entry), timer_started_at=now, started_time=None, ended_time=None)
    return with_changes(entry, fields, now)


def with_timer_stopped(entry: TimeEntry, user: User, clock: Clock) -> TimeEntry:
    """The entry with the hours of its timer, which runs no more (Harvest v2, "Stop a running time entry").

    Raises:
        InvalidError: it does not run.
    """
    if entry.timer_started_at is None:
        raise InvalidError("Time entry is not running")
    fields = replace(fields_of(TimeEntryFields, entry), hours=entry.hours_at(clock.now), timer_started_at=None)
    if clock.keeps_times:
        start, end = (time_of_day(moment, user) for moment in (entry.timer_started_at, clock.now))
        fields = replace(fields, started_time=start, ended_time=end)
    return with_changes(entry, fields, clock.now)


def _settled(fields: TimeEntryFields, given: Collection[str], user: User) -> TimeEntryFields:
    """The fields of an entry that does not run, where what was given decides over what was known."""
    if not given:
        return fields
    start, end = fields.started_time, fields.ended_time
    times = {"started_time", "ended_time"} & set(given)
    # Two times decide over hours, one time together with the other that was known; else hours do.
    if start is not None and end is not None and (len(times) == 2 or (times and "hours" not in given)):
        return _between(fields, start, end, user)
    worked = int((fields.hours * 60).to_integral_value(ROUND_HALF_UP))
    if end is not None and ("ended_time" in given or start is None):
        return replace(fields, started_time=_later(end, -worked), ended_time=end)
    return fields if start is None else replace(fields, started_time=start, ended_time=_later(start, worked))


def _between(fields: TimeEntryFields, start: TimeOfDay, end: TimeOfDay, user: User) -> TimeEntryFields:
    """The fields with the real time from `start` to `end`; an end before the start is on the next day."""
    began = datetime.fromisoformat(f"{fields.spent_date}T{start}")
    try:
        ended = datetime.fromisoformat(f"{fields.spent_date}T{end}") + timedelta(days=end < start)
    except OverflowError:
        raise InvalidError("Spent date is not a valid date") from None
    zone = time_zone(user.timezone)
    offsets = [moment.replace(tzinfo=zone).utcoffset() or timedelta() for moment in (began, ended)]
    elapsed = max(ended - began - (offsets[1] - offsets[0]), timedelta())
    hours = (Decimal(int(elapsed.total_seconds())) / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return replace(fields, hours=hours, started_time=start, ended_time=end)


def _running_since(fields: TimeEntryFields, start: TimeOfDay | None, user: User, now: Timestamp) -> TimeEntryFields:
    """The fields with a timer that runs since a time of day: on the entry's day where that is today or yesterday.

    On any other day it is today: what was forgotten a month ago has not run since.
    """
    moment = now
    if start is not None:
        zone = time_zone(user.timezone)
        today = datetime.fromisoformat(now).astimezone(zone).date()
        recent = (today, today - timedelta(days=1))
        on = next((day for day in recent if day.isoformat() == fields.spent_date), today)
        moment = to_timestamp(datetime.fromisoformat(f"{on}T{start}").replace(tzinfo=zone).astimezone(UTC))
    return replace(fields, timer_started_at=moment, started_time=None)


def _later(time: TimeOfDay, minutes: int) -> TimeOfDay:
    hour, minute = divmod((int(time[:2]) * 60 + int(time[3:]) + minutes) % _MINUTES_A_DAY, 60)
    return TimeOfDay(f"{hour:02}:{minute:02}")
