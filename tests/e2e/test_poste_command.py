"""`hygie poste` from the outside, with the reference server: a workstation's life from its code to its departure."""

import json
import os
import pty
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import HYGIE, hygie
from tests.fleetlink.server import Practice, make_certificate, serving, status
from tests.namespaces import own_mounts


@pytest.fixture
def practice() -> Practice:
    return Practice(name="Cabinet de l'Écluse")


@pytest.fixture
def url(practice: Practice, tmp_path: Path) -> Iterator[str]:
    with serving(practice, make_certificate(tmp_path)) as address:
        yield address


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def joined(practice: Practice, url: str, home: Path) -> Path:
    done = poste(home, "rejoindre", url, practice.show_code(), "--name", "Accueil")
    assert done.returncode == 0, done.stderr
    return home


def poste(home: Path, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
    return hygie("poste", verb, *words, "--practice", home)


def error(done: subprocess.CompletedProcess[str], code: int, name: str) -> None:
    """The JSON error object of the contract, and nothing on standard output."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    told = json.loads(done.stderr)["error"]
    assert told["code"] == name
    assert told["message"]
    assert told["next_step"]


def in_french(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2, done.stderr
    return done.stderr


def test_a_workstation_s_life(practice: Practice, url: str, home: Path) -> None:
    done = poste(home, "rejoindre", url, practice.show_code(), "--name", "Accueil")
    assert done.returncode == 0, done.stderr
    assert "« Accueil »" in done.stdout.replace("\u00a0", " ")
    assert "Cabinet de l’Écluse" in done.stdout

    done = poste(home, "envoyer", "--strict")
    assert done.returncode == 0, done.stderr
    kinds = [message.kind for message in practice.stored.values()]
    assert sorted(kinds) == ["checkup", "heartbeat"]

    done = poste(home, "etat", "--format", "json", "--strict")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == "hygie.workstation/1"
    assert (told["practice"], told["name"], told["url"]) == ("Cabinet de l'Écluse", "Accueil", url)
    assert (told["pending"], told["refused"], told["dropped"], told["clock_offset"]) == ({}, 0, {}, 0)
    assert told["last_success_at"] is not None
    assert told["revoked_at"] is None

    done = poste(home, "quitter")
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []
    in_french(poste(home, "etat"), 4)


def test_the_check_up_that_arrives_is_the_contract_s(joined: Path, practice: Practice) -> None:
    from jsonschema import Draft202012Validator

    from hygie.checkup.combine import read_report
    from hygie.reference.catalogue import catalogue
    from tests.e2e.test_bilan_command import SCHEMA

    done = poste(joined, "envoyer", "--format", "json")
    assert json.loads(done.stdout) == {"event": "sent", "state": "done", "stored": 2, "refused": 0, "pending": 0}
    (body,) = [bytes(message.body) for message in practice.stored.values() if message.kind == "checkup"]
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(body))
    assert len(read_report(body, catalogue(), "linux").told) >= 40


def test_no_file_name_leaves_the_computer(joined: Path, practice: Practice, tmp_path: Path) -> None:
    """A person of this machine has files with telling names: the check-up counts them and sends none of the names."""
    person, passwd = tmp_path / "person", tmp_path / "passwd"
    for folder in ("Bureau", "Téléchargements"):
        (person / folder).mkdir(parents=True)
        (person / folder / "Ordonnance Durandeau Zoé.pdf").write_bytes(b"%PDF-1.4")
        (person / folder / "mots de passe Durandeau.xlsx").write_bytes(b"PK")
    passwd.write_text(Path("/etc/passwd").read_text() + f"zoe:x:1500:1500::{person}:/bin/bash\n")
    covered = (*own_mounts(), "sh", "-ec", 'mount --bind "$0" /etc/passwd; exec "$@"', os.fspath(passwd))
    done = hygie("poste", "envoyer", "--practice", joined, prefix=covered)
    assert done.returncode == 0, done.stderr
    bodies = {message.kind: bytes(message.body) for message in practice.stored.values()}
    assert b"Durandeau" not in b"".join(bodies.values())
    findings = [one for measure in json.loads(bodies["checkup"])["measures"] for one in measure["findings"]]
    (seen,) = [one for one in findings if one["check_id"] == "passwords-list-file"]
    assert seen["outcome"] == "failed"
    assert seen["evidence"]["files"] == 2, seen["evidence"]


def test_a_wrong_code_is_refused_and_nothing_is_kept(practice: Practice, url: str, home: Path) -> None:
    practice.show_code()
    error(poste(home, "rejoindre", url, "00000-00000", "--format", "json"), 5, "server_unproven")
    assert not practice.devices
    in_french(poste(home, "etat"), 4)


@pytest.mark.parametrize(
    ("address", "code", "exit_code", "name"),
    [
        ("http://192.168.1.2:8642", "7K2QD-MX0R1", 2, "address"),
        ("pas une adresse", "7K2QD-MX0R1", 2, "address"),
        ("https://127.0.0.1:9", "court", 2, "code_unreadable"),
        ("https://127.0.0.1:9", "\udcff" * 10, 2, "code_unreadable"),
        ("https://127.0.0.1:9", "7K2QD-MX0R1", 4, "server_unreachable"),
    ],
)
def test_what_is_typed_wrong_is_said(address: str, code: str, exit_code: int, name: str, home: Path) -> None:
    error(poste(home, "rejoindre", address, code, "--format", "json"), exit_code, name)


def test_the_code_may_come_from_standard_input(practice: Practice, url: str, home: Path) -> None:
    command = [*HYGIE, "poste", "rejoindre", url, "-", "--practice", home]
    done = subprocess.run(
        command, input=f"{practice.show_code()}\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(practice.devices) == 1


def test_without_a_terminal_nothing_prompts(url: str, home: Path) -> None:
    command = [*HYGIE, "poste", "rejoindre", url, "--practice", home]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert "Il manque le code." in in_french(done, 2)


def test_at_a_terminal_the_code_is_asked_for(practice: Practice, url: str, home: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*HYGIE, "poste", "rejoindre", url, "--practice", home]
    child = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.write(ours, f"{practice.show_code()}\n".encode())
    out, err = child.communicate(timeout=60)
    os.close(ours)
    assert child.returncode == 0, err
    assert "Code affiché par le serveur" in err
    assert "Cabinet" in out


def test_an_absent_server_is_no_failure_and_loses_nothing(practice: Practice, tmp_path: Path, home: Path) -> None:
    certificate = make_certificate(tmp_path)
    with serving(practice, certificate) as url:
        assert poste(home, "rejoindre", url, practice.show_code()).returncode == 0
    done = poste(home, "envoyer", "--file-only", "--format", "json")
    assert json.loads(done.stdout) == {"event": "sent", "state": "queued", "stored": 0, "refused": 0, "pending": 2}
    practice.faults = [status(429, Retry_After="3600")]
    with serving(practice, certificate, port=int(url.rsplit(":", 1)[1])):
        done = poste(home, "envoyer", "--strict")
        assert done.returncode == 1, done.stderr
        assert "rien n’est perdu" in done.stdout
        told = poste(home, "etat")
        assert "1 bilan" in told.stdout.replace("\u00a0", " ")
        in_french(poste(home, "quitter"), 5)
        assert poste(home, "quitter", "--discard").returncode == 0


def test_a_server_that_is_off_is_said_in_a_bounded_time(practice: Practice, tmp_path: Path, home: Path) -> None:
    with serving(practice, make_certificate(tmp_path)) as url:
        assert poste(home, "rejoindre", url, practice.show_code()).returncode == 0
    start = time.monotonic()
    done = poste(home, "envoyer", "--no-files")
    assert done.returncode == 0, done.stderr
    assert "ne répond pas" in done.stdout
    assert time.monotonic() - start < 60


def test_a_removed_computer_is_told(joined: Path, practice: Practice) -> None:
    next(iter(practice.devices.values())).revoked = True
    error(poste(joined, "envoyer", "--format", "json"), 5, "revoked")
    asked = len(practice.requests)
    error(poste(joined, "envoyer", "--format", "json"), 5, "revoked")
    assert len(practice.requests) == asked
    told = poste(joined, "etat", "--strict")
    assert told.returncode == 1
    assert "Le cabinet a retiré ce poste" in told.stdout
    assert poste(joined, "quitter").returncode == 0


@pytest.mark.parametrize("verb", ["envoyer", "etat", "quitter"])
def test_a_computer_of_no_practice(verb: str, home: Path) -> None:
    error(poste(home, verb, "--format", "json"), 4, "not_joined")
    assert not home.exists()


@pytest.mark.parametrize("verb", ["envoyer", "etat", "quitter", "rejoindre"])
def test_damaged_files_are_said_and_kept(verb: str, joined: Path, practice: Practice, url: str) -> None:
    (joined / "poste.json").write_bytes(b"\0" * 50)
    words = (url, practice.show_code()) if verb == "rejoindre" else ()
    error(poste(joined, verb, *words, "--format", "json"), 3, "link_unreadable")
    assert (joined / "poste.json").read_bytes() == b"\0" * 50


def test_each_verb_has_its_french_help() -> None:
    done = hygie("poste", "--help")
    assert done.returncode == 0
    assert "Commandes :" in done.stdout
    for verb in ("rejoindre", "envoyer", "etat", "quitter"):
        assert verb in done.stdout
        told = hygie("poste", verb, "--help")
        assert told.returncode == 0
        assert f"Usage : hygie poste {verb}" in told.stdout
