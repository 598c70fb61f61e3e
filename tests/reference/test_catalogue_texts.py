"""Every text of the shipped catalogue: complete, short, French, without patient data, and safe to print."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hygie.checkup.registry import measured_checks
from hygie.core.finding import Measure, Owner
from hygie.core.french import NARROW, NO_BREAK, typeset
from hygie.core.identifiers import is_nir, is_rpps
from hygie.reference.catalogue import HERE, CheckEntry, catalogue
from hygie.reference.sources import sources

IDS = Path(__file__).parents[1] / "data" / "check_ids.txt"
CHECKS = list(catalogue().checks.values())
CHANGED_ON = date.fromisoformat(catalogue().version)  # nothing can have been read later than that
SYSTEMS = ("windows", "macos", "linux")
LONGEST_SENTENCE = 25
ENGLISH = frozenset({
    "the", "and", "with", "your", "password", "passwords", "login", "logout", "firewall", "settings", "click",
    "please", "email", "user", "users", "admin", "device", "network", "phishing", "malware", "ransomware",
    "token", "feedback", "process", "reporting", "patch", "update", "file", "files", "folder", "drive", "of",
    "for", "from", "off", "are", "if", "must", "should", "new", "screen", "lock", "reboot", "check", "checkup",
})  # fmt: skip
NAMES_OF_PRODUCTS = re.compile(r"Windows Update|Time Machine|Google Drive|iCloud Drive|/[\w./-]+|«[^»]*»")
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def prose(check: CheckEntry) -> Iterator[str]:
    """What people read of a check, beside its gestures."""
    yield from filter(None, (check.title, check.action, check.why, check.question, check.help, check.proof))


def gestures(check: CheckEntry) -> Iterator[str]:
    """Every step and every way back, of every system."""
    for block in (check.steps, check.undo):
        for system in ("all", *SYSTEMS):
            yield from getattr(block, system) or ()


def texts(check: CheckEntry) -> Iterator[str]:
    """All of it."""
    yield from prose(check)
    yield from gestures(check)


def command_of(gesture: str) -> str:
    """The command a gesture ends with (« Vérifiez avec : lsblk »), or nothing."""
    _, separator, after = gesture.partition(" : ")
    looks_so = re.match(r"(?:sudo |[a-z][\w.-]* +[-/\w]|[A-Z][a-z]+-[A-Z]\w+)", after)
    return after if separator and looks_so and not after.endswith((".", ")")) else ""


def words(sentence: str) -> list[str]:
    """Words as people count them."""
    return [word for word in sentence.split() if re.search(r"\w", word)]


def sentences(text: str) -> list[str]:
    """Cut after a full stop, a question mark or a semicolon."""
    return [sentence for sentence in re.split(r"(?<=[.;?])\s+", text) if sentence]


# ------------------------------------------------------------------ complete


def test_the_catalogue_holds_at_least_132_checks_of_seven_measures() -> None:
    assert len(CHECKS) >= 132
    assert [measure.id for measure in catalogue().measures] == list(Measure)
    assert [measure.number for measure in catalogue().measures] == [1, 2, 3, 4, 5, 6, 7]


def test_an_identifier_may_be_added_and_never_removed() -> None:
    published = {line for line in IDS.read_text("utf-8").splitlines() if not line.startswith("#")}
    assert published == set(catalogue().checks)


def test_the_published_identifiers_are_listed_once_and_in_order() -> None:
    listed = [line for line in IDS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert listed == sorted(set(listed))


def test_every_measured_check_has_a_rule_and_every_rule_a_text() -> None:
    assert {check.id for check in CHECKS if check.answer == "measured"} == set(measured_checks())


def test_enough_is_measured_rather_than_asked() -> None:
    assert len(CHECKS) >= 80
    assert sum(check.answer == "measured" for check in CHECKS) >= 50


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_can_be_wrong_and_is_weighed(measure: Measure) -> None:
    own = catalogue().in_measure(measure)
    assert len(own) >= 5
    assert max(check.severity for check in own) >= 4


@every_check
def test_a_check_says_why_how_long_who_and_from_where(check: CheckEntry) -> None:
    assert len(words(check.why)) >= 5
    assert 1 <= check.minutes <= 480
    assert check.owner in Owner
    assert check.sources
    for name in check.sources:
        entry = sources()[name]
        assert date(2020, 1, 1) < entry.read_on <= CHANGED_ON
        assert entry.url.startswith("https://")


@every_check
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_check_can_be_mended_and_undone_on_every_system(check: CheckEntry, system: str) -> None:
    assert check.steps.on(system)
    assert check.undo.on(system)


@pytest.mark.parametrize("check", [c for c in CHECKS if c.answer != "measured"], ids=lambda check: check.id)
def test_a_question_can_be_asked_of_somebody_and_grows_old(check: CheckEntry) -> None:
    assert check.question is not None
    assert check.question.endswith("?")
    assert check.help
    assert check.ask in set(Owner)
    assert check.validity_days is not None
    assert 30 <= check.validity_days <= 1100
    assert (check.proof is not None) or check.answer == "declared"


@pytest.mark.parametrize("check", [c for c in CHECKS if c.answer == "measured"], ids=lambda check: check.id)
def test_nobody_is_asked_what_is_measured(check: CheckEntry) -> None:
    assert (check.question, check.ask, check.validity_days, check.proof) == (None, None, None, None)


def test_no_two_checks_share_a_title_or_an_action() -> None:
    for field in ("title", "action", "question"):
        told = [getattr(check, field) for check in CHECKS if getattr(check, field)]
        assert len(told) == len(set(told)), field


def test_no_source_is_kept_that_nobody_cites() -> None:
    cited = {name for check in CHECKS for name in check.sources}
    unused = sorted(set(sources()) - cited)
    everything = "".join(path.read_text("utf-8") for path in HERE.rglob("*.toml") if path.parent.name != "sources")
    assert [name for name in unused if name not in everything] == []


# ------------------------------------------------------------------ readable


@every_check
def test_sentences_are_short(check: CheckEntry) -> None:
    told = [check.title, check.why, *gestures(check), check.question or "", check.help or ""]
    for sentence in (sentence for text in told for sentence in sentences(text)):
        assert len(words(sentence)) <= LONGEST_SENTENCE, sentence


@every_check
def test_nobody_is_begged_or_shouted_at(check: CheckEntry) -> None:
    for text in texts(check):
        assert "!" not in text.replace(command_of(text), "")
        assert "veuillez" not in text.casefold()
        assert "svp" not in words(text.casefold())


@every_check
def test_the_prose_is_french(check: CheckEntry) -> None:
    for text in texts(check):
        read = NAMES_OF_PRODUCTS.sub("", text.replace(command_of(text), ""))
        strange = {word.casefold() for word in re.findall(r"[A-Za-zÀ-ÿ-]+", read)} & ENGLISH
        assert not strange, text


@every_check
def test_an_action_begins_with_an_infinitive(check: CheckEntry) -> None:
    verb = re.match(r"(?:Ne plus |Ne pas |Se |S')?(\w+)", check.action)
    assert verb is not None
    assert verb[1].casefold().endswith(("er", "ir", "re", "oir")), check.action
    assert not check.action.endswith(".")


@every_check
def test_a_title_is_a_state_and_a_text_ends_its_sentences(check: CheckEntry) -> None:
    assert check.title[0].isupper()
    assert check.title[-1] not in ".?;:"
    assert check.why.endswith((".", ")"))
    for gesture in gestures(check):
        assert gesture[0].isupper() or gesture.startswith(("macOS ", "iCloud ", "« ")), gesture
        copied = command_of(gesture) or " : " in gesture or re.search(r"[/\\][\w./\\-]+$", gesture)
        assert copied or gesture.endswith((".", ")")), gesture


@every_check
def test_no_text_names_a_patient_or_a_person(check: CheckEntry) -> None:
    for text in texts(check):
        for number in re.findall(r"\d[\d .]{9,}\d", text):
            assert not is_nir(number)
            assert not is_rpps(number)
        assert not re.search(r"\b(?:M\.|Mme|Mlle|Dr) [A-Z][a-z]+", text)
        assert not re.search(r"[\w.+-]+@[\w-]+\.(?!example\b)\w+", text), text


# ------------------------------------------------------------------ printable


@every_check
def test_every_text_survives_typesetting(check: CheckEntry) -> None:
    for text in texts(check):
        printed = typeset(text)
        assert not re.search(rf"[ {NO_BREAK}{NARROW}]{{2}}", printed), text
        assert "'" not in printed
        assert not re.search(r" [;!?»]|« ", printed), text
        assert text == text.strip()
        assert "\n" not in text


@every_check
def test_no_command_is_changed_by_typesetting(check: CheckEntry) -> None:
    for gesture in gestures(check):
        command = command_of(gesture)
        assert not command or typeset(gesture).endswith(command), gesture
        assert not re.search(r"[\"'“”’]", command), gesture


def test_the_recogniser_of_commands_sees_those_of_the_catalogue() -> None:
    found = [command_of(gesture) for check in CHECKS for gesture in gestures(check) if command_of(gesture)]
    assert len(found) > 100
    assert any(command.startswith("sudo ") for command in found)
    assert any(command.startswith("Get-") for command in found)
