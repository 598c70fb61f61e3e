"""Reading the practice's present state: a constant number of queries, whatever its history and its computers."""

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.utils import timezone

from hygie.checkup.answers import Answer as GivenAnswer
from hygie.checkup.answers import Answers
from hygie.checkup.combine import Machine, Report, combine
from hygie.checkup.compare import EarlierCheckup, EarlierFinding, EarlierMeasure, compare
from hygie.checkup.run import Checkup, Context
from hygie.core.finding import Measure, Outcome, Waiver
from hygie.reference.catalogue import Catalogue, catalogue
from hygie.web.dashboard import rules
from hygie.web.dashboard.models import Answer, Proof, Snapshot, Visit
from hygie.web.dashboard.models import Waiver as WaiverRow
from hygie.web.inventory.models import Device, Provider
from hygie.web.inventory.selectors import declared_answers
from hygie.web.workstations.models import Report as ReportRow
from hygie.web.workstations.reports import unpacked

MEASURED_KINDS = ("desktop", "laptop", "server")


def current_checkup(practice: Any, now: datetime, *, since: Snapshot | None = None) -> Checkup:
    """Where the practice stands now; with `since`, what changed from that snapshot on."""
    content = catalogue()
    answers, listed = given_answers(practice)
    context = Context(content, answers, settings.HYGIE_SYSTEM, now)
    checkup = combine(machines_of(practice), context, listed)
    return compare(checkup, as_earlier(since, content)) if since else checkup


def answers_of(practice: Any) -> Answers:
    """What people declared and proved, the exceptions, and what the printed sheets need."""
    return given_answers(practice)[0]


def given_answers(practice: Any) -> tuple[Answers, dict[str, str]]:
    """The answers, and for those that nobody gave but the inventory shows, the sentence that says what is there."""
    proofs = {proof.check_id: proof.name for proof in Proof.objects.for_practice(practice).filter(removed_at=None)}
    given = {row.check_id: _given(row, proofs) for row in Answer.objects.for_practice(practice)}
    listed = rules.newer(declared_answers(practice, timezone.localdate()), given)
    given |= listed
    waivers = {row.check_id: Waiver(row.reason, row.until) for row in WaiverRow.objects.for_practice(practice)}
    answers = Answers(given, waivers, practice.name, contract_of(practice), phones_of(practice))
    return answers, {name: answer.note for name, answer in listed.items()}


def _given(row: Answer, proofs: dict[str, str]) -> GivenAnswer:
    return GivenAnswer(
        row.check_id, row.answer, row.answered_on, proofs.get(row.check_id, ""), row.note, row.waiting_for,
        row.expected_on,
    )  # fmt: skip


def contract_of(practice: Any) -> str:
    """The number of the insurance contract: the practice's own, else the one noted with the insurer."""
    if practice.insurer_contract:
        return str(practice.insurer_contract)
    insurer = Provider.objects.for_practice(practice).filter(kind="insurer", ended_on=None).first()
    return insurer.contract if insurer else ""


def phones_of(practice: Any) -> dict[str, str]:
    """The numbers of the incident sheet, from the providers in activity."""
    rows = Provider.objects.for_practice(practice).filter(ended_on=None).exclude(phone="")
    return rules.sheet_phones([(row.kind, row.name, row.phone) for row in rows])


def machines_of(practice: Any) -> list[Machine]:
    """The computers whose word is expected: those in use that can run Hygie, with their last report."""
    latest = ReportRow.objects.for_practice(practice).filter(latest=True).defer("practice")
    reports = {row.device_id: _report(row) for row in latest}
    devices = Device.objects.for_practice(practice).filter(disposed_on=None, kind__in=MEASURED_KINDS)
    return [Machine(device.name, reports.get(device.pk), device.last_seen_at) for device in devices]


def _report(row: ReportRow) -> Report:
    return msgspec.json.decode(unpacked(bytes(row.body)), type=Report)


def as_earlier(snapshot: Snapshot, content: Catalogue) -> EarlierCheckup:
    """A snapshot in the form a comparison reads; checks that no longer exist are left out."""
    by_measure: dict[Measure, list[EarlierFinding]] = {measure: [] for measure in Measure}
    for check_id, outcome in snapshot.outcomes.items():
        if check := content.checks.get(check_id):
            first = datetime.fromisoformat(snapshot.firsts.get(check_id, snapshot.taken_at.isoformat()))
            by_measure[content.measure_of(check_id)].append(
                EarlierFinding(check_id, Outcome(outcome), check.title, first)
            )
    measures = tuple(EarlierMeasure(measure, tuple(found)) for measure, found in by_measure.items())
    return EarlierCheckup("hygie.checkup/1", snapshot.catalogue_version, snapshot.taken_at, measures)


def snapshot_before(practice: Any, moment: datetime | None) -> Snapshot | None:
    """The state in force at a moment: the last snapshot taken until then."""
    if moment is None:
        return None
    return Snapshot.objects.for_practice(practice).filter(taken_at__lte=moment).order_by("-taken_at").first()


def history(practice: Any, now: datetime, limit: int = 12) -> list[Snapshot]:
    """The last snapshot of each of the last months, oldest first; one query, bounded whatever the years.

    What a wrong clock wrote ahead of time is left out.
    """
    months = (
        Snapshot.objects.for_practice(practice)
        .filter(taken_at__lte=now)
        .annotate(month=TruncMonth("day"))
        .values("month")
        .annotate(last=Max("pk"))
        .order_by("-month")
        .values("last")[:limit]
    )
    rows = Snapshot.objects.filter(pk__in=months).order_by("day").defer("outcomes", "firsts")
    return list(rows)


def previous_visit(member: Any) -> datetime | None:
    """When this person came before the present visit."""
    visit = Visit.objects.filter(member=member).first()
    return visit.before_at if visit else None
