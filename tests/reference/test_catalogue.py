"""`load_catalogue` refuses a bad folder with file, line and reason: bad copies of the real one are tried."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hygie.core.finding import Measure
from hygie.core.french import typeset
from hygie.reference.catalogue import HERE, Catalogue, catalogue, load_catalogue
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import as_source, load_sources, sources

FIREWALL = 'id = "access-firewall"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder, to be spoilt."""
    for name in ("checks", "sources"):
        shutil.copytree(HERE / name, tmp_path / name)
    shutil.copy(HERE / "measures.toml", tmp_path)
    return tmp_path


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line)


def refused(folder: Path) -> BrokenReference:
    with pytest.raises(BrokenReference) as caught:
        load_catalogue(folder)
    return caught.value


def test_an_unspoilt_copy_loads_like_the_shipped_catalogue(folder: Path) -> None:
    copy = load_catalogue(folder)
    assert isinstance(copy, Catalogue)
    assert copy == catalogue()
    assert catalogue() is catalogue()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (FIREWALL, 'id = "access-firewall', "ce n'est pas du TOML"),
        (FIREWALL, "id = 12", "valeur inattendue à $.check[9].id"),
        (FIREWALL, 'id = "Access Firewall"', "valeur inattendue à $.check[9].id"),
        (FIREWALL, 'id = "cps-firewall"', "« cps-firewall » n'est pas de la mesure « access »"),
        (FIREWALL, 'id = "accessfire-wall"', "« accessfire-wall » n'est pas de la mesure « access »"),
        (FIREWALL, 'id = "access-antivirus"', "« access-antivirus » existe deux fois"),
        (FIREWALL, 'ident = "access-firewall"', "« ident » n'y a pas de sens"),
        (FIREWALL, FIREWALL + "\nwhim = 1", "« whim » n'y a pas de sens"),
    ],
)
def test_a_spoilt_check_is_refused_with_its_reason(folder: Path, old: str, new: str, reason: str) -> None:
    path = folder / "checks" / "access.toml"
    spoil(path, old, new)
    error = refused(folder)
    assert error.path == path
    assert error.line is not None
    assert error.reason == reason
    assert "access.toml, ligne " in error.sentence


@pytest.mark.parametrize(
    ("field", "new", "reason"),
    [
        ("severity = ", "severity = 6", "valeur inattendue"),
        ("severity = ", 'severity = "4"', "valeur inattendue"),
        ("priority = ", "priority = 0", "valeur inattendue"),
        ("owner = ", 'owner = "nobody"', "valeur inattendue"),
        ("minutes = ", "minutes = 0", "valeur inattendue"),
        ("minutes = ", "minutes = 100000", "valeur inattendue"),
        ("answer = ", 'answer = "guessed"', "valeur inattendue"),
        ("answer = ", 'answer = "declared"', "une question demande question, help, ask et validity_days"),
        ("sources = ", "sources = []", "valeur inattendue"),
        ("sources = ", 'sources = ["hearsay"]', "la source « hearsay » n'existe pas"),
        ("title = ", 'title = ""', "valeur inattendue"),
        ("action = ", 'action = "' + "x" * 71 + '"', "valeur inattendue"),
        ("why = ", 'why = "' + "x" * 601 + '"', "valeur inattendue"),
        ("why = ", "", "il manque « why »"),
        ("minutes = ", "", "il manque « minutes »"),
        ("sources = ", "", "il manque « sources »"),
        ("frameworks = ", "", "il manque « frameworks »"),
    ],
)
def test_a_spoilt_field_is_refused_at_the_line_of_its_check(folder: Path, field: str, new: str, reason: str) -> None:
    path = folder / "checks" / "access.toml"
    lines = path.read_text("utf-8").splitlines()
    start = line_of(path, FIREWALL) - 1
    place = next(number for number in range(start, len(lines)) if lines[number].startswith(field))
    lines[place] = new
    path.write_text("\n".join(lines), "utf-8")
    error = refused(folder)
    assert error.reason.startswith(reason)
    assert error.path == path
    assert error.line in (start, start + 1)  # the line of [[check]], or of the identifier


def test_a_check_without_a_gesture_is_refused(folder: Path) -> None:
    path = folder / "checks" / "training.toml"
    text = path.read_text("utf-8")
    first = text.index("steps.all = ")
    path.write_text(text[:first] + "steps = {}\n" + text[text.index("undo.all = ") :], "utf-8")
    assert refused(folder).reason == "il manque les gestes ou le retour en arrière"


def test_a_proof_that_nobody_describes_is_refused(folder: Path) -> None:
    path = folder / "checks" / "training.toml"
    spoil(path, "\nproof = ", "\n# proof = ")
    assert refused(folder).reason == "une preuve demande proof"


@pytest.mark.parametrize("name", ["measures.toml", "checks/backup.toml"])
def test_a_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    error = refused(folder)
    assert (error.path, error.reason) == (folder / name, "il ne se lit pas")


def test_without_its_sources_no_check_is_trusted(folder: Path) -> None:
    shutil.rmtree(folder / "sources")
    assert "n'existe pas" in refused(folder).reason


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("https://", "http://", "l'adresse doit commencer par https://"),
        ("read_on = 2026", "read_on = 20266", "ce n'est pas du TOML"),
        ("read_on = ", "seen_on = ", "« seen_on » n'y a pas de sens"),
        ('confidence = "', 'confidence = "fairly ', "valeur inattendue à $.source[0].confidence"),
    ],
)
def test_a_spoilt_source_is_refused(folder: Path, old: str, new: str, reason: str) -> None:
    spoil(folder / "sources" / "common.toml", old, new)
    error = refused(folder)
    assert (error.path.name, error.reason) == ("common.toml", reason)


def test_two_sources_may_not_share_an_identifier(folder: Path) -> None:
    entries = (folder / "sources" / "access.toml").read_text("utf-8")
    (folder / "sources" / "zz.toml").write_text(entries, "utf-8")
    error = refused(folder)
    assert error.path.name == "zz.toml"
    assert "existe déjà" in error.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("number = 1", "number = 8"),
        ('id = "cps"', 'id = "cards"'),
        ("good = ", "fine = "),
        ("version = ", "edition = "),
    ],
)
def test_a_spoilt_measure_is_refused(folder: Path, old: str, new: str) -> None:
    spoil(folder / "measures.toml", old, new)
    assert refused(folder).path.name == "measures.toml"


def test_a_measure_named_twice_is_refused(folder: Path) -> None:
    spoil(folder / "measures.toml", 'id = "cps"', 'id = "access"')
    assert "existe deux fois" in refused(folder).reason


@pytest.mark.parametrize("bomb", ["check = " + "[" * 90_000, "check = " + "9" * 5_000, "\x00"])
def test_a_bomb_among_the_checks_is_refused(folder: Path, bomb: str) -> None:
    (folder / "checks" / "gdpr.toml").write_text(bomb, "utf-8")
    assert refused(folder).path.name == "gdpr.toml"


def test_an_unverified_source_says_so_in_its_title() -> None:
    entries = sources().values()
    for entry in entries:
        shown = as_source(entry)
        assert shown.title == typeset(entry.title) + (" (à vérifier)" if entry.confidence == "unverified" else "")
        assert (shown.url, shown.read_on) == (entry.url, entry.read_on)
    assert {entry.confidence for entry in entries} <= {"verified", "secondary", "unverified"}


def test_an_empty_folder_has_no_source(tmp_path: Path) -> None:
    assert load_sources(tmp_path) == {}


@pytest.mark.parametrize("measure", Measure)
def test_a_check_belongs_to_the_measure_its_name_begins_with(measure: Measure) -> None:
    whole = catalogue()
    own = whole.in_measure(measure)
    assert own
    assert all(whole.measure_of(check.id) is measure for check in own)
    assert sum(len(whole.in_measure(other)) for other in Measure) == len(whole.checks)


def by_system(check_id: str) -> Callable[[str], tuple[str, ...]]:
    return catalogue().checks[check_id].steps.on


def test_each_system_gets_its_own_gestures_and_another_system_the_nearest() -> None:
    steps = by_system("access-disk-encryption")
    assert "BitLocker" in "".join(steps("windows"))
    assert "FileVault" in "".join(steps("macos"))
    assert "cryptsetup" in "".join(steps("linux"))
    assert steps("haiku")
    assert all("'" not in step for step in steps("windows"))
