"""The delays on screen: deadline first, words without seconds, starts said or corrected, calendar with its alarms."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from hygie.core.clock import PARIS
from hygie.incident.clocks import Contract, clocks
from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows, hours, selectors
from hygie.web.incidents.calendar import calendar_file
from hygie.web.incidents.clock_pages import announcements, ask_again, clock_views, gauge, short_article
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import say, state, text

NOW = datetime(2026, 11, 10, 11, 5, tzinfo=PARIS)
KNOWN = datetime(2026, 11, 10, 8, 20, tzinfo=PARIS)
AWARE = datetime(2026, 11, 10, 9, 40, tzinfo=PARIS)
OpenOne = Callable[..., Incident]


def url(incident: Incident, name: str = "clocks") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


def plain(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u202f", " ")


def views(incident: Incident, now: datetime, contract: Contract | None = None) -> dict[str, Any]:
    contract = contract or Contract()
    found = clocks(state(incident), now, contract)
    return {one.id: one for one in clock_views(found, now, contract)}


@pytest.fixture
def mockup(open_one: OpenOne) -> Incident:
    """The incident of the mock-up: known at 8 h 20, leak known at 9 h 40, on 10 November 2026."""
    return open_one(known_at=KNOWN, aware_at=AWARE)


def test_the_words_are_those_of_the_mock_up(mockup: Incident) -> None:
    found = views(mockup, NOW)
    told = {name: (plain(one.deadline), plain(one.left), one.gauge) for name, one in found.items()}
    assert told == {
        "complaint": ("Vendredi 13, 8 h 20", "Reste 69 h 15", 2),
        "cnil": ("Vendredi 13, 9 h 40", "Reste 70 h 35", 0),
        "insurer": ("Mercredi 18 nov.", "Reste 5 jours ouvrés", 0),
    }
    assert plain(found["complaint"].since) == "72 h depuis l’attaque connue, mardi à 8 h 20."
    assert plain(found["insurer"].since) == "5 jours ouvrés. Le 11 nov., férié, ne compte pas."
    assert [plain(one.article_short) for one in found.values()] == ["L12-10-1", "art. 33", "L113-2"]


def test_the_colour_follows_half_eighty_per_cent_and_the_end(mockup: Incident) -> None:
    tones = [views(mockup, KNOWN + timedelta(hours=72 * part))["complaint"].tone for part in (0.5, 0.79, 0.8, 1.0)]
    assert tones == ["", "", "afaire", "afaire"]
    late = views(mockup, KNOWN + timedelta(hours=75))["complaint"]
    assert (late.tone, late.gauge, late.late) == ("urgent", 100, True)
    assert plain(late.left).startswith("Passé depuis 3 h. Envoyez quand même")


@pytest.mark.parametrize(
    ("part", "step"), [(0, 0), (0.019, 0), (0.02, 2), (0.049, 4), (0.5, 50), (0.999, 95), (7, 100)]
)
def test_the_gauge_never_shows_more_than_what_is_gone(part: float, step: int) -> None:
    assert gauge(part) == step


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 minute"), (59, "0 minute"), (2700, "45 minutes"), (3600, "1 h"), (3659, "1 h"), (249300, "69 h 15")],
)  # fmt: skip
def test_lengths_are_in_words_without_seconds(seconds: int, words: str) -> None:
    assert plain(hours.length(timedelta(seconds=seconds))) == words


def test_the_change_of_hour_does_not_change_what_is_left(open_one: OpenOne) -> None:
    known = datetime(2026, 10, 24, 12, 0, tzinfo=PARIS)
    found = views(open_one(known_at=known), datetime(2026, 10, 25, 12, 0, tzinfo=PARIS))["complaint"]
    assert plain(found.left) == "Reste 47 h"
    assert plain(found.deadline) == "Mardi 27, 11 h"


def test_a_month_is_named_when_it_is_not_this_one() -> None:
    assert (
        plain(hours.deadline(datetime(2026, 12, 1, 8, 20, tzinfo=PARIS), NOW, whole_day=False))
        == "Mardi 1er déc., 8 h 20"
    )
    assert short_article("Ce que dit le contrat") == "Ce que dit le contrat"


def test_the_cnil_waits_for_somebody_to_know(holder: Client, incident: Incident) -> None:
    page = text(holder.get(url(incident, "room")))
    assert "Pas encore parti" in page
    assert "Des données de patients sont-elles touchées ?" in page
    assert "Je ne suis pas encore sûr" in page


def test_not_sure_yet_is_asked_again_after_two_hours(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"act": "unsure"})
    assert "Des données de patients sont-elles touchées ?" not in text(holder.get(url(incident, "room")))
    events, now = selectors.events_of(incident), timezone.localtime()
    found = clocks(state(incident), now)
    assert not ask_again(events, found, now + timedelta(minutes=119))
    assert ask_again(events, found, now + timedelta(minutes=121))


def test_a_clock_that_went_back_asks_rather_than_never(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"act": "unsure"})
    early = timezone.localtime() - timedelta(days=30)
    assert ask_again(selectors.events_of(incident), clocks(state(incident), early), early)


@pytest.mark.parametrize(
    "typed", ["2026-11-10T09:40", "10/11/2026 9:40", "10/11/2026 9h40", "10/11/2026 9 h 40", "2026-11-10T09:40+01:00"]
)
def test_the_leak_is_known_from_an_hour_written_as_one_writes(holder: Client, incident: Incident, typed: str) -> None:
    assert holder.post(url(incident), {"act": "aware", "aware_at": typed}).status_code == 302
    assert state(incident).aware_at == AWARE


def test_the_hour_that_comes_twice_is_the_first(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"act": "known", "known_at": "2026-10-25T02:30", "reason": "vu au retour"})
    assert state(incident).known_at == datetime.fromisoformat("2026-10-25T00:30+00:00")


@pytest.mark.parametrize("typed", ["", "demain", "2126-01-01T00:00", "0001-01-01T00:00", "2026-13-01T00:00", "9" * 500])
def test_an_hour_that_cannot_be_is_refused_with_what_was_typed(holder: Client, incident: Incident, typed: str) -> None:
    before = IncidentEvent.objects.count()
    response = holder.post(url(incident), {"act": "aware", "aware_at": typed, "reason": "ma raison"})
    assert response.status_code == 422
    assert "ma raison" in text(response)
    assert IncidentEvent.objects.count() == before


def test_correcting_when_it_was_known_needs_a_reason(holder: Client, incident: Incident) -> None:
    assert holder.post(url(incident), {"act": "known", "known_at": "2026-11-10T08:20"}).status_code == 422
    holder.post(url(incident), {"act": "known", "known_at": "2026-11-10T08:20", "reason": "vu dès l'ouverture"})
    assert state(incident).known_at == KNOWN
    assert "vu dès l’ouverture" in text(holder.get(url(incident, "journal")))


def test_stolen_or_lost_changes_the_insurers_delay(holder: Client, open_one: OpenOne) -> None:
    incident = open_one("lost_device", known_at=KNOWN)
    assert "Hygie compte un vol" in text(holder.get(url(incident)))
    before = views(incident, NOW)["insurer"].iso
    holder.post(url(incident), {"act": "theft", "stolen": "no"})
    assert state(incident).stolen is False
    assert views(incident, NOW)["insurer"].iso > before
    assert "complaint" not in views(incident, NOW)
    count = IncidentEvent.objects.count()
    holder.post(url(incident), {"act": "theft", "stolen": "no"})
    holder.post(url(incident), {"act": "theft", "stolen": "peut-être"})
    assert IncidentEvent.objects.count() == count


def test_theft_means_nothing_elsewhere(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"act": "theft", "stolen": "yes"})
    assert state(incident).stolen is None


def test_late_is_said_with_the_reasons_drafted(holder: Client, open_one: OpenOne) -> None:
    long_ago = timezone.localtime() - timedelta(days=20)
    incident = open_one(known_at=long_ago, aware_at=long_ago)
    room = text(holder.get(url(incident, "room")))
    assert "Expliquez le retard" in room
    page = text(holder.get(url(incident)))
    assert "Notifier la CNIL : expliquez le retard" in page
    assert "Le délai finissait" in page


def test_done_shows_when(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    say(incident, members[Role.HOLDER], "complaint", receipt="PV 1")
    page = text(holder.get(url(incident, "room")))
    assert "Fait " in page
    say(incident, members[Role.HOLDER], "declare", Reply.WAIVED, reason="pas de contrat")
    assert "Renoncé, avec une raison" in text(holder.get(url(incident, "room")))


def test_the_fragment_is_only_the_clocks(holder: Client, incident: Incident) -> None:
    fragment = text(holder.get(url(incident), headers={"HX-Request": "true"}))
    assert "<html" not in fragment
    assert "Porter plainte" in fragment
    assert 'hx-swap-oob="innerHTML"' in fragment
    assert 'hx-trigger="every 60s"' in text(holder.get(url(incident, "room")))


def test_half_eighty_and_the_end_are_announced_in_their_minute(mockup: Incident) -> None:
    def said(at: datetime) -> list[str]:
        return [plain(one) for one in announcements(clocks(state(mockup), at), at)]

    half = KNOWN + timedelta(hours=36)
    assert said(half + timedelta(seconds=30)) == ["Porter plainte : la moitié du délai est passée."]
    assert said(half - timedelta(seconds=1)) == said(half + timedelta(seconds=60)) == []
    assert said(KNOWN + timedelta(hours=72, seconds=1)) == ["Porter plainte : la totalité du délai est passée."]


def test_the_calendar_has_each_delay_with_two_alarms(holder: Client, mockup: Incident) -> None:
    made = Calendar.from_ical(calendar_file(mockup, clocks(state(mockup), NOW), NOW, "http://localhost/x"))
    events = {str(one["uid"]).split(".")[0]: one for one in made.walk("VEVENT")}
    assert set(events) == {"complaint", "cnil", "insurer"}
    complaint = events["complaint"]
    assert complaint["dtstart"].dt == KNOWN + timedelta(hours=72)
    assert [one["trigger"].dt for one in complaint.walk("VALARM")] == [timedelta(hours=-36), -timedelta(hours=14.4)]
    assert "plainte" in str(complaint["summary"])


def test_a_calendar_opened_again_moves_its_events(holder: Client, incident: Incident) -> None:
    def uids() -> set[str]:
        response = holder.get(url(incident, "clocks_ics"))
        assert response["Content-Type"].startswith("text/calendar")
        return {str(one["uid"]) for one in Calendar.from_ical(response.content).walk("VEVENT")}

    before = uids()
    holder.post(url(incident), {"act": "known", "known_at": "2026-11-10T08:20", "reason": "vu"})
    assert uids() == before


def test_a_closed_incident_changes_no_more(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "rien", now=timezone.localtime())
    before = IncidentEvent.objects.count()
    for data in (
        {"act": "unsure"}, {"act": "aware", "aware_at": "2026-11-10T08:20"}, {"act": "theft", "stolen": "no"},
        {"act": "known", "known_at": "2026-11-10T08:20", "reason": "vu"}, {"act": "rien"},
    ):  # fmt: skip
        assert holder.post(url(incident), data).status_code in {302, 422}
    assert IncidentEvent.objects.count() == before


def test_what_counts_as_knowing_is_said_for_this_kind_of_incident(holder, incident):
    room = text(holder.get(f"/incidents/{incident.pk}/"))
    assert "Des fichiers bloqués sont déjà une fuite" in room
    assert "Des fichiers bloqués sont déjà une fuite" in text(holder.get(f"/incidents/{incident.pk}/delais/"))


def test_a_notice_sent_before_anybody_said_when_it_was_known_does_not_say_the_opposite(holder, incident, members):
    say(incident, members[Role.HOLDER], "cnil", receipt="")
    page = text(holder.get(f"/incidents/{incident.pk}/delais/"))
    assert "La CNIL est prévenue." in page
    assert "Le délai ne court pas." not in page


def test_a_leak_known_before_the_incident_is_pointed_out(holder, incident, members):
    known = state(incident).known_at
    flows.set_aware(Actor.of(members[Role.HOLDER]), incident, known - timedelta(hours=2), "", now=timezone.localtime())
    assert "La fuite est notée avant l’incident lui-même." in text(holder.get(f"/incidents/{incident.pk}/delais/"))
