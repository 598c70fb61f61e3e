"""A check-up as plain data, every French word ready: what the HTML and the PDF both show, in the same order.

Nothing is judged here. File names are never part of it, and every text has been made harmless.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hygie.checkup.run import Action, Checkup, MeasureResult, SinceLast
from hygie.checkup.score import Status
from hygie.core.finding import Finding, Origin, Outcome, Source
from hygie.core.french import day_in_words, hour_in_words, plural, typeset, weekday_in_words
from hygie.documents.incident_sheet import contact_words, incident_sheet
from hygie.documents.words import (
    EXCEPTION,
    MEASURE_ICONS,
    NOT_CONCERNED,
    OK,
    ORIGINS,
    OWNERS,
    SEVERITIES,
    STATUS_STATES,
    SYSTEMS,
    TODO,
    UNKNOWN,
    URGENT,
    WAITING,
    State,
    cleaned,
    clip,
    counted,
    duration,
    evidence_words,
    gist,
    moment,
    state_of,
    version_in_words,
)  # fmt: skip
from hygie.reference.catalogue import catalogue
from hygie.reference.contacts import contacts

MEASURES = 7
LINE, VOICE, TITLE, TILE, CHANGE, SHORT = 160, 130, 110, 132, 96, 80
NO_PATIENT = "Aucun nom de patient dans ce document."
FOLDED = (OK, NOT_CONCERNED)
ORDER = (URGENT, TODO, UNKNOWN, WAITING, EXCEPTION, OK, NOT_CONCERNED)
GROUPS = {
    URGENT["word"]: "Urgent",
    TODO["word"]: "À faire",
    UNKNOWN["word"]: "Inconnu",
    WAITING["word"]: "En attente",
    EXCEPTION["word"]: "Exceptions",
    OK["word"]: "En ordre",
    NOT_CONCERNED["word"]: "Non concerné",
}
ANSWERING = (
    "Tapez : hygie bilan --questions -o reponses.toml",
    "Ouvrez ce fichier et répondez, seul ou avec le secrétariat. « unknown » veut dire « je ne sais pas ».",
    "Refaites le bilan : hygie bilan --answers reponses.toml",
)
_STATUS_WORDS = {
    Status.BAD: ("urgente", "urgentes"),
    Status.TODO: ("à faire", "à faire"),
    Status.WAITING: ("en attente", "en attente"),
    Status.UNKNOWN: ("inconnue", "inconnues"),
    Status.GOOD: ("en ordre", "en ordre"),
    Status.NOT_APPLICABLE: ("non concernée", "non concernées"),
}
_STATUS_OUTCOMES = {
    Status.BAD: Outcome.FAILED,
    Status.TODO: Outcome.FAILED,
    Status.WAITING: Outcome.WAITING,
    Status.UNKNOWN: Outcome.UNKNOWN,
    Status.GOOD: Outcome.PASSED,
    Status.NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
}


def checkup_view(checkup: Checkup) -> dict[str, Any]:
    """The whole document as nested dicts, lists and strings."""
    view: dict[str, Any] = cleaned(
        {
            "title": f"Hygie, bilan du {day_in_words(checkup.started_at)}",
            "head": _head(checkup),
            "voice": voice_view(checkup),
            "ring": ring_view(checkup.measures),
            "actions": _actions(checkup),
            "since": since_view(checkup.since_last) if checkup.since_last else None,
            "measures": [measure_view(measure) for measure in checkup.measures],
            "sheet": incident_sheet(checkup),
            "detail": _detail(checkup),
            "foot": _foot(checkup),
        }
    )
    return view


def _head(checkup: Checkup) -> dict[str, str]:
    system = SYSTEMS.get(checkup.system, checkup.system)
    host = f"ordinateur « {clip(checkup.host, 40)} », {system}" if checkup.host else f"ordinateur sous {system}"
    return {
        "practice": clip(typeset(checkup.practice), SHORT) or "Votre cabinet",
        "machine": typeset(host),
        "of": f"Bilan du {moment(checkup.started_at)}",
        "rules": f"règles du {version_in_words(checkup.catalogue_version)}",
    }


def voice_view(checkup: Checkup) -> dict[str, str]:
    """The date, the sentence and what it must not hide."""
    date = weekday_in_words(checkup.started_at)
    return {
        "date": f"{date[0].upper()}{date[1:]}, {hour_in_words(checkup.started_at)}",
        "sentence": clip(checkup.sentence, VOICE),
        "headline": checkup.headline,
        "help": typeset(" ".join(filter(None, (_counts(checkup), _awaited(checkup), _scope(checkup))))),
    }


def _counts(checkup: Checkup) -> str:
    """« Sur les sept mesures : une urgente, deux à faire, quatre inconnues. »: so that the sentence never flatters."""
    found = Counter(measure.status for measure in checkup.measures)
    shown = {status: words for status, words in _STATUS_WORDS.items() if found[status]}
    parts = [f"{counted(found[status])} {words[found[status] > 1]}" for status, words in shown.items()]
    parts += [] if found[Status.GOOD] else ["aucune en ordre"]
    return f"Sur {_the(len(checkup.measures))} : {', '.join(parts)}."


def _the(number: int) -> str:
    return f"les {counted(number)} mesures" if number > 1 else "cette mesure"


def _awaited(checkup: Checkup) -> str:
    if not checkup.waiting:
        return ""
    return "Une réponse est attendue." if checkup.waiting == 1 else f"{checkup.waiting} réponses sont attendues."


def _scope(checkup: Checkup) -> str:
    missing = MEASURES - len(checkup.measures)
    if missing <= 0:
        return ""
    return "Une mesure n’a pas été regardée." if missing == 1 else f"{missing} mesures n’ont pas été regardées."


def ring_view(measures: Sequence[MeasureResult]) -> dict[str, Any]:
    """The seven parts in their fixed order; a measure nobody looked at is there, hollow."""
    seen = {measure.number: STATUS_STATES[measure.status] for measure in measures}
    absent = {"id": "absent", "word": "pas regardée"}
    states = {number: seen.get(number, absent) for number in range(1, MEASURES + 1)}
    good = sum(1 for measure in measures if measure.status is Status.GOOD)
    words = ", ".join(f"{number} {state['word'].lower()}" for number, state in states.items())
    return {
        "label": typeset(f"{good} en ordre sur {len(measures)}. Les sept mesures : {words}."),
        "good": good,
        "under": f"en ordre sur {len(measures)}",
        "parts": [{"number": number, "state": state["id"]} for number, state in states.items()],
    }


def _actions(checkup: Checkup) -> dict[str, Any]:
    listed = [_action(number, action, checkup) for number, action in enumerate(checkup.actions, 1)]
    total = sum(action.minutes for action in checkup.actions)
    failures = sum(1 for f in checkup.findings if f.outcome is Outcome.FAILED and f.exception is None)
    more = failures > sum(1 for action in listed if action["failed"])
    count = plural(len(listed), "action")
    return {
        "title": "À faire, dans cet ordre",
        "note": f"{count}, {duration(total)} en tout" if len(listed) > 1 else "",
        "more": "Le reste est dans le détail, pour votre prestataire informatique." if more else "",
        "none": "Rien à faire aujourd’hui.",
        "list": listed,
    }


def _action(number: int, action: Action, checkup: Checkup) -> dict[str, Any]:
    finding = next(f for f in checkup.findings if f.check_id == action.check_id)
    check = catalogue().checks.get(action.check_id)
    question = finding.outcome is Outcome.UNKNOWN and check is not None and check.answer != "measured"
    return {
        "number": number,
        "id": f"action-{number}",
        "title": clip(action.title, TITLE),
        "why": gist(action.why, LINE),
        "owner": OWNERS[action.owner],
        "duration": duration(action.minutes),
        "failed": finding.outcome is Outcome.FAILED,
        "steps": [typeset(step) for step in ANSWERING] if question else list(finding.steps),
        "undo": [] if question else list(finding.undo),
        "link": f"point-{finding.check_id}",
    }


def since_view(since: SinceLast) -> dict[str, Any]:
    """What changed; the sentences say first what got worse, then what got better, and may end on a count."""
    worse, changes = len(since.worse), len(since.worse) + len(since.better)
    told = len(since.sentences) if changes <= len(since.sentences) else len(since.sentences) - 1
    kinds = ["Moins bien"] * worse + ["Mieux"] * (changes - worse)
    kinds = [*kinds[: min(told, changes)], *[""] * len(since.sentences)]
    return {
        "title": "Depuis la dernière fois",
        "date": day_in_words(since.previous_at),
        "sentences": [
            {"text": clip(sentence, CHANGE), "kind": kind, "icon": {"Mieux": "ok", "Moins bien": "bas"}.get(kind, "nc")}
            for sentence, kind in zip(since.sentences, kinds, strict=False)
        ],
    }


def measure_view(measure: MeasureResult) -> dict[str, Any]:
    """A measure as a tile: state, sentence, how it is known."""
    return {
        "id": f"mesure-{measure.number}",
        "icon": MEASURE_ICONS[measure.id.value],
        "number": measure.number,
        "title": measure.title,
        "state": STATUS_STATES[measure.status],
        "sentence": clip(_measure_sentence(measure), TILE),
        "source": _measure_source(measure),
    }


def _measure_sentence(measure: MeasureResult) -> str:
    """The measure's line; an answer such as « le cabinet a répondu non » is told with what it answers."""
    told = next((f for f in measure.findings if f.summary == measure.sentence and f.needs_work), None)
    if told is None or told.origin is not Origin.DECLARED:
        return measure.sentence
    return typeset(f"{told.title} : {told.summary[0].lower()}{told.summary[1:]}")


def _measure_source(measure: MeasureResult) -> dict[str, str]:
    """How the state of a measure is known: the origins of the findings that give it, and what stays unknown."""
    outcome = _STATUS_OUTCOMES[measure.status]
    origins = [f.origin for f in measure.findings if f.outcome is outcome and f.exception is None]
    known: list[Origin] = [origin for origin in Origin if origin in origins and origin is not Origin.UNKNOWN]
    known = known or [Origin.UNKNOWN]
    word = " et ".join(ORIGINS[origin]["word"] for origin in known).capitalize()
    when = f"le {day_in_words(measure.findings[0].observed_at)}" if measure.findings else ""
    return {"icon": ORIGINS[known[0]]["icon"], "word": word, "when": when, "rest": _unknown_rest(measure)}


def _unknown_rest(measure: MeasureResult) -> str:
    if measure.status is Status.UNKNOWN:
        return ""
    unknown = sum(1 for f in measure.findings if f.outcome is Outcome.UNKNOWN)
    return plural(unknown, "point inconnu", "points inconnus") if unknown else ""


def _detail(checkup: Checkup) -> dict[str, Any]:
    """What the IT provider reads: every measure, every finding, worst states first; sources and contacts at the end."""
    return {
        "title": "Le détail, pour votre prestataire informatique",
        "intro": "Chaque mesure, chaque point, d’abord ce qui est à faire. Le titre dit ce qui est attendu, la suite "
        "ce que l’on voit. Rien n’a été modifié sur l’ordinateur.",
        "columns": [state["word"] for state in ORDER],
        "rows": [_row(measure) for measure in checkup.measures],
        "measures": [measure_detail(measure) for measure in checkup.measures],
        "sources": _all_sources(checkup.findings),
        "contacts": [contact_words(contact) for contact in contacts().values()],
    }


def _row(measure: MeasureResult) -> dict[str, Any]:
    found = Counter(state_of(finding)["word"] for finding in measure.findings)
    return {
        "id": f"mesure-{measure.number}",
        "title": f"{measure.number}. {measure.title}",
        "counts": [found[state["word"]] for state in ORDER],
    }


def measure_detail(measure: MeasureResult) -> dict[str, Any]:
    """A measure with its findings, grouped by state, worst states first."""
    groups = []
    for state in ORDER:
        same = [finding for finding in measure.findings if state_of(finding) == state]
        if same:
            ordered = sorted(same, key=lambda finding: -finding.severity)
            groups.append(_group(state, [finding_view(finding) for finding in ordered]))
    return {**measure_view(measure), "groups": groups}


def _group(state: State, findings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "state": state,
        "title": GROUPS[state["word"]],
        "count": plural(len(findings), "point"),
        "folded": state in FOLDED,
        "findings": findings,
    }


def finding_view(finding: Finding) -> dict[str, Any]:
    """One finding; what to do is only said of what is not in order."""
    work = finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING)
    since = day_in_words(finding.first_seen_at)
    return {
        "id": f"point-{finding.check_id}",
        "check": finding.check_id,
        "title": finding.title,
        "state": state_of(finding),
        "summary": finding.summary,
        "source": {**ORIGINS[finding.origin], "when": f"le {moment(finding.observed_at)}"},
        "since": f"ainsi depuis le {since}" if finding.first_seen_at.date() < finding.observed_at.date() else "",
        "why": finding.why,
        "steps": list(finding.steps) if work else [],
        "undo": list(finding.undo) if work else [],
        "owner": OWNERS[finding.owner],
        "duration": duration(finding.minutes),
        "severity": SEVERITIES[finding.severity],
        "evidence": evidence_words(finding),
        "sources": _by_day(finding.sources),
        "exception": _exception(finding),
    }


def _exception(finding: Finding) -> dict[str, str] | None:
    if finding.exception is None:
        return None
    return {"reason": typeset(finding.exception.reason), "until": day_in_words(finding.exception.until)}


def _by_day(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Sources grouped by the day they were read, most of them being read the same day."""
    days = dict.fromkeys(source.read_on for source in sources)
    return [
        {"day": day_in_words(day), "sources": [_source(source) for source in sources if source.read_on == day]}
        for day in days
    ]


def _source(source: Source) -> dict[str, str]:
    return {"title": source.title, "url": source.url if source.url.startswith("https://") else ""}


def _all_sources(findings: Sequence[Finding]) -> list[dict[str, str]]:
    seen = {(s.title, s.url): s for finding in findings for s in finding.sources}
    ordered = sorted(seen.values(), key=lambda source: (source.title.casefold(), source.url))
    return [{**_source(source), "day": day_in_words(source.read_on)} for source in ordered]


def _digest(checkup: Checkup) -> str:
    """The journal's digest, where there is a journal: on paper, it proves later that nothing was rewritten."""
    return typeset(f" Empreinte du journal : {checkup.journal}.") if checkup.journal else ""


def _foot(checkup: Checkup) -> dict[str, str]:
    return {
        "local": "Les données restent sur l’ordinateur du cabinet.",
        "patient": NO_PATIENT,
        "made": f"Bilan du {moment(checkup.started_at)}, {_head(checkup)['rules']}.{_digest(checkup)}",
    }
