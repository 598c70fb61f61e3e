"""The repository's own promises: locks, licences, documentation that matches the program."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from hygie.cli.main import VERBS
from tests.e2e.command import hygie

REPO = Path(__file__).resolve().parents[1]
LOCKS = ("base", "all", "dev")
ALLOWED = re.compile(
    r"\b(MIT|BSD|0BSD|ISC|Apache|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General|HPND|Unlicense)\b",
    re.IGNORECASE,
)
WINDOWS_ONLY = {"colorama": "BSD-3-Clause", "pywin32-ctypes": "BSD-3-Clause"}
POSTE = ("rejoindre", "envoyer", "etat", "quitter")
README = (REPO / "README.md").read_text()


def locked(name: str) -> list[str]:
    lines = (REPO / "requirements" / f"{name}.lock").read_text().splitlines()
    return [line.split("==")[0] for line in lines if re.match(r"[a-z0-9]", line)]


@pytest.mark.parametrize("name", LOCKS)
def test_every_lock_is_pinned_hashed_and_names_no_index(name: str) -> None:
    text = (REPO / "requirements" / f"{name}.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all(re.match(r"[a-z0-9.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "http" not in text
    assert "index" not in text


@pytest.mark.parametrize("package", locked("all"))
def test_every_dependency_has_an_allowed_licence(package: str) -> None:
    try:
        facts = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        assert package in WINDOWS_ONLY, f"{package} is locked and not installed"
        return
    told = [facts.get("License-Expression") or "", facts.get("License") or "", *(facts.get_all("Classifier") or [])]
    said = " ".join(told) if ALLOWED.search(" ".join(told)) else " ".join([*told, *licence_titles(package)])
    assert ALLOWED.search(said), f"{package}: {said[:200]}"
    assert not re.search(r"\bA?GPL|GNU (Affero )?General", re.sub(r"LGPL|Lesser General", "", said)), package


def licence_titles(package: str) -> list[str]:
    """The first line of each licence file the metadata names, for a package that says it nowhere else."""
    files = metadata.files(package) or []
    return [path.read_text().splitlines()[0] for path in files if path.parent.name == "licenses"]


def test_what_pyproject_asks_is_what_the_locks_hold() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[><=]", name)[0] for name in project["dependencies"]}
    assert wanted <= set(locked("base"))
    for extra in project["optional-dependencies"].values():
        assert {re.split(r"[><=\[]", name)[0] for name in extra} <= set(locked("all"))


def test_every_verb_is_in_the_readme_and_every_verb_of_the_readme_exists() -> None:
    told = set(re.findall(r"`hygie (\w+)", README))
    assert told == set(VERBS)


def test_every_option_written_in_the_documents_exists() -> None:
    told = [("--help",), *((verb, "--help") for verb in VERBS), *(("poste", verb, "--help") for verb in POSTE)]
    told += [
        ("urgence", verb, "--help")
        for verb in re.findall(r"^  ([a-z]+) ", hygie("urgence", "--help").stdout, re.MULTILINE)
    ]
    known = set(re.findall(r"--[a-z-]+", "".join(hygie(*words).stdout for words in told)))
    known |= {"--install", "--long"}
    for path in (REPO / "README.md", REPO / "LISEZMOI.md", *(REPO / "docs/guides").glob("*.md")):
        lines = [line for line in path.read_text().splitlines() if re.search(rf"\b({'|'.join(VERBS)}) ", line)]
        assert set(re.findall(r"(?<!\S)--[a-z-]+", " ".join(lines))) <= known, path.name


def test_no_document_tells_to_install_hygie_from_a_registry() -> None:
    for path in [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")]:
        assert not re.search(r"(pip|pipx|uvx|uv tool) (install|run)? ?'?hygie", path.read_text()), path.name


def test_links_between_documents_lead_somewhere() -> None:
    for path in [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_guarantee_of_the_security_model_names_a_test_that_exists() -> None:
    text = (REPO / "docs/security-model.md").read_text()
    named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", text)
    assert len(named) >= 10
    for file, test in named:
        assert f"def {test}" in (REPO / file).read_text(), f"{file}::{test}"


def test_a_skip_is_a_failure_when_ci_asks(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makeconftest((REPO / "tests/conftest.py").read_text().replace('"tests.truth.fixtures"', ""))
    pytester.makepyfile("import pytest\ndef test_a(): pytest.skip('lazy')\ndef test_b(): pytest.skip('corpus absent')")
    monkeypatch.setenv("HYGIE_NO_SKIP", "1")
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(failed=1, skipped=1)
