"""The check-up at 80 columns: colour and word and sign, so that it reads in black and white and aloud.

Text that came from the machine is stripped of control characters before it reaches a terminal.
"""

import textwrap
from collections.abc import Iterator
from itertools import chain

from hygie.checkup.run import Action, Checkup, MeasureResult
from hygie.checkup.score import Status
from hygie.core.finding import Finding, Outcome, Owner
from hygie.core.french import NO_BREAK, day_in_words, hour_in_words, plural, weekday_in_words
from hygie.documents.words import ORIGIN_WORDS

WIDTH = 80
_SIGNS = {
    Outcome.PASSED: ("✓", "En ordre", "32"),
    Outcome.FAILED: ("→", "À faire", "33"),
    Outcome.WAITING: ("…", "En attente", "34"),
    Outcome.UNKNOWN: ("?", "Inconnu", "35"),
    Outcome.NOT_APPLICABLE: ("–", "Non concerné", "2"),
}
_STATUS_SIGNS = {
    Status.GOOD: ("✓", "En ordre", "32"),
    Status.BAD: ("!", "Urgent", "31"),
    Status.TODO: ("→", "À faire", "33"),
    Status.WAITING: ("…", "En attente", "34"),
    Status.UNKNOWN: ("?", "Inconnu", "35"),
    Status.NOT_APPLICABLE: ("–", "Non concerné", "2"),
}
OWNERS = {
    Owner.DOCTOR: "vous",
    Owner.SECRETARY: "le secrétariat",
    Owner.IT_PROVIDER: "votre prestataire informatique",
    Owner.HOST: "votre hébergeur ou votre éditeur",
    Owner.INSURER: "votre assureur",
}
_ORDER = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING, Outcome.PASSED, Outcome.NOT_APPLICABLE)


class Pen:
    """Writes lines within 80 columns, with colour when the terminal shows it."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def paint(self, text: str, code: str) -> str:
        """The text in a colour (an SGR code), or as it is."""
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def bold(self, text: str) -> str:
        """The text in bold."""
        return self.paint(text, "1")

    def wrap(self, text: str, indent: int, first: str = "") -> Iterator[str]:
        """The text folded at 80 columns under `indent` spaces; `first` stands in the margin of its first line."""
        margin = " " * indent
        lines = textwrap.wrap(safe(text), WIDTH - indent, break_on_hyphens=False) or [""]
        yield (first + margin[len(first) :] if first else margin) + lines[0]
        yield from (margin + line for line in lines[1:])


def safe(text: str) -> str:
    """The text without the characters that move a cursor, hide or reorder what is read."""
    return "".join(c if c.isprintable() or c in (NO_BREAK, "\u202f") else "?" for c in text)


def render_terminal(checkup: Checkup, *, detailed: bool, show_names: bool, colour: bool, command: str = "hygie") -> str:
    """The report as lines. `detailed` shows every finding; `show_names` the file names among the evidence.

    `command` is how this person starts Hygie, for the lines that say what to type next.
    """
    pen = Pen(colour=colour)
    parts = [_head(checkup, pen), _actions(checkup.actions, pen), _measures(checkup, pen), _since(checkup, pen)]
    if detailed:
        parts.append(chain.from_iterable(_details(measure, pen, show_names=show_names) for measure in checkup.measures))
    parts.append(_next(checkup, pen, command, detailed=detailed))
    return "\n".join(chain.from_iterable(parts)) + "\n"


def _head(checkup: Checkup, pen: Pen) -> Iterator[str]:
    when = f"{weekday_in_words(checkup.started_at)}, {hour_in_words(checkup.started_at)}"
    yield f"Hygie, bilan du {when}"
    yield from pen.wrap(f"{checkup.practice + ', ' if checkup.practice else ''}ordinateur « {checkup.host} »", 0)
    yield ""
    yield pen.bold(f"  {checkup.headline}")
    yield from pen.wrap(checkup.sentence, 2)


def _actions(actions: tuple[Action, ...], pen: Pen) -> Iterator[str]:
    if not actions:
        return
    yield ""
    yield pen.bold("À faire, dans cet ordre")
    for number, action in enumerate(actions, 1):
        yield from map(pen.bold, pen.wrap(action.title, 5, f"  {number}."))
        yield from pen.wrap(action.why, 5)
        yield from pen.wrap(f"Qui : {OWNERS[action.owner]}. Durée : {plural(action.minutes, 'minute')}.", 5)


def _measures(checkup: Checkup, pen: Pen) -> Iterator[str]:
    yield ""
    yield pen.bold("Les sept mesures" if len(checkup.measures) > 1 else "La mesure")
    for measure in checkup.measures:
        sign, word, code = _STATUS_SIGNS[measure.status]
        state = pen.paint(f"{sign} {word:<12}", code)
        yield f"  {state} {pen.bold(f'{measure.number}. {measure.title}')}"
        yield from pen.wrap(measure.sentence, 17)
        yield from pen.wrap(tally_in_words(measure), 17)


def tally_in_words(measure: MeasureResult) -> str:
    """« 12 en ordre, 3 à faire, 1 inconnu, 4 non concernés »."""
    counts = {outcome: sum(1 for f in measure.findings if f.outcome is outcome) for outcome in _ORDER}
    words = {
        Outcome.PASSED: "en ordre",
        Outcome.FAILED: "à faire",
        Outcome.WAITING: "en attente",
        Outcome.UNKNOWN: "inconnu" if counts[Outcome.UNKNOWN] < 2 else "inconnus",  # noqa: PLR2004 - French plural
        Outcome.NOT_APPLICABLE: "non concerné" if counts[Outcome.NOT_APPLICABLE] < 2 else "non concernés",  # noqa: PLR2004
    }
    shown = (Outcome.PASSED, Outcome.FAILED, Outcome.WAITING, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    return ", ".join(f"{counts[outcome]} {words[outcome]}" for outcome in shown if counts[outcome]) + "."


def _since(checkup: Checkup, pen: Pen) -> Iterator[str]:
    if checkup.since_last is None:
        return
    yield ""
    yield pen.bold(f"Depuis le {day_in_words(checkup.since_last.previous_at)}")
    for sentence in checkup.since_last.sentences:
        yield from pen.wrap(sentence, 4, "  -")


def _details(measure: MeasureResult, pen: Pen, *, show_names: bool) -> Iterator[str]:
    yield ""
    yield pen.bold(f"{measure.number}. {measure.title}")
    for finding in sorted(measure.findings, key=lambda f: (_ORDER.index(f.outcome), -f.severity)):
        yield ""
        yield from _finding(finding, pen, show_names=show_names)


def _finding(finding: Finding, pen: Pen, *, show_names: bool) -> Iterator[str]:
    sign, word, code = _SIGNS[finding.outcome]
    yield f"  {pen.paint(f'{sign} {word}', code)} ({ORIGIN_WORDS[finding.origin]})  {finding.check_id}"
    yield from map(pen.bold, pen.wrap(finding.title, 4))
    yield from pen.wrap(finding.summary, 4)
    if finding.exception:
        until = day_in_words(finding.exception.until)
        yield from pen.wrap(f"Exception jusqu’au {until} : {finding.exception.reason}", 4)
    names = finding.evidence.get("names")
    if show_names and isinstance(names, list):
        for name in names:
            yield from pen.wrap(name, 6, "    ·")
    if finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        yield from _remedy(finding, pen)


def _remedy(finding: Finding, pen: Pen) -> Iterator[str]:
    yield from pen.wrap(f"Pourquoi : {finding.why}", 4)
    for number, step in enumerate(finding.steps, 1):
        yield from pen.wrap(step, 7, f"    {number}.")
    yield from pen.wrap("Pour revenir en arrière : " + " ".join(finding.undo), 4)
    yield from pen.wrap(f"Qui : {OWNERS[finding.owner]}. Durée : {plural(finding.minutes, 'minute')}.", 4)


def _next(checkup: Checkup, pen: Pen, command: str, *, detailed: bool) -> Iterator[str]:
    yield ""
    yield pen.bold("Pour aller plus loin")
    lines = [] if detailed else [("le détail et les gestes", "--measure access")]
    if checkup.unknown:
        lines += [
            ("les questions à remplir", "--questions -o reponses.toml"),
            ("le bilan avec vos réponses", "--answers reponses.toml"),
        ]
    lines += [("deux pages à imprimer", "--format pdf -o bilan.pdf")]
    yield from (f"  {what:<28}{command} bilan {options}" for what, options in lines)
    yield ""
    yield f"Règles du {day_in_words_of(checkup.catalogue_version)}. Rien n’est sorti de cet ordinateur."


def day_in_words_of(version: str) -> str:
    """The catalogue's version, which is a date, in words."""
    from datetime import date

    return day_in_words(date.fromisoformat(version))
