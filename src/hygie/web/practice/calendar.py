"""The practice's reminders as an iCalendar file (RFC 5545): all-day events with a morning alarm, nobody named."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from hygie.web.practice.rules import Reminder

MORNING = timedelta(hours=8)
PRODUCT = "-//Hygie//Rappels du cabinet//FR"


def calendar_file(found: Iterable[Reminder], practice_id: Any, now: datetime, link: Callable[[Reminder], str]) -> bytes:
    """The file. `link` gives the address of its page; `now` is when the file is made."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Hygie, rappels du cabinet")
    for reminder in found:
        calendar.add_component(_event(reminder, practice_id, now, link))
    made: bytes = calendar.to_ical()
    return made


def _event(reminder: Reminder, practice_id: Any, now: datetime, link: Callable[[Reminder], str]) -> Event:
    """An event whose identifier never changes: opened again, the file moves events instead of doubling them."""
    event = Event()
    event.add("uid", f"{reminder.uid}.{practice_id}@hygie.invalid")
    event.add("dtstamp", now)
    event.add("dtstart", reminder.on)
    event.add("dtend", _next_day(reminder.on))
    event.add("summary", reminder.title)
    event.add("description", reminder.why)
    event.add("url", link(reminder))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add_component(_alarm(reminder))
    return event


def _next_day(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _alarm(reminder: Reminder) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", MORNING)
    alarm.add("description", reminder.title)
    return alarm
