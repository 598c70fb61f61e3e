"""Letters: what a patient must be told by kind of data, what a provider is asked, merged one a page, never stored."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from hygie.documents import incident_letters as letters_of
from hygie.documents import paper_words as say
from hygie.documents.incident_letters import (
    LETTERS_A_FILE,
    LIST_A_FILE,
    LettersNotReady,
    TooManyLetters,
    host,
    isp,
    lacking,
    letters,
    letters_list,
    parts,
    patients_letter,
    patients_notice,
    patients_run,
    poster,
    software,
    team,
)
from hygie.documents.paper import texts
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.events import Kind
from hygie.reference.cnil_form import cnil_form
from hygie.reference.playbooks import IDS, steps
from tests.documents import incidents
from tests.documents.incidents import BREACH, bare, dossier
from tests.documents.reading import dense, docx_text, pages, pdf_text

ROWS = [
    {"title": "Mme", "first_name": "Anne", "last_name": "MARTINOT", "address": "1, rue du Puits", "postcode": "54000",
     "city": "Val-sur-Orne"},
    {"last_name": "LEGRANDIER Paul", "address": "2, rue du Puits", "city": "Val-sur-Orne"},
    {"last_name": "D’ÉTÉ-ŒUVRE"},
]  # fmt: skip


def breach_of(*categories: str) -> incidents.Dossier:
    events = incidents.events()
    incidents.add(events, Kind.BREACH, **{**BREACH, "data_category": list(categories)})
    return dossier(found=events)


def said(paper: object) -> str:
    return "\n".join(texts(paper)).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_letter_says_what_article_34_asks() -> None:
    text = said(patients_letter(dossier()))
    for asked in (
        "article 34", "le 10 novembre 2026", "ont pu lire ou copier", "votre santé", "Quelqu’un pourrait",
        "Les mots de passe du cabinet ont été changés.", "Une plainte a été déposée.", "Nadia Lemoine, 03 53 01 77 00",
        "www.cnil.fr", "peut être imitée",
    ):  # fmt: skip
        assert asked in text, asked


def test_a_measure_is_told_only_once_done() -> None:
    done = letters_of.measures(dossier())
    assert "La CNIL a été prévenue." in done
    events = [one for one in incidents.events() if one.facts.get("step") != "cnil"]
    assert "La CNIL a été prévenue." not in letters_of.measures(dossier(found=events))


@pytest.mark.parametrize(
    ("category", "told", "not_told"),
    [
        ("health", "menace de révéler", "Changez tout de suite"),
        ("identification_access", "Changez tout de suite ce mot de passe", "menace de révéler"),
        ("financial", "prévenez votre banque", "menace de révéler"),
        ("nir", "ameli.fr", "prévenez votre banque"),
        ("contact", "faux message au nom du cabinet", "prévenez votre banque"),
    ],
)
def test_the_letter_follows_the_risk(category: str, told: str, not_told: str) -> None:
    text = said(patients_letter(breach_of(category)))
    assert told in text
    assert not_told not in text


def test_the_worst_comes_first() -> None:
    names = [one.id for one in letters_of.risks(breach_of("contact", "financial", "health"))]
    assert names == ["health", "financial", "identity"]


def test_every_category_of_the_form_has_its_words() -> None:
    told = {name for one in say.words().risk for name in one.categories}
    assert {one.id for one in cnil_form().data_category} - told == {"unknown"}
    assert told <= {one.id for one in cnil_form().data_category}
    assert {one.id for one in say.words().nature} == {one.id for one in cnil_form().nature}


def test_every_measure_is_a_step() -> None:
    assert {one.step for one in say.words().measure} <= set(steps())


def test_an_ordinary_letter_holds_on_one_page() -> None:
    assert pages(paper_pdf(patients_letter(dossier()))) == 1
    assert pages(letters(dossier(), ROWS)) == len(ROWS)


@pytest.mark.parametrize("make", [host, isp, software, team, patients_notice, poster, patients_run])
def test_other_letters_hold_on_one_page(make: object) -> None:
    assert pages(paper_pdf(make(dossier()))) == 1


def test_what_is_not_known_is_left_to_the_hand_in_the_model() -> None:
    text = said(patients_letter(bare()))
    assert "À compléter à la main." in text
    assert "Les ordinateurs touchés ont été mis hors réseau." not in text


@pytest.mark.parametrize("playbook", IDS)
def test_the_provider_is_asked_for_its_notice_only_when_the_leak_is_its_own(playbook: str) -> None:
    text = said(software(bare(playbook)))
    assert ("Envoyez-nous l’avis écrit de la fuite" in software(bare(playbook)).title.replace("'", "’")) is (
        playbook == "provider_leak"
    )
    assert "article 33, paragraphe 2" in text


def test_the_notice_asked_from_a_provider_has_all_its_content() -> None:
    text = said(software(dossier("provider_leak")))
    for asked in ("le jour et l’heure", "sa nature", "les catégories de données", "nombre", "conséquences", "mesures",
                  "la liste de ces patients", "n’effacez rien", "DOS-12"):  # fmt: skip
        assert asked in text, asked


@pytest.mark.parametrize(("make", "facts"), [
    (host, ("Hébergeur Nébule", "NEB-77", "sauvegardes", "bloquer les accès à distance", "de ne rien réinstaller")),
    (isp, ("Accès Plus", "box", "DNS", "autorité judiciaire")),
])  # fmt: skip
def test_messages_name_the_provider_and_ask_for_logs(make: object, facts: tuple[str, ...]) -> None:
    for text in (dense(pdf_text(paper_pdf(make(dossier())))), dense(docx_text(paper_docx(make(dossier()))))):
        for fact in (*facts, "incident 2026-1", "03 53 01 77 00", "mardi 10 novembre 2026, 8 h 20"):
            assert dense(fact) in text, fact


def test_an_unknown_provider_leaves_its_address_to_fill() -> None:
    text = said(host(bare()))
    assert say.BLANK in text
    assert "None" not in text


def test_the_team_is_told_what_not_to_do_in_this_incident() -> None:
    assert "éteindre l’ordinateur" in said(team(dossier("ransomware")))
    assert "éteindre l’ordinateur" not in said(team(dossier("wrong_recipient")))
    assert "Nos ordinateurs sont arrêtés" in said(team(dossier("ransomware")))
    assert "ordinateurs" not in said(team(dossier("wrong_recipient")))


def test_the_poster_is_read_from_afar() -> None:
    found = pdf_text(paper_pdf(poster(dossier())), "-bbox")
    heights = [
        float(line.split('yMax="')[1].split('"')[0]) - float(line.split('yMin="')[1].split('"')[0])
        for line in found.splitlines()
        if ">protéger<" in line or ">secrétariat." in line
    ]
    assert min(heights) > 20


def test_merged_letters_are_addressed_one_by_one_and_name_nobody_else() -> None:
    raw = letters(dossier(), ROWS)
    for number, (mine, others) in enumerate(
        [("MARTINOT", ("LEGRANDIER", "ÉTÉ")), ("LEGRANDIER", ("MARTINOT", "ÉTÉ")), ("ÉTÉ", ("MARTINOT",))], 1
    ):
        text = pdf_text(raw, "-f", str(number), "-l", str(number))
        assert mine in text
        assert not [name for name in others if name in text]
        assert "Aucun nom de patient" not in text
        assert "Hygie ne la garde pas" in text


def test_merging_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    letters(dossier(), ROWS)
    assert list(tmp_path.rglob("*")) == []


def test_the_properties_of_merged_letters_name_nobody() -> None:
    with pikepdf.open(io.BytesIO(letters(dossier(), ROWS))) as file:
        assert "MARTINOT" not in str(file.docinfo)
        assert "MARTINOT" not in str(file.open_metadata())


def test_letters_with_a_blank_are_refused_and_what_is_missing_is_named() -> None:
    with pytest.raises(LettersNotReady, match="catégories de données") as caught:
        letters(bare(), ROWS)
    assert set(caught.value.missing) == set(lacking(bare()))
    assert caught.value.exit_code == 5
    assert lacking(dossier()) == ()
    assert "MARTINOT" not in caught.value.sentence


def test_letters_without_a_phone_to_call_are_refused() -> None:
    found = dossier()
    with pytest.raises(LettersNotReady, match="téléphone"):
        letters(replace(found, identity=replace(found.identity, phone="")), ROWS)


def test_no_letter_and_too_many_letters_are_refused() -> None:
    with pytest.raises(LettersNotReady, match="personnes"):
        letters(dossier(), [])
    with pytest.raises(TooManyLetters, match=str(LETTERS_A_FILE)):
        letters(dossier(), ROWS * LETTERS_A_FILE)
    with pytest.raises(TooManyLetters):
        letters_list(dossier(), ROWS[:1] * (LIST_A_FILE + 1))
    with pytest.raises(LettersNotReady):
        letters_list(dossier(), [])


def test_a_long_list_is_cut_in_parts_that_lose_nobody() -> None:
    rows = [{"last_name": f"N{rank}"} for rank in range(2 * LETTERS_A_FILE + 3)]
    cut = parts(rows)
    assert [len(part) for part in cut] == [LETTERS_A_FILE, LETTERS_A_FILE, 3]
    assert [row for part in cut for row in part] == rows


def test_the_list_has_everybody_in_order_with_its_number() -> None:
    text = pdf_text(letters_list(dossier(), ROWS, first=501), "-layout")
    assert [name for name in ("501", "MARTINOT", "502", "LEGRANDIER", "503", "ÉTÉ") if name in text] == [
        "501", "MARTINOT", "502", "LEGRANDIER", "503", "ÉTÉ"
    ]  # fmt: skip
    assert text.index("MARTINOT") < text.index("LEGRANDIER")
    assert "détruire" in text


def test_the_list_of_what_to_do_warns_about_the_back_of_the_sheet() -> None:
    text = said(patients_run(dossier(), 12))
    assert "12 lettres à envoyer." in text
    assert "une seule face" in text
    assert "Effacez le fichier des adresses" in text
