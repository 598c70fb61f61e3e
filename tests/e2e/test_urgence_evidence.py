"""`hygie urgence piece, collecter, examiner, dossier`: evidence, this computer, and the signed folder of papers."""

import io
import json
import os
import re
import signal
import stat
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.e2e.command import HYGIE, hygie
from tests.e2e.urgency import CANARY, refused, told, urgence
from tests.namespaces import own_mounts
from tests.web.faults.serving import environment

pytestmark = pytest.mark.sqlite


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cabinet"


# ------------------------------------------------------------------ piece, collecter, examiner, dossier


def test_each_file_is_taken_or_refused_on_its_own(home: Path, tmp_path: Path) -> None:
    name = told(home, "ouvrir", "--playbook", "ransomware")["incident"]
    photo, fifo, link = tmp_path / f"{CANARY}\n\x1b[31m.jpg", tmp_path / "tube", tmp_path / "lien"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"p" * 5000)
    os.mkfifo(fifo)
    link.symlink_to(photo)
    done = urgence(
        home,
        "piece",
        name,
        photo,
        fifo,
        link,
        tmp_path,
        tmp_path / CANARY,
        "--taken-at",
        "2026-11-20T08:00",
        "--format",
        "json",
    )
    assert done.returncode in (3, 5), done.stderr
    answer = json.loads(done.stdout)
    (piece,) = answer["pieces"]
    assert (piece["piece"], piece["size"], piece["media"]) == (1, 5004, "image/jpeg")
    assert piece["taken_at"] == "2026-11-20T08:00:00+01:00"
    assert piece["added_at"] != piece["taken_at"]
    assert [one["file"] for one in answer["refused"]] == [2, 3, 4, 5]
    assert CANARY not in done.stderr and CANARY not in done.stdout
    again = told(home, "piece", name, photo, "--taken-at", "2026-11-20T08:00")
    assert again["pieces"] == answer["pieces"]
    place = told(home, "piece", name, photo, "--in-place")["pieces"][0]
    assert (place["place"], place["sha256"]) == ("in_place", piece["sha256"])
    kept = [path for path in (home / "evidence").rglob("*") if path.is_file() and path.stat().st_size]
    assert len(kept) == 1
    assert b"pppp" not in kept[0].read_bytes()


def test_the_traces_of_this_computer_become_evidence(home: Path) -> None:
    name = told(home, "ouvrir", "--playbook", "intrusion")["incident"]
    answer = told(home, "collecter", name)
    assert len(answer["pieces"]) >= 15
    assert answer["refused"] == []
    assert all(set(one) == {"id", "title", "reason"} and one["reason"] for one in answer["missed"])
    times = [one["taken_at"] for one in answer["pieces"]]
    assert times == sorted(times)
    assert not (home / "collecting").exists()
    count = len(answer["pieces"])
    assert len([one for one in told(home, "journal", name)["entries"] if one["kind"] == "evidence"]) == count


def test_a_collection_that_was_cut_goes_on(home: Path) -> None:
    """Killed under way again and again, then run to its end: nothing is torn and nothing is refused."""
    name = told(home, "ouvrir", "--playbook", "intrusion")["incident"]
    words = [*HYGIE, "urgence", "collecter", name, "--practice", str(home)]
    for attempt in range(6):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        time.sleep(0.5 + 0.25 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
    answer = told(home, "collecter", name)
    evidence = [one for one in told(home, "journal", name)["entries"] if one["kind"] == "evidence"]
    assert len(evidence) >= len(answer["pieces"])
    assert told(home, "journal", name)["altered"] == []
    assert answer["refused"] == []


def copied(home: Path, least: int) -> list[Path]:
    """The files of evidence of at least this many bytes, whole or not."""
    return [path for path in (home / "evidence").rglob("*") if path.is_file() and path.stat().st_size >= least]


def test_stopped_by_the_person_it_says_what_is_kept(home: Path, tmp_path: Path) -> None:
    name = told(home, "ouvrir", "--playbook", "intrusion")["incident"]
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_text("capture")
    with large.open("wb") as file:
        file.truncate(3 << 30)
    words = [*HYGIE, "urgence", "piece", name, str(small), str(large), "--practice", str(home)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    until = time.monotonic() + 60
    while not copied(home, 10_000_000) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert "Pièce 1 gardée" in out and "Interrompu" in err
    assert not copied(home, 1_000)
    assert told(home, "journal", name)["altered"] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes in somebody else's folder")
def test_run_as_root_it_leaves_the_folder_to_its_owner(home: Path, tmp_path: Path) -> None:
    home.mkdir(mode=0o700)
    os.chown(home, 12345, 12345)
    name = told(home, "ouvrir", "--playbook", "intrusion")["incident"]
    (tmp_path / "a.txt").write_text("capture")
    told(home, "piece", name, tmp_path / "a.txt")
    assert {path.lstat().st_uid for path in home.rglob("*")} == {12345}


def test_the_examination_concludes_in_one_sentence_and_writes_nothing(home: Path) -> None:
    start = time.monotonic()
    done = urgence(home, "examiner", "--format", "json")
    assert time.monotonic() - start < 60
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["schema"] == "hygie.examination/1"
    assert answer["verdict"] in {"attack", "fault", "unknown"}
    assert answer["sentence"] and answer["call"] and answer["contacts"]
    assert not home.exists()
    assert urgence(home, "examiner", "--strict").returncode == (0 if answer["verdict"] == "fault" else 1)
    text = urgence(home, "examiner").stdout
    assert "tout va bien" not in text.lower()


def test_the_examination_sees_an_attack_and_exits_1_when_strict(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n203.0.113.9 www.ameli.fr\n")
    covered = (*own_mounts(), "sh", "-ec", 'mount --bind "$0" /etc/hosts; exec "$@"', str(hosts))
    done = hygie("urgence", "examiner", "--strict", "--format", "json", environment=environment(), prefix=covered)
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "attack"
    assert any("ameli" in one["text"] for one in answer["signs"])


@pytest.fixture(scope="module")
def told_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """An incident full of canaries, and its folder of papers."""
    base = tmp_path_factory.mktemp("dossier")
    home, out = base / "cabinet", base / "dossier"
    name = told(home, "ouvrir", "--playbook", "ransomware", "--aware-at", "2026-11-23T08:00")["incident"]
    told(home, "journal", name, "--add", f"Le dossier de {CANARY} ne s'ouvre plus")
    told(home, "journal", name, "--add", "Relu : le serveur est isolé", "--quoted")
    told(home, "corriger", name, "--known-at", "2026-11-23T07:00", "--reason", f"Vu par {CANARY}")
    told(home, "etape", name, "patients", "--waive", f"Rien pour {CANARY}")
    told(home, "etape", name, "complaint", "fait", "--receipt", "PV-2026-778")
    photo = base / f"{CANARY}.txt"
    photo.write_text("capture")
    told(home, "piece", name, photo)
    told(home, "dossier", name, "-o", out)
    return home, out, name


def words_of(path: Path) -> str:
    """The text of a paper, whatever its form."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as inside:
            return " ".join(
                re.sub(r"<[^>]+>", "", inside.read(name).decode("utf-8", "replace"))
                for name in inside.namelist()
                if name.endswith(".xml")
            )
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return str(pdf.docinfo) + " ".join(pdf_text(pdf))
    return path.read_bytes().decode("utf-8", "replace")


def pdf_text(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Every character that the fonts of the pages map back to text."""
    for page in pdf.pages:
        maps = {name: to_unicode(font) for name, font in (page.resources.get("/Font") or {}).items()}
        font: dict[bytes, str] = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                font = maps[str(operands[0])]
            for operand in operands if str(operator) in {"Tj", "TJ"} else ():
                for piece in operand if isinstance(operand, pikepdf.Array) else (operand,):
                    if isinstance(piece, pikepdf.String):
                        raw = bytes(piece)
                        yield "".join(font.get(raw[place : place + 2], "?") for place in range(0, len(raw), 2))


def to_unicode(font: Any) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    text = font["/ToUnicode"].read_bytes().decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[bytes.fromhex(code)] = bytes.fromhex(value).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for step in range(int(high, 16) - int(low, 16) + 1):
                found[(int(low, 16) + step).to_bytes(2, "big")] = chr(int(value, 16) + step)
    return found


def squeezed(text: str) -> str:
    return re.sub(r"[\s\xa0\u202f]+", "", text)


def test_the_folder_holds_the_papers_and_no_name_that_was_typed(told_folder: tuple[Path, Path, str]) -> None:
    _, out, name = told_folder
    names = {path.name for path in out.iterdir()}
    for needed in ("cnil", "plainte", "assureur", "patients"):
        assert {".pdf", ".docx"} <= {Path(one).suffix for one in names if needed in one}, needed
    assert {"MANIFEST.sha256", "MANIFEST.sig", "cle-publique.pem"} <= names
    texts = {path.name: squeezed(words_of(path)) for path in out.iterdir() if path.name != "MANIFEST.sig"}
    for where, text in texts.items():
        assert "Quatrefages" not in text and "Zebulon" not in text, where
    assert not any("Zebulon" in one for one in names)
    report = next(text for where, text in texts.items() if "rapport-complet" in where and where.endswith("pdf"))
    assert "PV-2026-778" in report and name in report and "leserveurestisolé" in report
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in out.iterdir())


def test_anyone_can_check_the_folder(told_folder: tuple[Path, Path, str]) -> None:
    _, out, _ = told_folder
    assert (
        subprocess.run(
            ["sha256sum", "--strict", "-c", "MANIFEST.sha256"], cwd=out, check=False, capture_output=True
        ).returncode
        == 0
    )
    verify = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "cle-publique.pem",
        "-rawin",
        "-in",
        "MANIFEST.sha256",
        "-sigfile",
        "MANIFEST.sig",
    ]
    assert subprocess.run(verify, cwd=out, check=False, capture_output=True).returncode == 0


def test_only_a_former_edition_is_replaced(told_folder: tuple[Path, Path, str], tmp_path: Path) -> None:
    home, out, name = told_folder
    told(home, "dossier", name, "-o", out)
    paper = next(path for path in sorted(out.iterdir()) if path.suffix == ".docx")
    before = paper.read_bytes()
    paper.write_bytes(before + b"completed by hand")
    assert refused(home, 5, "dossier", name, "-o", out)["code"] == "folder_taken"
    assert paper.read_bytes() == before + b"completed by hand"
    paper.write_bytes(before)
    (tmp_path / "mine.txt").write_text("x")
    assert refused(home, 5, "dossier", name, "-o", tmp_path)["code"] == "folder_taken"
    assert refused(home, 5, "dossier", name, "-o", tmp_path / "mine.txt")["code"] == "folder_taken"
    assert refused(home, 3, "dossier", name, "-o", tmp_path / "mine.txt" / "under")["code"] == "folder_not_written"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_a_list_that_somebody_else_signed_and_another_incident_are_left_alone(
    told_folder: tuple[Path, Path, str], tmp_path: Path
) -> None:
    home, out, name = told_folder
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "precieux.odt").write_text("x")
    listed = subprocess.run(["sha256sum", "-b", "precieux.odt"], cwd=mine, check=True, capture_output=True).stdout
    (mine / "MANIFEST.sha256").write_bytes(listed)
    (mine / "MANIFEST.sig").write_bytes(b"x" * 64)
    assert refused(home, 5, "dossier", name, "-o", mine)["code"] == "folder_taken"
    other = told(home, "ouvrir", "--playbook", "paper")["incident"]
    assert refused(home, 5, "dossier", other, "-o", out)["code"] == "folder_taken"
    assert (mine / "precieux.odt").exists()
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert refused(home, 3, "dossier", name, "-o", loop)["code"] == "folder_not_written"


def test_the_sealed_evidence_goes_with_its_key_elsewhere(told_folder: tuple[Path, Path, str], tmp_path: Path) -> None:
    home, _, name = told_folder
    out, key = tmp_path / "out", tmp_path / "cle.txt"
    assert refused(home, 5, "dossier", name, "-o", out, "--evidence-key", out / "cle.txt")["code"] == "key_inside"
    assert not out.exists()
    files = told(home, "dossier", name, "-o", out, "--evidence-key", key)["files"]
    assert f"preuves-{name}.tar.age" in files
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert CANARY.encode() not in (out / f"preuves-{name}.tar.age").read_bytes()
    assert refused(home, 5, "dossier", name, "-o", out)["code"] == "folder_taken"
    assert refused(home, 5, "dossier", name, "-o", tmp_path / "b", "--evidence-key", key)["code"] == "key_there"
    assert not (tmp_path / "b").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".hygie")]


def test_a_disk_that_is_full_leaves_no_half_folder(told_folder: tuple[Path, Path, str], tmp_path: Path) -> None:
    home, _, name = told_folder
    small = tmp_path / "small"
    small.mkdir()
    words = 'mount -t tmpfs -o size=200k none "$0"; "$@"; code=$?; ls -A "$0"; exit $code'
    covered = (*own_mounts(), "sh", "-c", words, str(small))
    done = hygie(
        "urgence", "dossier", name, "-o", small / "out", "--practice", home, environment=environment(), prefix=covered
    )
    assert done.returncode == 3, done.stderr
    assert "place" in done.stderr
    assert done.stdout.strip() == ""
