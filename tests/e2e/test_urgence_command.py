"""`hygie urgence` from the outside: each sentence of its contract, on real folders, by the real command."""

import json
import re
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hygie.reference.playbooks import IDS, playbooks, steps_of
from tests.e2e.command import HYGIE
from tests.e2e.urgency import CANARY, TIME, clock, plain, refused, told, urgence
from tests.web.faults.serving import environment, installed, served

pytestmark = pytest.mark.sqlite
PARIS = ZoneInfo("Europe/Paris")
CLOCKS = ["complaint", "cnil", "insurer", "patients", "provider"]
MALICIOUS = [name for name in IDS if name not in {"wrong_recipient", "cps_lost", "paper"}]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where many incidents are opened; the first verb makes it."""
    return tmp_path_factory.mktemp("urgence") / "cabinet"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cabinet"


# ------------------------------------------------------------------ ouvrir


@pytest.mark.parametrize("playbook", IDS)
def test_each_playbook_opens_with_its_clocks_and_its_first_step(playbook: str, shared: Path) -> None:
    answer = told(shared, "ouvrir", "--playbook", playbook)
    assert set(answer) == {"schema", "incident", "playbook", "deadlines", "next_step"}
    assert answer["schema"] == "hygie.incident/1"
    assert re.fullmatch(r"\d{4}-\d+", answer["incident"])
    assert answer["playbook"] == playbook
    assert [one["id"] for one in answer["deadlines"]] == CLOCKS
    for one in answer["deadlines"]:
        assert set(one) == {"id", "starts_at", "due_at", "article", "state"}
        running = one["state"] == "running"
        assert one["state"] in {"not_started", "running", "not_applicable"}
        assert bool(one["due_at"]) == bool(one["starts_at"]) == running
        assert not running or all(re.fullmatch(TIME, one[name]) for name in ("starts_at", "due_at"))
        assert one["article"]
    assert clock(answer, "complaint")["state"] == ("running" if playbook in MALICIOUS else "not_applicable")
    assert clock(answer, "cnil")["state"] == "not_started"
    assert clock(answer, "provider")["state"] == ("running" if playbook == "provider_leak" else "not_applicable")
    assert clock(answer, "patients")["state"] == "not_started"
    step = answer["next_step"]
    assert set(step) == {"id", "title", "who", "phone", "minutes"}
    assert step["id"] == steps_of(playbook)[0].id
    assert step["who"] in {"doctor", "secretary", "it_provider", "host", "insurer"}
    assert step["phone"] is None or step["phone"]
    assert step["minutes"] > 0


@pytest.mark.parametrize(
    ("known", "due"),
    [
        ("2026-10-24T22:00+02:00", "2026-10-27T21:00:00+01:00"),  # summer time ends on the 25th
        ("2026-03-28T22:00+01:00", "2026-03-31T23:00:00+02:00"),  # summer time begins on the 29th
        ("2026-03-28T22:00", "2026-03-31T23:00:00+02:00"),  # no offset: Paris
        ("2025-12-24T17:30:00Z", "2025-12-27T18:30:00+01:00"),
        ("2026-03-29T02:30", "2026-04-01T03:30:00+02:00"),  # an hour that does not exist
    ],
)
def test_hours_are_counted_through_a_change_of_hour(known: str, due: str, shared: Path) -> None:
    answer = told(shared, "ouvrir", "--playbook", "ransomware", "--known-at", known, "--aware-at", known)
    assert clock(answer, "complaint")["due_at"] == clock(answer, "cnil")["due_at"] == due
    assert clock(answer, "complaint")["state"] == clock(answer, "cnil")["state"] == "late"


@pytest.mark.parametrize(
    ("playbook", "known", "more", "due"),
    [
        ("ransomware", "2026-07-10T23:30", (), "2026-07-20"),
        ("lost_device", "2026-07-10T08:00", (), "2026-07-15"),
        ("lost_device", "2026-07-10T08:00", ("--lost",), "2026-07-20"),
        ("data_leak", "2026-05-07T12:00", (), "2026-05-18"),
    ],
)
def test_the_insurer_counts_working_days(
    playbook: str, known: str, more: tuple[str, ...], due: str, shared: Path
) -> None:
    answer = told(shared, "ouvrir", "--playbook", playbook, "--known-at", known, *more)
    assert clock(answer, "insurer")["due_at"] == f"{due}T23:59:59+02:00"
    assert clock(answer, "complaint")["state"] == ("not_applicable" if more else "late")


def test_known_at_is_now_by_default_and_the_two_clocks_are_independent(shared: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    answer = told(shared, "ouvrir", "--playbook", "intrusion", "--aware-at", "2026-01-05T09:00")
    complaint, cnil = clock(answer, "complaint"), clock(answer, "cnil")
    assert before <= datetime.fromisoformat(complaint["starts_at"]) <= datetime.now(UTC)
    assert datetime.fromisoformat(complaint["due_at"]) - datetime.fromisoformat(complaint["starts_at"]) == timedelta(
        hours=72
    )
    assert (cnil["starts_at"], cnil["state"]) == ("2026-01-05T09:00:00+01:00", "late")


def test_a_time_too_far_ahead_or_unreadable_exits_2_and_opens_nothing(shared: Path) -> None:
    count = len(told(shared, "liste")["incidents"])
    far = (datetime.now(UTC) + timedelta(hours=25)).isoformat(timespec="seconds")
    for option in ("--known-at", "--aware-at"):
        for text in (
            far,
            "20261124T0820",
            "0001-01-01T00:00",
            "9999-12-31T23:59Z",
        ):
            assert refused(shared, 2, "ouvrir", "--playbook", "phishing", option, text)["code"] == "not_a_time"
    near = (datetime.now(UTC) + timedelta(hours=23)).isoformat(timespec="seconds")
    told(shared, "ouvrir", "--playbook", "phishing", "--known-at", near)
    assert len(told(shared, "liste")["incidents"]) == count + 1


def test_without_playbook_nor_terminal_the_careful_one_is_opened_and_said(home: Path) -> None:
    done = urgence(home, "ouvrir")
    assert done.returncode == 0, done.stderr
    assert "On ne sait pas encore" in done.stdout
    assert told(home, "liste")["incidents"][0]["playbook"] == "intrusion"
    assert playbooks()["intrusion"].isolate


def test_what_is_unknown_exits_2(shared: Path) -> None:
    opened = told(shared, "ouvrir", "--playbook", "paper")["incident"]
    assert refused(shared, 2, "ouvrir", "--playbook", "volcano")["code"] == "unknown_playbook"
    assert refused(shared, 2, "etape", "1999-1", "isolate", "fait")["code"] == "unknown_incident"
    assert refused(shared, 2, "journal", "x" * 5000)["code"] == "unknown_incident"
    assert refused(shared, 2, "etape", opened, "volcano", "fait")["code"] == "unknown_step"
    assert refused(shared, 2, "etape", opened, "cnil", "peut-être")["code"] == "usage"
    assert refused(shared, 2, "etape", opened, "cnil")["code"] == "usage"
    assert refused(shared, 2, "corriger", opened)["code"] == "usage"


# ------------------------------------------------------------------ the folder


def test_every_verb_makes_the_folder_it_needs(tmp_path: Path) -> None:
    for number, words in enumerate((("liste",), ("journal", "2026-1"), ("echeances", "2026-1"), ("clore", "2026-1"))):
        folder = tmp_path / "new" / str(number)
        assert urgence(folder, *words).returncode in (0, 2)
        assert (folder / "hygie.sqlite3").stat().st_size > 100_000
        for path in (folder, *folder.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "under", 3, "ouvrir", "--playbook", "paper")["code"] == "folder_unusable"


def test_lost_keys_are_not_replaced(home: Path) -> None:
    told(home, "ouvrir", "--playbook", "ransomware")
    (home / "keys.json").unlink()
    done = urgence(home, "liste", "--format", "json")
    assert done.returncode == 5, done.stderr
    assert not (home / "keys.json").exists()


@pytest.mark.parametrize("missing", ["django", "pyrage"])
def test_without_the_extra_it_says_which_part_is_missing(missing: str, tmp_path: Path) -> None:
    program = (
        "import sys; from importlib.machinery import PathFinder; whole = PathFinder.find_spec\n"
        f"PathFinder.find_spec = lambda name, *more: None if name == {missing!r} else whole(name, *more)\n"
        f"from hygie.cli.main import main; sys.exit(main(['urgence', 'ouvrir', '--practice', {str(tmp_path / 'c')!r}]))"
    )
    words = [HYGIE[0], "-B", "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert done.returncode == 4, done.stderr
    assert "« web »" in plain(done.stderr) and missing in done.stderr
    assert not (tmp_path / "c").exists()


def test_eight_processes_on_a_folder_that_does_not_exist_open_eight_incidents(home: Path) -> None:
    words = [*HYGIE, "urgence", "ouvrir", "--playbook", "ransomware", "--format", "json", "--practice", str(home)]
    running = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        for _ in range(8)
    ]
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 8, ended
    opened = {json.loads(out)["incident"] for out, _ in ended}
    year = datetime.now(PARIS).year
    assert opened == {f"{year}-{number}" for number in range(1, 9)}
    with sqlite3.connect(home / "hygie.sqlite3") as database:
        assert database.execute("select count(*) from practice_practice").fetchone() == (1,)


def test_eight_processes_add_notes_and_none_is_lost(home: Path) -> None:
    told(home, "ouvrir", "--playbook", "ransomware")
    name = told(home, "liste")["incidents"][0]["incident"]
    words = [*HYGIE, "urgence", "journal", name, "--practice", str(home), "--add"]
    running = [
        subprocess.Popen(
            [*words, f"ligne {number}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
        )
        for number in range(8)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 8, errors
    journal = told(home, "journal", name)
    notes = [one for one in journal["entries"] if one["kind"] == "note"]
    assert {re.search(r"ligne \d", plain(one["text"]))[0] for one in notes} == {
        f"ligne {number}" for number in range(8)
    }  # type: ignore[index]
    assert [one["rank"] for one in journal["entries"]] == list(range(1, 10))
    assert journal["altered"] == []


def test_it_works_beside_a_running_server_and_before_it(home: Path) -> None:
    """Opened from the command line first, the incident belongs to the practice that is set up later."""
    name = told(home, "ouvrir", "--playbook", "ransomware")["incident"]
    with served(home) as server:
        assert told(home, "ouvrir", "--playbook", "provider_leak")["incident"].endswith("-2")
        installed(server)
        assert len(told(home, "liste")["incidents"]) == 2
        assert "ligne du soir" in urgence(home, "journal", name, "--add", "ligne du soir").stdout
    with sqlite3.connect(home / "hygie.sqlite3") as database:
        rows = database.execute("select name from practice_practice").fetchall()
    assert len(rows) == 1
    assert rows != [("Cabinet",)]


# ------------------------------------------------------------------ etape, corriger, clore


def test_an_incident_from_its_opening_to_its_closing(home: Path) -> None:
    """Ransomware: the gate, the receipts, the waivers; then nothing is left and it closes."""
    name = told(home, "ouvrir", "--playbook", "ransomware", "--aware-at", "2026-11-01T08:00")["incident"]
    gate = refused(home, 5, "etape", name, "reinstall", "fait")
    assert gate["code"] == "gate_closed"
    assert "preuves" in gate["message"] and "plainte" in gate["message"]
    assert refused(home, 5, "etape", name, "reinstall", "--waive", "Trop long")["code"] == "not_waivable"
    assert refused(home, 5, "etape", name, "complaint", "fait")["code"] == "receipt_missing"
    still = refused(home, 5, "clore", name)
    assert still["code"] == "still_open"
    assert "preuves" in still["message"]

    answer = told(home, "etape", name, "isolate", "fait")
    assert answer["next_step"]["id"] == "photo"
    answer = told(home, "etape", name, "photo", "inconnu")
    assert answer["next_step"]["id"] == "call_insurer"
    told(home, "etape", name, "call_insurer", "personne")
    told(home, "etape", name, "evidence", "fait")
    answer = told(home, "etape", name, "complaint", "fait", "--receipt", "2026/000123")
    assert clock(answer, "complaint")["state"] == "done"
    assert clock(answer, "complaint")["due_at"]
    answer = told(home, "etape", name, "cnil", "fait", "--receipt", "N-42")
    assert clock(answer, "cnil")["state"] == "done"
    answer = told(home, "etape", name, "declare", "--waive", "Contrat résilié")
    assert clock(answer, "insurer")["state"] == "waived"
    told(home, "etape", name, "reinstall", "fait")

    assert "patients" in refused(home, 5, "clore", name)["message"]
    assert refused(home, 2, "decider", name, "patients", "non")["code"] == "usage"
    answer = told(home, "decider", name, "patients", "non", "--reason", "patients_no_low")
    assert clock(answer, "patients")["state"] == "not_applicable"
    told(home, "clore", name, "--lesson", "Débrancher la copie chaque soir")
    assert refused(home, 5, "etape", name, "photo", "fait")["code"] == "already_closed"
    assert refused(home, 5, "corriger", name, "--lost")["code"] == "already_closed"
    assert refused(home, 5, "collecter", name)["code"] == "already_closed"
    assert told(home, "journal", name, "--add", "Une note après coup")["entries"][-1]["kind"] == "note"
    row = told(home, "liste")["incidents"][0]
    assert row["closed_at"] and not row["false_alarm"]


def test_a_decision_to_tell_the_patients_starts_their_delay(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "data_leak")["incident"]
    reason = refused(shared, 2, "decider", name, "patients", "oui", "--reason", "inconnue")["next_step"]
    known = re.findall(r"patients_yes_\w+", reason)
    answer = told(shared, "decider", name, "patients", "oui", "--reason", known[0])
    assert clock(answer, "patients")["state"] == "running"
    assert clock(answer, "patients")["due_at"]


def test_a_false_alarm_closes_cleanly_and_stays(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "fake_support")["incident"]
    answer = told(shared, "clore", name, "--false-alarm", f"C'était {CANARY}")
    assert {one["state"] for one in answer["deadlines"]} == {"not_applicable"}
    assert all(one["due_at"] is None for one in answer["deadlines"])
    assert answer["next_step"] is None
    row = next(one for one in told(shared, "liste")["incidents"] if one["incident"] == name)
    assert row["false_alarm"] and row["closed_at"]


def test_corrections_move_their_own_clock_and_stay_in_the_journal(shared: Path) -> None:
    first = told(shared, "ouvrir", "--playbook", "lost_device", "--known-at", "2026-07-10T08:00")
    name = first["incident"]
    answer = told(shared, "corriger", name, "--aware-at", "2026-07-11T09:00", "--reason", "Vu samedi")
    assert clock(answer, "cnil")["due_at"] == "2026-07-14T09:00:00+02:00"
    assert clock(answer, "complaint") == clock(first, "complaint")
    answer = told(shared, "corriger", name, "--known-at", "2026-07-09T08:00")
    assert clock(answer, "complaint")["due_at"] == "2026-07-12T08:00:00+02:00"
    assert clock(answer, "cnil")["due_at"] == "2026-07-14T09:00:00+02:00"
    answer = told(shared, "corriger", name, "--lost")
    assert clock(answer, "complaint")["state"] == "not_applicable"
    answer = told(shared, "corriger", name, "--stolen", "--not-aware")
    assert clock(answer, "complaint")["state"] == "late"
    assert clock(answer, "cnil")["state"] == "not_started"
    answer = told(shared, "corriger", name, "--playbook", "intrusion", "--reason", "Quelqu'un est entré")
    assert answer["playbook"] == "intrusion"
    kinds = [one["kind"] for one in told(shared, "journal", name)["entries"]]
    assert kinds == ["opened", "aware", "known", "theft", "aware", "theft", "playbook"] or sorted(kinds) == sorted(
        ["opened", "aware", "known", "theft", "aware", "theft", "playbook"]
    )
    assert refused(shared, 2, "corriger", name, "--aware-at", "2026-07-11T09:00", "--not-aware")["code"] == "usage"


def test_a_step_may_be_named_by_its_number_on_the_screen(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "ransomware")["incident"]
    assert told(shared, "etape", name, "1", "fait")["next_step"]["id"] == "photo"
    assert refused(shared, 2, "etape", name, "13", "fait")["code"] == "unknown_step"


def test_a_correction_that_is_refused_in_part_changes_nothing(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "ransomware")["incident"]
    far = (datetime.now(UTC) + timedelta(hours=25)).isoformat(timespec="seconds")
    why = ("--reason", "Un mail")
    refused(shared, 2, "corriger", name, "--playbook", "phishing", "--known-at", far, *why)
    assert refused(shared, 5, "corriger", name, "--playbook", "phishing")["code"] == "reason_missing"
    assert told(shared, "echeances", name)["playbook"] == "ransomware"
    assert len(told(shared, "journal", name)["entries"]) == 1


# ------------------------------------------------------------------ journal, echeances, text


def test_notes_are_added_corrected_and_bounded(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "phishing")["incident"]
    told(shared, "journal", name, "--add", "Le mail est arrivé à 8 h")
    last = told(shared, "journal", name, "--add", "Non, à 9 h", "--corrects", "2", "--quoted")["entries"][-1]
    assert (last["corrects"], last["quoted"]) == (2, True)
    assert re.fullmatch(TIME, last["at"])
    assert refused(shared, 2, "journal", name, "--add", "x", "--corrects", "99")["code"] == "usage"
    assert refused(shared, 2, "journal", name, "--add", "  ")["code"] == "usage"
    assert refused(shared, 2, "journal", name, "--add", "x" * 4001)["code"] == "usage"
    piped = [*HYGIE, "urgence", "journal", name, "--add", "-", "--practice", str(shared)]
    done = subprocess.run(
        piped, input="Par l'entrée\n", capture_output=True, text=True, check=False, timeout=60, env=environment()
    )
    assert done.returncode == 0 and "Par l’entrée" in plain(done.stdout).replace("'", "’")
    done = subprocess.run(piped, input=b"\xff\xfe", capture_output=True, check=False, timeout=60, env=environment())
    assert done.returncode == 3, done.stderr


def test_the_calendar_has_every_running_delay_with_its_alarms(shared: Path) -> None:
    name = told(shared, "ouvrir", "--playbook", "provider_leak", "--aware-at", "2026-11-23T08:00")["incident"]
    done = urgence(shared, "echeances", name, "--format", "ics")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("BEGIN:VCALENDAR")
    assert done.stdout.count("BEGIN:VEVENT") == 4
    assert done.stdout.count("BEGIN:VALARM") >= 6


def test_strict_says_that_a_delay_is_passed(shared: Path) -> None:
    late = told(shared, "ouvrir", "--playbook", "ransomware", "--known-at", "2026-01-05T08:00")["incident"]
    assert urgence(shared, "echeances", late, "--strict").returncode == 1
    assert urgence(shared, "echeances", late).returncode == 0
