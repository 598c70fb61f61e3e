"""One French sentence an event; nothing that a person typed in what leaves the practice."""

from datetime import timedelta
from typing import Any

import pytest

from hygie.incident.chronology import chronology
from hygie.incident.dossier import Line
from hygie.incident.events import Event, Kind
from tests.incident.build import CANARY, NOW, aware, decide, event, opened, step, story

PIECE = {
    "piece": 3, "sha256": "0" * 64, "size": 9, "media": "image/jpeg", "taken_at": "2026-11-24T07:41:00+00:00",
    "name": f"{CANARY}.jpg", "stored_as": "x", "place": "kept", "source": CANARY,
}  # fmt: skip
EVERY_KIND: tuple[tuple[Kind, dict[str, Any]], ...] = (
    (Kind.PLAYBOOK, {"playbook": "intrusion", "reason": CANARY}),
    (Kind.KNOWN, {"known_at": "2026-11-24T08:00+01:00", "reason": CANARY}),
    aware("2026-11-24T09:00+01:00"),
    (Kind.AWARE, {"aware_at": None, "reason": CANARY}),
    (Kind.THEFT, {"stolen": True}),
    step("evidence", reason=CANARY),
    step("complaint", "waived", reason=CANARY),
    (Kind.NOTE, {"text": CANARY, "corrects": None, "quoted": False}),
    (Kind.NOTE, {"text": CANARY, "corrects": 9, "quoted": False}),
    (Kind.EVIDENCE, PIECE),
    (Kind.CUSTODY, {"piece": 3, "act": "handed", "to": CANARY}),
    (Kind.BREACH, {"description": CANARY, "involved_name": CANARY}),
    (Kind.SEVERITY, {"category": "record", "adjusted": 2, "reason": CANARY, "ease": 1, "people": 3}),
    decide("cnil", "yes", CANARY),
    (Kind.DOCUMENT, {"document": "complaint", "form": "pdf"}),
    (Kind.DOCUMENT, {"document": CANARY, "form": CANARY}),
    (Kind.CLOCK, {"was": "2026-11-24T09:00:00+00:00", "now": "2026-11-23T09:00:00+00:00"}),
    (Kind.CLOSED, {"false_alarm": False, "reason": CANARY, "lessons": [CANARY]}),
)


def lines(*more: tuple[Kind, dict[str, Any]], quoted_only: bool = True, playbook: str = "ransomware") -> list[Line]:
    return list(chronology(story(opened(playbook), *more), quoted_only=quoted_only))


def plain(line: Line) -> str:
    return line.text.replace("\xa0", " ").replace("\u202f", " ").replace("’", "'")


def test_there_is_one_line_an_event_and_every_kind_has_its_sentence() -> None:
    assert {kind for kind, _ in EVERY_KIND} | {Kind.OPENED, Kind.UNREADABLE} == set(Kind)
    found = lines(*EVERY_KIND)
    assert len(found) == len(EVERY_KIND) + 1
    for line in found:
        assert line.text.endswith(".")
        assert "None" not in line.text
        assert "'" not in line.text
        assert line.by == "Nadia"


def test_nothing_typed_leaves_the_practice() -> None:
    text = "\n".join(line.text for line in lines(*EVERY_KIND))
    assert CANARY not in text
    assert CANARY.split()[1] not in text


def test_the_room_shows_what_was_typed() -> None:
    found = lines(*EVERY_KIND, quoted_only=False)
    shown = {story(opened(), *EVERY_KIND)[number].kind for number, line in enumerate(found) if CANARY in line.text}
    assert shown == {
        Kind.PLAYBOOK, Kind.KNOWN, Kind.AWARE, Kind.STEP, Kind.NOTE, Kind.EVIDENCE, Kind.CUSTODY, Kind.SEVERITY,
    }  # fmt: skip


def test_a_note_appears_when_its_author_lets_documents_quote_it() -> None:
    quoted = (Kind.NOTE, {"text": "Écran  figé\nsur le poste 2", "corrects": 1, "quoted": True})
    assert plain(lines(quoted)[1]) == "Rectifie la ligne 1 : Écran figé sur le poste 2"
    kept = (Kind.NOTE, {"text": "Écran figé", "corrects": 1, "quoted": False})
    assert plain(lines(kept)[1]) == "Rectifie la ligne 1 : note écrite au journal du cabinet."
    assert "Écran figé" in lines(kept, quoted_only=False)[1].text


def test_times_are_in_words_and_in_paris() -> None:
    first = chronology([opened("ransomware", "2026-10-25T00:30+00:00")])[0]
    assert plain(first) == (
        "Incident ouvert : « Écran bloqué, fichiers illisibles ». Connu le dimanche 25 octobre 2026, 2 h 30."
    )
    second = lines(aware("2026-10-25T01:30:00+00:00"))[1]
    assert "le dimanche 25 octobre 2026, 2 h 30 : le délai" in plain(second)


def test_evidence_is_told_by_its_number_and_its_kind_never_by_its_name() -> None:
    assert plain(lines((Kind.EVIDENCE, PIECE))[1]) == (
        "Pièce 3 ajoutée (image), prise le mardi 24 novembre 2026, 8 h 41."
    )
    left = {**PIECE, "place": "in_place", "taken_at": None, "media": "application/octet-stream"}
    assert plain(lines((Kind.EVIDENCE, left))[1]) == (
        "Pièce 3 ajoutée (fichier). Elle reste à sa place : seule son empreinte est gardée."
    )


def test_a_correction_names_the_line_it_puts_right() -> None:
    known = (Kind.KNOWN, {"known_at": "2026-11-23T08:00+01:00", "reason": ""})
    found = lines(
        known, aware("2026-11-24T09:00+01:00"), known, aware(None), decide("cnil", "yes"), decide("cnil", "no")
    )
    ends = [plain(line).partition(" Rectifie ")[2] for line in found]
    assert ends == ["", "la ligne 1.", "", "la ligne 2.", "la ligne 3.", "", "la ligne 6."]


def test_key_lines_are_those_that_the_delays_and_the_law_look_at() -> None:
    found = lines(
        aware("2026-11-24T09:00+01:00"), step("photo"), step("complaint", receipt="PV 118"), step("cnil", "personne"),
        step("cnil", receipt="2026-7"), decide("cnil", "yes"), (Kind.NOTE, {"text": "x", "quoted": True}),
        (Kind.CLOSED, {"false_alarm": False}),
    )  # fmt: skip
    assert [line.key for line in found] == [True, True, False, True, False, True, True, False, True]
    assert plain(found[3]).endswith("c'est fait. Récépissé : PV 118.")


def test_a_step_is_told_in_the_words_of_the_playbook_of_its_time() -> None:
    found = lines(step("photo"), (Kind.PLAYBOOK, {"playbook": "paper", "reason": ""}), step("pads", "inconnu"))
    assert plain(found[1]) == "Photographier l'écran, noter l'heure : c'est fait."
    assert plain(found[3]).endswith(": on ne sait pas.")


def test_the_severity_is_told_with_its_level() -> None:
    inputs = {"category": "record", "ease": 1, "c": 0, "i": 0, "a": 0, "m": 0.5}
    assert plain(lines((Kind.SEVERITY, inputs))[1]) == "Gravité estimée : 4,5 sur 6, très élevée."
    assert plain(lines((Kind.SEVERITY, {"category": "?"}))[1]) == "Gravité estimée."


@pytest.mark.parametrize("kind", list(Kind))
def test_an_event_without_its_facts_still_has_a_sentence(kind: Kind) -> None:
    line = chronology([Event(1, kind, NOW, "system", "Hygie", {})])[0]
    assert isinstance(line.text, str)
    assert "None" not in line.text


def test_a_wrong_time_or_an_unknown_name_is_said_so() -> None:
    found = chronology([event(1, Kind.OPENED, playbook="autre", known_at="hier")])[0]
    assert plain(found) == "Incident ouvert : marche à suivre inconnue. Connu à une heure inconnue."


def test_lines_follow_ranks_even_when_the_clock_goes_back() -> None:
    events = [opened(), event(2, Kind.THEFT, NOW - timedelta(days=2), stolen=True)]
    assert [line.at for line in chronology(events)] == [NOW, NOW - timedelta(days=2)]
