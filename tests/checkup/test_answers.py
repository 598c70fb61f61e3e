"""What people say: read from JSON or TOML, judged by its age and its proof, and never better than it is."""

import json
import os
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.checkup.answers import Answer, Answers, judge_answer, questions_form, read_answers, running_waiver
from hygie.checkup.errors import UnreadableAnswers
from hygie.core.finding import Origin, Outcome, Waiver
from tests.checkup.build import ASKED, CHECKS, NOW, TODAY, yes

DECLARED = CHECKS["cps-personal"]
PROVED = CHECKS["backup-restore-tested"]
HEAD = 'schema = "hygie.answers/1"\n'
PATIENT = "Mme Dupont"


def read(folder: Path, content: str | bytes, name: str = "reponses.toml") -> Answers:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_answers(path, CHECKS)


def refused(folder: Path, content: str | bytes) -> UnreadableAnswers:
    with pytest.raises(UnreadableAnswers) as caught:
        read(folder, content)
    error = caught.value
    assert error.exit_code == 3
    assert error.sentence.startswith("Le fichier de réponses ")
    assert error.sentence.endswith(".")
    assert "\n" not in error.sentence
    assert len(error.sentence) < 250
    assert error.next_step.endswith(".")
    return error


def told(answer: Answer) -> Answers:
    return Answers({answer.check_id: answer})


def row(**fields: str) -> str:
    return HEAD + "[[answers]]\n" + "".join(f"{key} = {value}\n" for key, value in fields.items())


# ------------------------------------------------------------------ reading

WHOLE = {
    "schema": "hygie.answers/1",
    "practice": "Cabinet des Lilas",
    "insurer_contract": "AB 12",
    "phones": {"Informatique": "01 02 03 04 05"},
    "answers": [
        {"check_id": "cps-personal", "answer": "yes", "answered_on": "2026-11-20", "note": "vu avec l'équipe"},
        {"check_id": "cps-expiry", "answer": "waiting", "waiting_for": "l'ANS", "expected_on": "2026-12-01"},
    ],
    "exceptions": [{"check_id": "access-autorun", "reason": "Le scanner l'exige.", "until": "2027-01-31"}],
}


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    as_toml = HEAD + (
        'practice = "Cabinet des Lilas"\ninsurer_contract = "AB 12"\n[phones]\nInformatique = "01 02 03 04 05"\n'
        '[[answers]]\ncheck_id = "cps-personal"\nanswer = "yes"\nanswered_on = 2026-11-20\nnote = "vu avec l\'équipe"\n'
        '[[answers]]\ncheck_id = "cps-expiry"\nanswer = "waiting"\nwaiting_for = "l\'ANS"\nexpected_on = "2026-12-01"\n'
        '[[exceptions]]\ncheck_id = "access-autorun"\nreason = "Le scanner l\'exige."\nuntil = 2027-01-31\n'
    )
    from_json = read(tmp_path, json.dumps(WHOLE), "reponses.json")
    assert from_json == read(tmp_path, as_toml)
    assert from_json.practice == "Cabinet des Lilas"
    assert from_json.phones == {"Informatique": "01 02 03 04 05"}
    assert from_json.by_check["cps-personal"].answered_on == date(2026, 11, 20)
    assert from_json.waivers == {"access-autorun": Waiver("Le scanner l'exige.", date(2027, 1, 31))}


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\r\n", b"  \n"])
def test_a_byte_order_mark_and_leading_blanks_are_forgiven(tmp_path: Path, mark: bytes) -> None:
    for content in (HEAD, json.dumps({"schema": "hygie.answers/1"})):
        assert read(tmp_path, mark + content.encode()) == Answers()


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    content = row(check_id='"cps-personal"', answer='"yes"').replace("\n", "\r\n")
    assert read(tmp_path, content).by_check["cps-personal"].answer == "yes"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", ""),
        ("{}", ""),
        ('schema = "hygie.answers/2"', "$.schema"),
        ('{"schema": "hygie.checkup/1"}', "$.schema"),
        (HEAD + "surprise = 1", ""),
        (row(check_id='"cps-personal"'), "$.answers[0]"),
        (row(answer='"yes"'), "$.answers[0]"),
        (row(check_id='"cps-personal"', answer='"oui"'), "$.answers[0].answer"),
        (row(check_id='"cps-personal"', answer="true"), "$.answers[0].answer"),
        (row(check_id='"cps-personal"', answer='"yes"', answered_on='"hier"'), "$.answers[0].answered_on"),
        (row(check_id='"cps-personal"', answer='"yes"', answered_on="2026-02-30"), "à la ligne 5"),
        (row(check_id='"cps-personal"', answer='"yes"', patient=f'"{PATIENT}"'), "$.answers[0]"),
        (row(check_id='"cps-personal"', answer='"yes"', note=f'"{"x" * 501}"'), "$.answers[0].note"),
        (HEAD + "practice = nan", "$.practice"),
        (HEAD + "practice = \n", "à la ligne 2"),
        (HEAD + "practice = ", "à la fin du fichier"),
        (HEAD + 'practice = "', "à la fin du fichier"),
        ('{"schema": NaN}', "à l'octet"),
        ('{"schema": "hygie.answers/1"} x', "à l'octet"),
        ('{"schema": "hygie.answers/1"', "à la fin du fichier"),
        (HEAD + '[[exceptions]]\ncheck_id = "cps-personal"\nreason = ""\nuntil = 2027-01-01', "$.exceptions[0].reason"),
        (HEAD + '[[exceptions]]\ncheck_id = "cps-personal"\nreason = "abc"\nuntil = "jamais"', "$.exceptions[0].until"),
        (HEAD + '[[exceptions]]\ncheck_id = "cps-personal"\nreason = "assez long"', "$.exceptions[0]"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_where_it_is_wrong(tmp_path: Path, content: str, where: str) -> None:
    error = refused(tmp_path, content)
    assert where in error.sentence
    assert "n'a pas la forme attendue" in error.sentence
    assert PATIENT not in error.sentence


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "x = " + "9" * 5_000,
        HEAD + "x = " + "[" * 100_000,
        HEAD + "x = " + "{a = " * 20_000,
        HEAD + ".".join("a" * 20_000) + " = 1",
        '{"schema":' + "[" * 100_000,
        '{"a":' * 100_000,
        '{"schema": ' + "9" * 100_000 + "}",
        "\x00" * 100,
        '{"practice": "\x00"}',
        HEAD + 'practice = "\x00"',
        b"\xff\xfes\x00c\x00",
        HEAD.encode("utf-16"),
        HEAD.encode() + b'practice = "\xe9"',
        b"\x80" * 1000,
        b"PK\x03\x04" + b"\x00" * 5000,
        "%PDF-1.7",
        "<html></html>",
        "[1, 2]",
        "\x1b[31mrouge",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_hostile_content_is_refused_in_one_sentence(tmp_path: Path, content: str | bytes) -> None:
    refused(tmp_path, content)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEAD + text).encode("utf-8", "replace")))
def test_no_content_makes_anything_but_answers_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "hasard.toml"
    path.write_bytes(content)
    try:
        told = read_answers(path, CHECKS)
    except UnreadableAnswers:
        return
    assert isinstance(told, Answers)


def test_a_key_of_a_thousand_dots_is_refused_at_its_line_without_waiting(tmp_path: Path) -> None:
    for key in (".".join("a" * 400_000), "x = {" + ".".join("a" * 400_000), "[" + ".".join("a" * 400_000) + "]"):
        assert "à la ligne 2" in refused(tmp_path, f"{HEAD}{key} = 1\n").sentence


def test_the_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    assert "à la ligne 2" in refused(tmp_path, HEAD.encode() + b"# caf\xe9").sentence


def test_a_file_of_more_than_eight_megabytes_is_refused(tmp_path: Path) -> None:
    assert "huit mégaoctets" in refused(tmp_path, HEAD + "#" * (8 * 1024 * 1024)).sentence
    assert read(tmp_path, HEAD + "#" * 1_000_000) == Answers()


def test_a_folder_a_pipe_and_a_missing_file_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tuyau")
    (tmp_path / "dossier").mkdir()
    for name, part in (("tuyau", "fichier ordinaire"), ("dossier", "fichier ordinaire"), ("absent", "ne s'ouvre pas")):
        with pytest.raises(UnreadableAnswers, match=part):
            read_answers(tmp_path / name, CHECKS)
    with pytest.raises(UnreadableAnswers, match="fichier ordinaire"):
        read_answers(Path("/dev/zero"), CHECKS)


@pytest.mark.parametrize("table", ["answers", "exceptions"])
def test_a_check_that_does_not_exist_is_refused_by_name(tmp_path: Path, table: str) -> None:
    rest = 'answer = "yes"' if table == "answers" else 'reason = "assez long"\nuntil = 2027-01-01'
    error = refused(tmp_path, f'{HEAD}[[{table}]]\ncheck_id = "cps-inconnu"\n{rest}\n')
    assert "« cps-inconnu », qui n'existe pas" in error.sentence
    assert "--questions" in error.next_step


def test_two_answers_to_one_question_are_refused_because_nobody_knows_which_holds(tmp_path: Path) -> None:
    both = [{"check_id": "cps-personal", "answer": answer} for answer in ("no", "yes")]
    error = refused(tmp_path, json.dumps({"schema": "hygie.answers/1", "answers": both}))
    assert "deux réponses à « cps-personal »" in error.sentence
    twice = WHOLE["exceptions"] * 2  # type: ignore[operator]
    assert "deux exceptions" in refused(tmp_path, json.dumps({**WHOLE, "exceptions": twice})).sentence


# ------------------------------------------------------------------ judging


@pytest.mark.parametrize(
    ("answer", "outcome", "origin", "sentence"),
    [
        ("yes", Outcome.PASSED, Origin.DECLARED,
         "Chaque carte CPS sert à son seul titulaire (répondu le 24 novembre 2026)."),
        ("no", Outcome.FAILED, Origin.DECLARED, "Le cabinet a répondu non le 24 novembre 2026."),
        ("unknown", Outcome.UNKNOWN, Origin.UNKNOWN, "Personne n'a encore répondu à cette question."),
        ("not_applicable", Outcome.NOT_APPLICABLE, Origin.DECLARED,
         "Le cabinet a répondu que cela ne le concerne pas le 24 novembre 2026."),
        ("waiting", Outcome.WAITING, Origin.DECLARED, "En attente d'une réponse."),
    ],
)  # fmt: skip
def test_each_answer_has_its_outcome_and_its_sentence(
    answer: str, outcome: Outcome, origin: Origin, sentence: str
) -> None:
    judged, how = judge_answer(DECLARED, told(Answer(DECLARED.id, answer, TODAY)), NOW)  # type: ignore[arg-type]
    assert (judged.outcome, how, judged.summary) == (outcome, origin, sentence)


def test_no_answer_is_unknown() -> None:
    judged, how = judge_answer(DECLARED, Answers(), NOW)
    assert (judged.outcome, how) == (Outcome.UNKNOWN, Origin.UNKNOWN)


@pytest.mark.parametrize("check", ASKED, ids=lambda check: check.id)
def test_every_question_can_be_answered_in_every_way(check: object) -> None:
    entry = CHECKS[getattr(check, "id", "")]
    for answer in ("yes", "no", "unknown", "not_applicable", "waiting"):
        judged, how = judge_answer(entry, told(yes(entry, answer=answer)), NOW)
        assert judged.summary.endswith(".")
        assert (how is Origin.UNKNOWN) == (judged.outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "En attente d'une réponse."),
        ({"waiting_for": "Orange"}, "En attente d'une réponse (Orange)."),
        ({"expected_on": date(2026, 12, 1)}, "En attente d'une réponse, prévue le 1er décembre 2026."),
        (
            {"waiting_for": "Orange", "expected_on": TODAY},
            "En attente d'une réponse (Orange), prévue le 24 novembre 2026.",
        ),
    ],
)
def test_a_wait_says_of_whom_and_until_when(fields: dict[str, object], sentence: str) -> None:
    judged, _ = judge_answer(DECLARED, told(yes(DECLARED, answer="waiting", **fields)), NOW)
    assert (judged.outcome, judged.summary) == (Outcome.WAITING, sentence)


def test_a_wait_past_its_date_is_unknown_again() -> None:
    late = yes(DECLARED, answer="waiting", expected_on=TODAY - timedelta(days=1))
    judged, how = judge_answer(DECLARED, told(late), NOW)
    assert (judged.outcome, how) == (Outcome.UNKNOWN, Origin.UNKNOWN)
    assert judged.summary == "La réponse attendue le 23 novembre 2026 n'est pas venue : relancez."


def test_a_date_of_expectation_concerns_only_a_wait() -> None:
    answer = yes(DECLARED, expected_on=TODAY - timedelta(days=1))
    assert judge_answer(DECLARED, told(answer), NOW)[0].outcome is Outcome.PASSED


@pytest.mark.parametrize("answer", ["yes", "no", "not_applicable", "waiting"])
@pytest.mark.parametrize(("extra_days", "stale"), [(0, False), (1, True), (4000, True)])
def test_an_answer_older_than_its_validity_is_unknown_whatever_it_said(
    answer: str, extra_days: int, *, stale: bool
) -> None:
    assert DECLARED.validity_days is not None
    given_on = TODAY - timedelta(days=DECLARED.validity_days + extra_days)
    judged, _ = judge_answer(DECLARED, told(yes(DECLARED, answer=answer, answered_on=given_on)), NOW)
    assert (judged.outcome is Outcome.UNKNOWN) is stale
    assert not stale or "à redonner" in judged.summary


@pytest.mark.parametrize(("ahead", "believed"), [(0, True), (1, True), (2, False), (900, False)])
def test_an_answer_from_the_future_is_not_believed_beyond_a_day(ahead: int, *, believed: bool) -> None:
    judged, _ = judge_answer(DECLARED, told(yes(DECLARED, answered_on=TODAY + timedelta(days=ahead))), NOW)
    assert (judged.outcome is Outcome.PASSED) is believed
    assert believed or judged.summary == "La réponse porte une date à venir."


def test_an_undated_answer_is_read_without_a_date() -> None:
    judged, _ = judge_answer(DECLARED, told(yes(DECLARED, answered_on=None)), NOW)
    assert judged.summary == "Chaque carte CPS sert à son seul titulaire."
    assert judge_answer(DECLARED, told(Answer(DECLARED.id, "no")), NOW)[0].summary == "Le cabinet a répondu non."


def test_a_proof_is_required_where_the_check_says_so() -> None:
    without, how = judge_answer(PROVED, told(yes(PROVED, proof="")), NOW)
    assert (without.outcome, how) == (Outcome.UNKNOWN, Origin.UNKNOWN)
    assert "aucune preuve" in without.summary
    assert judge_answer(PROVED, told(yes(PROVED)), NOW)[1] is Origin.PROVED


def test_a_proof_makes_any_good_answer_proved_and_no_bad_one() -> None:
    assert judge_answer(DECLARED, told(yes(DECLARED)), NOW)[1] is Origin.PROVED
    assert judge_answer(DECLARED, told(yes(DECLARED, proof="")), NOW)[1] is Origin.DECLARED
    assert judge_answer(PROVED, told(yes(PROVED, answer="no")), NOW)[1] is Origin.DECLARED


# ------------------------------------------------------------------ exceptions


@pytest.mark.parametrize(
    ("until", "runs"), [(TODAY + timedelta(days=1), True), (TODAY, True), (TODAY - timedelta(days=1), False)]
)
def test_an_exception_ends_by_itself(until: date, *, runs: bool) -> None:
    waiver = Waiver("Le scanner l'exige.", until)
    told_so = Answers(waivers={"access-autorun": waiver})
    assert running_waiver(told_so, "access-autorun", Outcome.FAILED, NOW) == (waiver if runs else None)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.FAILED])
def test_an_exception_covers_a_failure_and_nothing_else_least_of_all_the_unknown(outcome: Outcome) -> None:
    told_so = Answers(waivers={"access-autorun": Waiver("Le scanner l'exige.", date(2099, 1, 1))})
    assert running_waiver(told_so, "access-autorun", outcome, NOW) is None
    assert running_waiver(told_so, "access-proxy", Outcome.FAILED, NOW) is None


def test_an_exception_ends_with_the_day_of_the_practice_not_of_greenwich() -> None:
    told_so = Answers(waivers={"access-autorun": Waiver("Le scanner l'exige.", TODAY)})
    past_midnight = datetime(2026, 11, 25, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert past_midnight.astimezone(UTC).date() == TODAY
    assert running_waiver(told_so, "access-autorun", Outcome.FAILED, past_midnight) is None


# ------------------------------------------------------------------ the form


def test_the_form_is_read_back_with_every_question_unknown(tmp_path: Path) -> None:
    form = questions_form(CHECKS, TODAY)
    back = read(tmp_path, form)
    assert list(back.by_check) == [check.id for check in ASKED]
    assert {answer.answer for answer in back.by_check.values()} == {"unknown"}
    assert {answer.answered_on for answer in back.by_check.values()} == {TODAY}
    assert not back.waivers
    assert tomllib.loads(form)["schema"] == "hygie.answers/1"


def test_the_form_asks_each_question_with_its_help_above_its_answer() -> None:
    form = questions_form(CHECKS, TODAY)
    for check in ASKED:
        assert f'# {check.question}\n# {check.help}\n[[answers]]\ncheck_id = "{check.id}"\n' in form
        assert check.proof is None or f'proof = ""   # {check.proof}' in form


def test_a_form_filled_with_yes_and_proofs_puts_every_question_in_order(tmp_path: Path) -> None:
    form = questions_form(CHECKS, TODAY).replace('answer = "unknown"', 'answer = "yes"')
    back = read(tmp_path, form.replace('proof = ""', 'proof = "contrat"'))
    assert {judge_answer(check, back, NOW)[0].outcome for check in ASKED} == {Outcome.PASSED}
