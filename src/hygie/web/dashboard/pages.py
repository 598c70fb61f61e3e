"""What the dashboard's templates show, as plain dicts with every French word ready: nothing is judged here."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hygie.checkup.run import MAX_ACTIONS, Action, Checkup, MeasureResult
from hygie.checkup.score import Status
from hygie.core.finding import Finding, Measure, Origin, Outcome
from hygie.core.french import day_in_words, hour_in_words, plural, typeset
from hygie.documents.checkup_view import finding_view, measure_detail, measure_view, ring_view, since_view, voice_view
from hygie.documents.words import (
    MEASURE_ICONS,
    OWNERS,
    STATUS_STATES,
    TODO,
    URGENT,
    cleaned,
    clip,
    duration,
    gist,
)
from hygie.reference.catalogue import Catalogue
from hygie.web.dashboard import rules
from hygie.web.dashboard.forms import LinkReplyForm
from hygie.web.dashboard.models import Answer, Snapshot
from hygie.web.ui.dates import ago

TITLE, WHY = 90, 150
FIRST = TODO
FIRST_TITLE = "À faire d’abord"
MORE = {
    Measure.ACCESS: ("inventory:devices", "Le matériel du cabinet"),
    Measure.CPS: ("inventory:cards", "Les cartes et leurs dates"),
    Measure.PASSWORDS: ("inventory:accounts", "Vos comptes et leur double vérification"),
}


def today_page(checkup: Checkup, actions: Sequence[Action], content: Catalogue, now: datetime) -> dict[str, Any]:
    """The whole of Today but its history."""
    voice = voice_view(checkup)
    first = 1 if rules.measured(checkup) else 2  # before any look, the look is the first action
    listed = [action_line(number, action, checkup, content) for number, action in enumerate(actions, first)]
    rest = [line for line in listed if 1 < line["number"] <= MAX_ACTIONS]
    total = sum(action.minutes for action in actions[2 - first :])
    return {
        "date": f"{voice['date'].partition(',')[0]}, {hour_in_words(now)}",
        "sentence": rules.sentence(checkup, actions),
        "help": voice["help"],
        "first": listed[0] if listed else None,
        "rest": rest,
        "rest_note": f"{plural(len(rest), 'action')}, {duration(total)} en tout" if len(rest) > 1 else "",
        "waiting": waiting_lines(checkup, content),
        "ring": ring(checkup),
        "since": cleaned(since_view(checkup.since_last)) if checkup.since_last else None,
        "tiles": [tile(measure, now) for measure in checkup.measures],
        "new": not rules.measured(checkup),
        "phones": checkup.phones,
    }


def ring(checkup: Checkup) -> dict[str, Any]:
    """The seven parts, in calm colours."""
    view = ring_view(checkup.measures)
    parts = [
        {**part, "state": FIRST["id"] if part["state"] == URGENT["id"] else part["state"]} for part in view["parts"]
    ]
    return {**view, "label": view["label"].replace("urgent", FIRST["word"].lower()), "parts": parts}


def action_line(number: int, action: Action, checkup: Checkup, content: Catalogue) -> dict[str, Any]:
    """One action of the list, with the page that helps."""
    finding = next(f for f in checkup.findings if f.check_id == action.check_id)
    asked = finding.outcome is Outcome.UNKNOWN and content.checks[action.check_id].answer != "measured"
    return cleaned(
        {
            "number": number,
            "title": clip(action.title, TITLE),
            "why": gist(action.why if finding.outcome is Outcome.FAILED or asked else finding.summary, WHY),
            "owner": OWNERS[action.owner],
            "duration": duration(action.minutes),
            "url": reverse("dashboard:questions") if asked else finding_url(action.check_id),
            "button": "Répondre" if asked else "Voir comment",
            "icon": "declare" if asked else MEASURE_ICONS[finding.measure.value],
        }
    )


def tile(measure: MeasureResult, now: datetime) -> dict[str, Any]:
    """A measure's tile, with its page."""
    url = reverse("dashboard:measure", args=[rules.SLUG_OF[measure.id]])
    shown: dict[str, Any] = cleaned(measure_view(measure))
    when = rules.newest(measure)
    shown["source"]["when"] = words_of(when[0], when[1], now) if when else ""
    return {**shown, "url": url, "state": calm(shown["state"])}


def calm(state: dict[str, str]) -> dict[str, str]:
    """Red is for a live attack: what presses is said by the sentence, and shown as something to do first."""
    return FIRST if state["id"] == URGENT["id"] else state


def words_of(moment: datetime, origin: Origin, now: datetime) -> str:
    """When it was known: to the minute for what was measured, to the day for what was said."""
    if origin is Origin.MEASURED:
        return ago(moment, now)
    return ago(moment.date(), now)


def waiting_lines(checkup: Checkup, content: Catalogue) -> list[dict[str, str]]:
    """What advances without the person."""
    return [
        {"text": clip(finding.summary, WHY), "title": heading(finding, content), "url": finding_url(finding.check_id)}
        for finding in checkup.findings
        if finding.outcome is Outcome.WAITING
    ][:3]


def finding_url(check_id: str) -> str:
    """The page of a finding."""
    return reverse("dashboard:finding", args=[check_id])


def measure_page(
    checkup: Checkup, number: int, may_see: Any, names: Mapping[str, str], content: Catalogue
) -> dict[str, Any]:
    """A measure with its findings, worst first; `may_see(finding)` says which ones open, `names` who answered."""
    measure = checkup.measures[number - 1]
    view = cleaned(measure_detail(measure))
    found = {finding.check_id: finding for finding in measure.findings}
    for group in view["groups"]:
        group["title"] = FIRST_TITLE if group["state"]["id"] == URGENT["id"] else group["title"]
        for finding in group["findings"]:
            one = found[finding["check"]]
            finding["url"] = finding_url(one.check_id) if may_see(one) else ""
            finding["button"] = button(one, content)
            finding["title"] = heading(one, content)
            finding["state"] = calm(finding["state"])
            finding["source"]["when"] = when_of(one, names, checkup.started_at)
    open_ones = [finding for finding in measure.findings if finding.needs_work]
    more = MORE.get(measure.id)
    return {
        **view,
        "state": calm(view["state"]),
        "lead": _lead(measure.status, open_ones),
        "more": {"url": reverse(more[0]), "label": more[1]} if more else None,
    }


def heading(finding: Finding, content: Catalogue) -> str:
    """What is expected where it holds; where it does not, the gesture: never a sentence that says the opposite."""
    failing = finding.outcome in (Outcome.FAILED, Outcome.WAITING) and finding.exception is None
    return typeset(content.checks[finding.check_id].action) if failing else finding.title


def button(finding: Finding, content: Catalogue) -> str:
    """What its page offers."""
    if finding.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE) or finding.exception is not None:
        return "Voir"
    asked = finding.outcome is Outcome.UNKNOWN and content.checks[finding.check_id].answer != "measured"
    return "Répondre" if asked else "Voir comment"


def when_of(finding: Finding, names: Mapping[str, str], now: datetime) -> str:
    """« ce matin, 7 h 52 », « par Nadia Lemoine, le 29 octobre 2026 », « jamais vérifié »."""
    if finding.origin is Origin.UNKNOWN:
        return "jamais vérifié"
    by = (
        f"par {names[finding.check_id]}, "
        if finding.origin is not Origin.MEASURED and finding.check_id in names
        else ""
    )
    return f"{by}{words_of(finding.observed_at, finding.origin, now)}"


def _lead(status: Status, open_ones: Sequence[Finding]) -> str:
    if status is Status.GOOD:
        return "Tout est en ordre ici. Hygie continue de regarder."
    counts = {outcome: sum(1 for f in open_ones if f.outcome is outcome) for outcome in Outcome}
    parts = [
        plural(counts[Outcome.FAILED], "point à reprendre", "points à reprendre") if counts[Outcome.FAILED] else "",
        plural(counts[Outcome.WAITING], "point avance sans vous", "points avancent sans vous")
        if counts[Outcome.WAITING] else "",
        plural(counts[Outcome.UNKNOWN], "point inconnu", "points inconnus") if counts[Outcome.UNKNOWN] else "",
    ]  # fmt: skip
    return typeset(", ".join(part for part in parts if part) + ".") if open_ones else "Rien à vérifier ici."


def finding_page(finding: Finding, content: Catalogue, checkup: Checkup, by: str = "") -> dict[str, Any]:
    """One finding, with all its texts; `by` is who answered."""
    check = content.checks[finding.check_id]
    shown = cleaned(finding_view(finding))
    shown["state"] = calm(shown["state"])
    shown["source"]["when"] = when_of(finding, {finding.check_id: by} if by else {}, checkup.started_at)
    number = next(m.number for m in checkup.measures if m.id is finding.measure)
    return {
        **shown,
        "heading": heading(finding, content),
        "expected": finding.title if heading(finding, content) != finding.title else "",
        "question": typeset(check.question or ""),
        "help": typeset(check.help or ""),
        "proof": typeset(check.proof or ""),
        "kind": check.answer,
        "ask": OWNERS[check.ask or check.owner],
        "needs_work": finding.needs_work,
        "outcome": finding.outcome.value,
        "steps": shown["steps"] or [typeset(step) for step in finding.steps],
        "undo": shown["undo"] or [typeset(step) for step in finding.undo],
        "measure": {"number": number, "url": reverse("dashboard:measure", args=[rules.SLUG_OF[finding.measure]])},
    }


def history_lines(snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """« n en ordre sur 7 », month after month, with the version of the content that judged it."""
    return [
        {
            "day": snapshot.day,
            "good": snapshot.good,
            "possible": snapshot.possible,
            "version": snapshot.catalogue_version,
            "changed": index > 0 and snapshots[index - 1].catalogue_version != snapshot.catalogue_version,
        }
        for index, snapshot in enumerate(snapshots)
    ]


def measure_history(snapshots: Sequence[Snapshot], measure_id: str) -> list[dict[str, Any]]:
    """A measure's state at the end of each of the last nine months."""
    return [
        {
            "day": snapshot.day,
            "state": calm(STATUS_STATES[Status(snapshot.statuses.get(measure_id, "unknown"))]),
            "version": snapshot.catalogue_version,
        }
        for snapshot in snapshots[-9:]
    ]


def version_changes(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """When the rules changed under the history: said, because a state may move without anybody doing anything."""
    return [
        f"Le contenu a changé : référentiel du {day_in_words(date.fromisoformat(line['version']))}."
        for line in lines
        if line["changed"]
    ]


def answer_initial(given: Any) -> dict[str, Any]:
    """The answer form as it stands."""
    if given is None:
        return {"version": None}
    names = ("answer", "note", "waiting_for", "expected_on", "version")
    return {name: getattr(given, name) for name in names}


def waiver_initial(waiver: Any) -> dict[str, Any]:
    """The exception form as it stands."""
    return {"reason": waiver.reason, "until": waiver.until, "version": waiver.version} if waiver else {}


def reply_words(question: Any, *, measured: bool) -> str:
    """« Informatique Ouest répond : oui. », and what to do next where a machine can tell."""
    if not question.reply:
        return ""
    words = dict(LinkReplyForm.DONE if measured else Answer.CHOICES)
    note = f" « {question.reply_note} »" if question.reply_note else ""
    after = " Regardez encore cet ordinateur pour le vérifier." if measured and question.reply == "yes" else ""
    return typeset(f"{question.replied_by} répond : {words[question.reply].lower()}.{note}{after}")


def question_line(question: Any, content: Catalogue) -> dict[str, Any]:
    """A question put to somebody, in a list."""
    check = content.checks.get(question.check_id)
    return {
        "to": question.asked_to,
        "text": typeset(check.question or check.action) if check else question.topic,
        "measured": check is not None and check.answer == "measured",
        "asked_at": question.asked_at,
        "expected_on": question.expected_on,
        "reply": reply_words(question, measured=check is not None and check.answer == "measured"),
        "url": reverse("dashboard:question", args=[question.pk]),
    }
