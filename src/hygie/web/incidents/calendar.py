"""The delays of an incident as an iCalendar file (RFC 5545): each with alarms at half and at 80 %; nobody named."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from hygie.core.french import typeset
from hygie.incident.clocks import IncidentClock, elapsed
from hygie.web.incidents.clock_pages import TITLES
from hygie.web.incidents.models import Incident

PRODUCT = "-//Hygie//Délais de l’incident//FR"
SHARES = ("La moitié du délai est passée", "80 % du délai sont passés")


def calendar_file(incident: Incident, found: Iterable[IncidentClock], now: datetime, link: str) -> bytes:
    """The file. `link` is the address of the room; a delay that did not start yet has no line."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Hygie, incident {incident.reference}")
    for clock in found:
        if clock.due_at is not None:
            calendar.add_component(_event(incident, clock, now, link))
    made: bytes = calendar.to_ical()
    return made


def _event(incident: Incident, clock: IncidentClock, now: datetime, link: str) -> Event:
    """An event whose identifier never changes: opened again, the file moves events instead of doubling them."""
    due = (clock.due_at or now).astimezone(UTC)
    event = Event()
    event.add("uid", f"{clock.id}.{incident.pk}@hygie.invalid")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", due)
    event.add("dtend", due)
    event.add("summary", f"Incident {incident.reference} : {TITLES[clock.id].lower()}")
    event.add("description", typeset(f"{clock.law.sentence} ({clock.law.article})"))
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    for moment, words in zip(clock.reminders, SHARES, strict=False):
        if clock.running:
            event.add_component(_alarm(elapsed(due, moment), f"{TITLES[clock.id]}. {words}."))
    return event


def _alarm(before: timedelta, words: str) -> Alarm:
    """`before` is negative: how long before the end."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(seconds=int(before.total_seconds())))
    alarm.add("description", typeset(words))
    return alarm
