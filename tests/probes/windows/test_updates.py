"""Updates by category, not by title; nothing is claimed without a past search."""

import pytest

from hygie.probes.facts import AutomaticUpdates, PendingReboot
from hygie.probes.machine import CannotTell
from hygie.probes.windows import updates
from hygie.probes.windows.answers import Row


def test_security_is_a_severity_or_a_category_whatever_its_case(sample):
    found = updates.pending(sample("updates_pending"), sample("last_search"))
    assert found.pending == 2
    assert found.titles[1] == "Mise à jour de sécurité sans gravité indiquée"


def test_nothing_pending_after_a_search_is_nothing(sample):
    assert updates.pending([], sample("last_search")).pending == 0


def test_nothing_pending_without_any_search_cannot_be_told():
    with pytest.raises(CannotTell):
        updates.pending([], [Row({"LastSearchSuccessDate": None})])


def test_the_last_search_has_its_date(sample):
    assert updates.last_search(sample("last_search")).refreshed_at.isoformat() == "2026-11-23T06:12:09+00:00"


def test_windows_without_policy_installs_alone(sample):
    assert updates.automatic(sample("update_settings")) == AutomaticUpdates(enabled=True, mechanism="Windows Update")


@pytest.mark.parametrize(
    "change", [{"NoAutoUpdate": 1}, {"AUOptions": 2}, {"AUOptions": 3}, {"AUOptions": 7}, {"StartMode": "Disabled"}]
)
def test_a_policy_or_a_dead_service_stops_automatic_updates(sample, change):
    row = Row({**sample("update_settings")[0].values, **change})
    assert updates.automatic([row]).enabled is False


def test_any_mark_asks_for_a_restart(sample):
    assert updates.reboot(sample("reboot")) == PendingReboot(required=True)


def test_no_mark_asks_for_none():
    row = Row({"RebootRequired": False, "WindowsUpdateKey": "False", "ComponentKey": 0})
    assert updates.reboot([row]) == PendingReboot(required=False)
