"""`hygie bilan` from the outside: forms, exit codes, and what it never does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.e2e.command import HYGIE, REPO, bare, hygie

SCHEMA = REPO / "src/hygie/documents/schema/checkup-1.schema.json"
MEASURES = ("access", "cps", "passwords", "backup", "messaging", "gdpr", "training")


@pytest.fixture(scope="module")
def checkup() -> dict[str, object]:
    done = hygie("bilan", "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def findings(checkup: dict[str, object]) -> list[dict[str, object]]:
    return [finding for measure in checkup["measures"] for finding in measure["findings"]]


def test_the_json_validates_against_the_committed_schema(checkup: dict[str, object]) -> None:
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(checkup)


def test_at_least_eighty_findings_fifty_probes_and_forty_measured_here(checkup: dict[str, object]) -> None:
    from hygie.checkup.registry import measured_checks

    everything = findings(checkup)
    assert len(everything) >= 80
    assert len(measured_checks()) >= 50
    assert sum(1 for finding in everything if finding["origin"] == "measured") >= 40


def test_every_finding_says_why_who_how_long_and_on_what_ground(checkup: dict[str, object]) -> None:
    for finding in findings(checkup):
        assert finding["why"] and finding["steps"] and finding["owner"] and finding["minutes"] > 0, finding["check_id"]
        assert all(source["read_on"] and source["url"].startswith("https://") for source in finding["sources"])
        assert finding["sources"]


def test_seven_measures_in_their_order_and_at_most_six_actions(checkup: dict[str, object]) -> None:
    assert tuple(measure["id"] for measure in checkup["measures"]) == MEASURES
    assert 1 <= len(checkup["actions"]) <= 6
    assert re.fullmatch(r"\d en ordre sur 7", checkup["headline"])


def test_the_text_fits_in_eighty_columns_and_shows_no_score() -> None:
    done = hygie("bilan")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "/100" not in done.stdout
    assert "\033" not in done.stdout, "no colour outside a terminal"


def test_each_finding_of_one_measure_is_shown_within_eighty_columns() -> None:
    done = hygie("bilan", "--measure", "access")
    assert "access-disk-encryption" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "http" not in line) <= 80


def test_only_the_measures_asked_for_are_judged() -> None:
    done = hygie("bilan", "-m", "cps", "-m", "gdpr", "--format", "json")
    assert [measure["id"] for measure in json.loads(done.stdout)["measures"]] == ["cps", "gdpr"]


def test_the_questions_can_be_filled_in_and_given_back(tmp_path: Path) -> None:
    form = tmp_path / "reponses.toml"
    assert hygie("bilan", "--questions", "-o", form).returncode == 0
    form.write_text(form.read_text().replace('answer = "unknown"', 'answer = "yes"', 1))
    done = hygie("bilan", "--answers", form, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "declared" in {finding["origin"] for finding in findings(json.loads(done.stdout))}


def test_two_check_ups_are_compared_in_sentences(tmp_path: Path) -> None:
    earlier, answers = tmp_path / "avant.json", tmp_path / "reponses.toml"
    assert hygie("bilan", "--format", "json", "-o", earlier).returncode == 0
    answers.write_text('schema = "hygie.answers/1"\n[[answers]]\ncheck_id = "cps-personal"\nanswer = "yes"\n')
    done = hygie("bilan", "--answers", answers, "--against", earlier, "--format", "json")
    since = json.loads(done.stdout)["since_last"]
    assert since["better"] == ["cps-personal"]
    assert any("en ordre" in sentence for sentence in since["sentences"])


def test_strict_ends_with_one_when_something_needs_attention() -> None:
    assert hygie("bilan", "--strict").returncode == 1
    assert hygie("bilan").returncode == 0


@pytest.mark.parametrize("form", ["text", "json", "html", "pdf", "csv", "oscal"])
def test_every_form_is_written_whole_to_the_chosen_file(form: str, tmp_path: Path) -> None:
    output = tmp_path / f"bilan.{form}"
    done = hygie("bilan", "--format", form, "-o", output)
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size > 2000
    assert output.stat().st_mode & 0o077 == 0, "a report tells weaknesses: its owner only"
    assert [path.name for path in tmp_path.iterdir()] == [output.name]


def test_file_names_stay_on_the_screen(tmp_path: Path) -> None:
    done = hygie("bilan", "--show-names", "-o", tmp_path / "x")
    assert done.returncode == 5
    assert "nom de patient" in done.stderr
    assert hygie("bilan", "--show-names").returncode == 5, "a pipe is not a screen"


def test_help_costs_little_and_imports_nothing_heavy() -> None:
    program = (
        "import sys, time; from hygie.cli.main import main\n"
        "code = main(['--help'])\n"
        "heavy = {'django', 'rich', 'httpx', 'cryptography', 'msgspec', 'jinja2', 'typst'} & set(sys.modules)\n"
        "print(code, sorted(heavy), time.process_time(), file=sys.stderr)\n"
    )
    done = [
        subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    code, heavy, _ = done[0].stderr.strip().split(" ", 2)
    assert (code, heavy) == ("0", "[]")


def test_nothing_is_written_but_the_chosen_file(tmp_path: Path) -> None:
    output, trace = tmp_path / "bilan.json", tmp_path / "trace"
    opens = "open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,truncate,symlinkat,linkat"
    prefix = ("strace", "-f", "-qq", "-y", "-e", f"trace={opens}", "-o", str(trace))
    assert hygie("bilan", "--format", "json", "-o", output, prefix=prefix).returncode == 0
    written = [
        line for line in trace.read_text(errors="replace").splitlines()
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT|unlink|rename|mkdir|truncate|symlink|link(at)?\(", line) and " = -1 " not in line
    ]  # fmt: skip
    elsewhere = [
        line for line in written if str(tmp_path) not in line and "/dev/null" not in line and "/dev/tty" not in line
    ]
    assert elsewhere == []
    assert written, "the trace saw the chosen file"


def test_it_works_without_any_network_interface_and_asks_for_none(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    prefix = ("unshare", "--net", "strace", "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(trace))
    done = hygie("bilan", "--format", "json", prefix=prefix)
    assert done.returncode == 0, done.stderr
    asked = [line for line in trace.read_text().splitlines() if re.search(r"socket\(AF_INET|sa_family=AF_INET", line)]
    assert asked == []


AS_NOBODY = """
import contextlib, io, os, sys
from hygie.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):  # the interpreter itself may be closed to others: import all first
    main(["bilan", "--format", "json"])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(["bilan", "--format", "json"]))
"""


def test_it_runs_as_an_ordinary_account_and_says_what_it_cannot_see() -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", AS_NOBODY], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    unseen = [
        finding for finding in findings(json.loads(done.stdout)) if "droits d’administrateur" in finding["reason"]
    ]
    assert {"passwords-empty", "access-firewall"} <= {finding["check_id"] for finding in unseen}
    assert {finding["outcome"] for finding in unseen} == {"unknown"}


def test_no_home_and_no_locale_are_no_trouble() -> None:
    done = hygie("bilan", environment=bare())
    assert done.returncode == 0, done.stderr
    assert "en ordre sur 7" in done.stdout


def test_a_terminal_of_another_encoding_gets_plain_letters() -> None:
    done = subprocess.run(
        [*HYGIE, "bilan"], capture_output=True, env=bare(PYTHONIOENCODING="latin-1"), timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("latin-1")
    assert "en ordre sur 7" in text
    assert "À faire" in text
    assert "l'antivirus" in text or "l'ordinateur" in text


def test_a_reader_that_leaves_is_no_trouble() -> None:
    done = subprocess.run(
        f"{' '.join(HYGIE)} bilan -m access | head -1", shell=True, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("Hygie")


def test_version_and_unknown_words_speak_french() -> None:
    assert hygie("--version").stdout.startswith("hygie ")
    for words in (
        ("bilann",),
        ("bilan", "--formt", "x"),
        ("bilan", "--format", "docx"),
        ("bilan", "extra"),
        ("bilan", "-o"),
    ):
        done = hygie(*words)
        assert done.returncode == 2, words
        assert re.search(r"n’existe pas|ne convient pas|mal utilisée|n’a pas été comprise|Il manque", done.stderr), (
            words,
            done.stderr,
        )
        assert "Usage" not in done.stderr or "Error" not in done.stderr


def test_errors_are_objects_when_json_is_asked() -> None:
    done = hygie("bilan", "--format", "json", "--answers", "/nowhere.toml")
    assert done.returncode == 3
    error = json.loads(done.stderr)["error"]
    assert error["code"] == "unreadable_answers"
    assert error["message"] and error["next_step"]


def test_the_doctor_examines_hygie_itself(tmp_path: Path) -> None:
    folder = tmp_path / "données"
    folder.mkdir(mode=0o755)
    os.chmod(folder, 0o755)
    done = hygie("docteur", "--format", "json", "--practice", folder, "--strict")
    points = {point["id"]: point for point in json.loads(done.stdout)["points"]}
    assert points["content"]["state"] == "good"
    assert points["folder"]["state"] == "trouble"
    assert done.returncode == 1
    folder.chmod(0o700)
    assert hygie("docteur", "--practice", folder, "--strict").returncode == 0


def test_a_filled_answers_file_is_never_replaced_by_a_new_form(tmp_path: Path) -> None:
    form = tmp_path / "reponses.toml"
    form.write_text("mes réponses")
    done = hygie("bilan", "--questions", "-o", form)
    assert done.returncode == 5
    assert form.read_text() == "mes réponses"


def test_under_sudo_the_report_belongs_to_the_person_who_asked(tmp_path: Path) -> None:
    output = tmp_path / "bilan.json"
    done = hygie(
        "bilan", "--format", "json", "-o", output, environment={**os.environ, "SUDO_UID": "1234", "SUDO_GID": "1235"}
    )
    assert done.returncode == 0, done.stderr
    assert (output.stat().st_uid, output.stat().st_gid) == (1234, 1235)


def test_the_answers_a_practice_keeps_are_read_by_themselves(tmp_path: Path) -> None:
    kept = {"schema": "hygie.answers/1", "answers": [{"check_id": "cps-personal", "answer": "yes"}]}
    (tmp_path / "answers.json").write_text(json.dumps(kept))
    for done in (
        hygie("bilan", "--practice", tmp_path, "--format", "json"),
        hygie("bilan", "--format", "json", environment={**os.environ, "HYGIE_HOME": str(tmp_path)}),
    ):
        assert done.returncode == 0, done.stderr
        outcomes = {finding["check_id"]: finding["outcome"] for finding in findings(json.loads(done.stdout))}
        assert outcomes["cps-personal"] == "passed"
