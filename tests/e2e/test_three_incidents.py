"""Three whole incidents in a real Chromium, from the doubt to the closed file: ransomware, provider's leak, stolen laptop.

Each one at 1440 and at 390 px, with and without JavaScript; names of patients planted wherever somebody may type one
must not be in any paper that the practice takes away.
"""

import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tests.e2e.test_first_day import Server, opened, server, set_up

__all__ = ["chromium", "server"]
CANARIES = ("Zéphyrine", "Canarival", "Quetzalin")
RANSOM = "VOS FICHIERS SONT CHIFFRES. Payez. " + "Canarival"
MODES = [(1440, True), (390, True), (1440, False), (390, False)]


@dataclass(frozen=True)
class Walk:
    """One incident: what is answered to the questions, and what must be true of it."""

    name: str
    choices: tuple[str, ...]
    playbook: str
    presets: tuple[str, ...]
    circumstances: dict[str, str]
    tell_patients: bool
    papers: tuple[str, ...]
    never: tuple[str, ...] = field(default=())


WALKS = [
    Walk(
        "ransomware", ("screen", "no", "yes"), "Écran bloqué", ("record",),
        {"ease": "maximum", "c": "unknown", "i": "recoverable", "a": "temporary", "m": "intent"}, True,
        ("cnil", "complaint", "claim"), ("éteindre l’ordinateur",),
    ),
    Walk(
        "provider-leak", ("other", "provider"), "Fuite chez un prestataire", ("record",),
        {"ease": "maximum", "c": "unknown", "i": "none", "a": "none", "m": "intent"}, True,
        ("cnil", "complaint", "claim", "software"),
    ),
    Walk(
        "stolen-laptop", ("device", "stolen"), "volé", ("record",),
        {"ease": "maximum", "c": "exposed", "i": "none", "a": "none", "m": "intent"}, True,
        ("cnil", "complaint", "claim"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("width", "script"), MODES, ids=str)
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_from_the_doubt_to_the_closed_file(  # noqa: PLR0913 - what a walk is made of
    chromium: Browser, server: Server, walk: Walk, width: int, *, script: bool, tmp_path: Path
) -> None:
    page = opened(chromium, server, script=script, width=width)
    set_up(page, server)
    add_insurer(page)
    room = open_the_room(page, walk)
    write_notes(page)
    add_evidence(page, tmp_path)
    say_that_data_leaked(page, room)
    describe_and_grade(page, room, walk)
    decide(page, room, "cnil", yes=True)
    decide(page, room, "patients", yes=walk.tell_patients)
    follow_the_steps(page, room)
    take_the_papers(page, room, walk, tmp_path)
    close_the_incident(page, room)


def add_insurer(page: Page) -> None:
    page.goto("/materiel/prestataires/ajouter/")
    page.get_by_label("Rôle").select_option("insurer")
    page.get_by_label("Nom", exact=True).fill("Mutuelle d’exemple")
    page.get_by_label("Téléphone").fill("01 99 00 12 34")
    page.get_by_label(re.compile("Numéro de contrat")).fill("MRP-2024-118204")
    page.locator("main form button.btn[type=submit]").first.click()


def open_the_room(page: Page, walk: Walk) -> str:
    """One click from any page; the insurer's number is on the first screen; three answers at most."""
    page.goto("/")
    page.get_by_role("link", name="Il se passe quelque chose d’anormal").first.click()
    assert page.url.endswith("/anormal/")
    number = page.locator("a[href='tel:0199001234']").first
    assert number.bounding_box()["y"] < page.viewport_size["height"], "the number is on the first screen"
    assert len(walk.choices) <= 3
    for rank, choice in enumerate(walk.choices):
        page.locator(f".reponses-rapides button[value='{choice}']").click()
        if rank == 0 and len(walk.choices) > 1:
            assert page.locator(".a-faire").inner_text().startswith("Maintenant")
    page.wait_for_url(re.compile("/incidents/"))
    assert page.locator(".ici h2").is_visible()
    assert no_sideways(page)
    text = page.locator("main").inner_text()
    assert "Porter plainte" in text
    assert all(word in text for word in walk.never)
    return page.url.partition("?")[0]


def no_sideways(page: Page) -> bool:
    """Nothing overflows; without JavaScript the page is measured by its own box."""
    box = page.locator("main").bounding_box()
    return box is not None and box["x"] + box["width"] <= page.viewport_size["width"] + 1


def write_notes(page: Page) -> None:
    page.locator("#journal textarea").fill("Madame Zéphyrine Canarival attend son résultat. <b>Quetzalin</b>")
    page.get_by_role("button", name="Ajouter").click()
    page.locator("#journal textarea").fill("Le fond d’écran a changé à 8 h 20.")
    page.locator("#journal input[type=checkbox]").check()
    page.get_by_role("button", name="Ajouter").click()
    assert "a changé" in page.locator("#journal").inner_text()


def add_evidence(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "Resultat Zéphyrine Canarival.txt"
    path.write_text(RANSOM, "utf-8")
    page.goto(page.url.partition("?")[0].partition("#")[0] + "preuves/")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Garder cette preuve").click()
    assert re.search(r"empreinte [0-9a-f]{4}", page.locator("main").inner_text())


def say_that_data_leaked(page: Page, room: str) -> None:
    page.goto(room + "delais/")
    page.get_by_role("button", name="La fuite est connue depuis cette heure").click()
    page.goto(room)
    assert "72" in page.locator(".horloges").inner_text()
    assert "Notifier la CNIL" in page.locator(".horloges").inner_text()


def describe_and_grade(page: Page, room: str, walk: Walk) -> None:
    page.goto(room + "fuite/")
    page.locator("input[name=nature][value=confidentiality]").check()
    page.locator("input[name=data_category][value=health]").check()
    page.locator("input[name=person_category][value=patient]").check()
    page.locator("input[name=people]").fill("1200")
    page.get_by_role("button", name="Enregistrer ce que l’on sait").click()
    page.goto(room + "gravite/")
    for preset in walk.presets:
        page.locator(f"input[name=presets][value={preset}]").check()
    for name, value in walk.circumstances.items():
        page.locator(f"input[name={name}][value={value}]").first.check()
    page.get_by_role("button", name="Enregistrer la gravité").click()
    page.goto(room + "gravite/")
    assert re.search(r"Gravité (très )?élevée", page.locator("#resultat").inner_text())


def decide(page: Page, room: str, about: str, *, yes: bool) -> None:
    page.goto(f"{room}decision/{about}/")
    side = "yes" if yes else "no"
    page.locator(f"input[name=decision][value={side}]").check()
    page.locator(f"input[name={side}]").first.check()
    page.get_by_role("button", name="Enregistrer la décision").click()
    assert page.locator(".champ--erreur").count() == 0


def follow_the_steps(page: Page, room: str) -> None:
    """One step at a time; the first call is answered « personne » once, and comes back."""
    page.goto(room)
    assert page.locator(".etape [title]").count() <= 1
    tried = False
    for _ in range(40):
        page.wait_for_load_state("load")
        page.locator("#t-ici").wait_for()
        button = page.get_by_role("button", name="C’est fait")
        if button.count() == 0:
            break
        silent = page.get_by_role("button", name="Personne ne répond")
        if not tried and silent.count():
            silent.click()
            tried = True
            continue
        receipt = page.locator("#recepisse")
        if receipt.count():
            receipt.fill("2026/004711")
        button.click()
    assert tried
    assert "Toutes les étapes sont réglées" in page.locator("main").inner_text()


def take_the_papers(page: Page, room: str, walk: Walk, tmp_path: Path) -> None:
    page.goto(room + "documents/")
    for name in walk.papers:
        assert page.locator(f"a[href$='/documents/{name}.pdf']").count() == 1, name
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Tout prendre")).click()
    archive = tmp_path / "dossier.zip"
    waiting.value.save_as(archive)
    folder = tmp_path / "dossier"
    with zipfile.ZipFile(archive) as found:
        found.extractall(folder)
    check_manifest(folder)
    texts = dict(texts_of(folder))
    assert len(texts) >= 2 * len(walk.papers)
    for name, text in texts.items():
        assert not any(canary.lower() in (name + text).lower() for canary in CANARIES), name
    complaint = next(text for name, text in texts.items() if "plainte" in name and name.endswith(".docx"))
    assert "L12-10-1" in " ".join(texts.values())
    assert "Cabinet du Dr Fontaine" in complaint


def check_manifest(folder: Path) -> None:
    """As anybody would, without Hygie."""
    base = next(folder.rglob("MANIFEST.sha256")).parent
    subprocess.run(["sha256sum", "-c", "--strict", "MANIFEST.sha256"], cwd=base, check=True, capture_output=True)
    verify = "openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sig"
    subprocess.run(verify.split(), cwd=base, check=True, capture_output=True)


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".docx":
            yield path.name, docx_text(path)
        elif path.suffix == ".pdf":
            yield path.name, pdf_text(path)
        elif path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", "replace")


def docx_text(path: Path) -> str:
    """Every part of the file, properties and footers included."""
    assert Document(str(path)).paragraphs
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
        return " ".join(
            re.sub(r"<[^>]+>", "", parts.read(name).decode("utf-8", "replace")) for name in parts.namelist()
        )


def pdf_text(path: Path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True).stdout


def close_the_incident(page: Page, room: str) -> None:
    page.goto(room + "cloturer/")
    assert "Avant de fermer" not in page.locator("main").inner_text(), page.locator("main").inner_text()
    page.locator("main form input[type=text], main form textarea").first.fill("Tester la copie chaque mois")
    page.get_by_role("button", name="Fermer l’incident").click()
    page.goto("/rgpd/fuites/")
    assert "2026-1" in page.locator("main").inner_text()
    page.goto("/journal/")
    page.get_by_role("button", name=re.compile("Vérifier")).click()
    assert "se suivent" in page.locator("main").inner_text()
