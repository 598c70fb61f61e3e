"""The ten questions of the first visit, and what their loader refuses."""

from pathlib import Path

import pytest

from hygie.core.finding import Owner
from hygie.reference.catalogue import catalogue
from hygie.reference.errors import BrokenReference
from hygie.reference.first_run import COUNT, UNKNOWN, first_run, load_first_run

SHIPPED = Path(__file__).parents[2] / "src/hygie/reference/first_run.toml"
DESIGN = (
    "Combien de personnes utilisent un ordinateur ici ?",
    "Qui s'occupe de vos ordinateurs ?",
    "Où est votre dossier patient : ici, ou chez l'éditeur ?",
    "Où prenez-vous les rendez-vous ?",
    "Copiez-vous vos données sur un disque que vous débranchez ensuite ?",
    "Votre messagerie demande-t-elle un code en plus du mot de passe ?",
    "Chacun a-t-il sa propre carte (CPS, CPE) ?",
    "Par quelle messagerie partent les résultats ?",
    "Avez-vous un laboratoire ou un centre de radiothérapie ?",
    "Quel numéro d'assistance figure sur votre contrat ?",
)
# What each choice says, word for word, of an existing check: a change of either must be read again.
MEANT = {
    ("people", "alone"): {
        "cps-own-card": "not_applicable", "cps-locum": "not_applicable", "gdpr-impact-assessment": "not_applicable"
    },
    ("it", "self"): {"access-provider-contract": "not_applicable"},
    ("it", "nobody"): {"access-provider-contract": "not_applicable"},
    ("record", "here"): {"passwords-mfa-record": "not_applicable"},
    ("record", "paper"): {"passwords-mfa-record": "not_applicable", "backup-record-export": "not_applicable"},
    ("agenda", "software"): {"passwords-mfa-booking": "not_applicable"},
    ("agenda", "paper"): {"passwords-mfa-booking": "not_applicable"},
    ("backup", "unplugged"): {"backup-offline": "yes"},
    ("backup", "plugged"): {"backup-offline": "no"},
    ("backup", "elsewhere"): {"backup-offline": "no"},
    ("backup", "none"): {"backup-offline": "no", "backup-two-media": "no"},
    ("mailbox", "all"): {"passwords-mfa-mailbox": "yes"},
    ("mailbox", "some"): {"passwords-mfa-mailbox": "no"},
    ("mailbox", "none"): {"passwords-mfa-mailbox": "no"},
    ("cards", "everyone"): {"cps-personal": "yes", "cps-own-card": "yes"},
    ("cards", "no_secretary"): {"cps-personal": "yes", "cps-own-card": "not_applicable"},
    ("cards", "missing"): {"cps-own-card": "no"},
    ("cards", "shared"): {"cps-personal": "no"},
    ("results", "mssante"): {"messaging-mssante-used": "yes"},
    ("results", "sometimes"): {"messaging-mssante-used": "no"},
    ("results", "ordinary"): {"messaging-mssante-used": "no"},
}  # fmt: skip


def test_the_ten_questions_are_those_of_the_design_in_their_order() -> None:
    assert tuple(question.question for question in first_run()) == DESIGN
    assert len(first_run()) == COUNT == 10


def test_a_choice_sets_only_what_it_says_exactly() -> None:
    found = {(question.id, choice.id): dict(choice.sets) for question in first_run() for choice in question.choice}
    assert {key: sets for key, sets in found.items() if sets} == MEANT


def test_what_is_not_concerned_is_so_by_the_words_of_the_check_itself() -> None:
    helped = {"cps-own-card", "cps-locum", "gdpr-impact-assessment", "passwords-mfa-record", "passwords-mfa-booking"}
    for check_id in helped:
        assert "non concerné" in (catalogue().checks[check_id].help or "")


def test_no_choice_gives_a_good_answer_to_a_check_that_asks_for_a_proof() -> None:
    for question in first_run():
        for choice in question.choice:
            good = [check_id for check_id, answer in choice.sets.items() if answer == "yes"]
            assert all(catalogue().checks[check_id].answer == "declared" for check_id in good)


def test_the_whole_visit_takes_about_four_minutes() -> None:
    assert 180 <= sum(question.seconds for question in first_run()) <= 300


def test_every_question_is_short_and_says_why_and_whom_to_ask() -> None:
    for question in first_run():
        assert len(question.question) <= 90
        assert question.question.endswith((" ?", ") ?"))
        assert question.why.endswith(".")
        assert "!" not in question.why + question.question
        assert question.ask in Owner


def test_unknown_sets_nothing_and_is_no_choice_of_the_file() -> None:
    for question in first_run():
        assert question.sets(UNKNOWN) == {}
        assert question.chosen(UNKNOWN) is None
        assert question.sets("n'existe pas") == {}


def test_a_law_is_told_with_its_source() -> None:
    (declaring,) = [question for question in first_run() if "L1111" in question.why]
    assert declaring.source in catalogue().sources


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "it"', 'id = "people"', "même identifiant"),
        ('id = "nobody"', 'id = "self"', "même identifiant"),
        ('id = "nobody"', 'id = "unknown"', "tout seul"),
        ("backup-offline", "backup-elsewhere", "pas une question du catalogue"),
        ("backup-offline", "access-antivirus", "pas une question du catalogue"),
        ('source = "training-cert-sante"', 'source = "nowhere"', "n'existe pas"),
        ('ask = "insurer"', 'ask = "patient"', "valeur inattendue"),
        ("seconds = 45", "seconds = 4500", "valeur inattendue"),
        ('fields = ["insurer", "contract"]', 'fields = ["patient"]', "valeur inattendue"),
        ('"yes"', '"maybe"', "valeur inattendue"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    broken = tmp_path / "first_run.toml"
    broken.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BrokenReference, match=reason):
        load_first_run(broken)


def test_nine_questions_are_not_ten(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    broken = tmp_path / "first_run.toml"
    broken.write_text(text[: text.rindex("[[question]]")], "utf-8")
    with pytest.raises(BrokenReference):
        load_first_run(broken)
