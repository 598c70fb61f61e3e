"""A hostile computer of the practice only makes itself wait."""

from typing import Any
from uuid import uuid4

import pytest

from hygie.web.workstations import receive, views
from hygie.web.workstations.budget import PERIOD, SECONDS, Budget
from hygie.web.workstations.models import ReceivedMessage
from tests.web.workstations.test_api import event, join, message, send


def test_a_device_has_its_seconds_of_each_minute() -> None:
    now = [0.0]
    budget, device, other = Budget(lambda: now[0]), uuid4(), uuid4()
    budget.spend(device, SECONDS)
    assert not budget.left(device)
    assert budget.left(other)
    now[0] = PERIOD
    assert budget.left(device)


def test_beyond_its_share_a_computer_is_told_to_come_back(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    joined = join(practice)
    monkeypatch.setattr(receive, "MESSAGES_A_DAY", 2)
    assert send(joined, message("event", event()), message("event", event())).status_code == 200
    refused = send(joined, message("event", event()))
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert ReceivedMessage.objects.count() == 2


def test_one_batch_at_a_time(practice: Any) -> None:
    joined = join(practice)
    with views.ONE_BATCH:
        answer = send(joined, message("event", event()))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert send(joined, message("event", event())).status_code == 200


@pytest.mark.parametrize(
    "fields", [b'"pending":9223372036854775808,"dropped":{}', b'"pending":0,"dropped":{"event":-5}']
)
def test_an_impossible_heartbeat_is_refused_alone(practice: Any, fields: bytes) -> None:
    body = b'{"version":"1","system":"linux","clock_offset":0,' + fields + b"}"
    answer = send(join(practice), message("heartbeat", body), message("event", event()))
    assert answer.status_code == 200
    assert ReceivedMessage.objects.count() == 1
