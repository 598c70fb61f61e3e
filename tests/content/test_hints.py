"""What a file name or its first bytes suggest: passwords, a card's code, patients; and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.content.hints import HEAD_BYTES, Hint, hint_of_head, hint_of_name, plain

PASSWORDS = (
    "mots de passe.txt", "Mots de Passe cabinet.xlsx", "motdepasse.docx", "MotDePasse2026.txt", "mdp.txt",
    "MDP wifi.odt",
    "mes_mdp_2024.ods", "passwords.csv", "Password.json", "identifiants.pdf", "Identifiant ameli.docx", "logins.xlsx",
    "codes d'accès.txt", "Codes d’accès.docx", "code wifi.jpg", "code du Wi-Fi.png", "mot-de-passe.md",
    "mots_de_passe (1).txt", "mot de passe.png",
    "MOTS DE PASSE.TXT", "ｍｄｐ.txt", "mo\u0302ts de passe.txt", "mdp\u200b.txt", "\u202emdp.txt",
)  # fmt: skip
CARD_PINS = (
    "code cps.txt", "Code carte CPS.jpg", "code de la carte cps.docx", "pin cps.txt", "code PIN carte CPE.odt",
    "cps code.txt",
    "codeCPS.txt", "e-cps code.txt", "code e-cps.pdf", "CPS_PIN.txt", "code pin de la carte cps secrétaire.txt",
)  # fmt: skip
PATIENTS = (
    "liste patients 2026.xlsx", "Liste des patients.csv", "patients.csv", "fichier patients.ods",
    "Dossier médical DUPONT.pdf",
    "dossiers médicaux.zip", "compte rendu MARTIN.docx", "Compte-rendus.pdf", "ordonnance Dupont.pdf",
    "ordonnances.odt",
    "courrier médical.docx", "résultats labo.pdf", "Résultats biologie 12-03.pdf", "certificat médical sport.pdf",
    "arrêt de travail MARTIN.pdf", "lettre de liaison.docx", "image.dcm", "labo.hl7", "envoi.hpr", "factures.fse",
    "I0001.DICOM",
    "ordonnance Emmanuelle Petit.pdf", "ordonnance Manuel Garcia.pdf", "Informations patients.xlsx",
)  # fmt: skip
INNOCENT = (
    "vacances.jpg", "facture EDF.pdf", "planning.xlsx", "mots croisés.pdf", "passeport.pdf", "Modèle ordonnance.docx",
    "charte mots de passe.pdf", "politique de mots de passe.pdf", "guide mots de passe.pdf", "Formation patients.pdf",
    "certificat médical vierge.docx", "notice code CPS.pdf", "conseils patients.pdf",
    "manuel d'utilisation mdp.pdf", "mdp.exe",
    "mots de passe", "patientez.pdf", "impatients.txt", "codeur.txt", "codes postaux.xlsx", "logiciel.zip", "mdph.pdf",
    "capsule.txt", "code capes.txt", "procédure arrêt de travail.pdf", "",
)  # fmt: skip


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_name_that_speaks_of_passwords(name: str) -> None:
    assert hint_of_name(name) is Hint.PASSWORDS


@pytest.mark.parametrize("name", CARD_PINS)
def test_a_name_that_speaks_of_a_cards_code(name: str) -> None:
    assert hint_of_name(name) is Hint.CARD_PIN


@pytest.mark.parametrize("name", PATIENTS)
def test_a_name_that_speaks_of_patients(name: str) -> None:
    assert hint_of_name(name) is Hint.PATIENTS


@pytest.mark.parametrize("name", INNOCENT)
def test_a_name_that_speaks_of_nothing(name: str) -> None:
    assert hint_of_name(name) is None


@given(st.text(max_size=255))
def test_any_name_has_an_answer_and_case_does_not_change_it(name: str) -> None:
    assert hint_of_name(name) in (None, *Hint)
    assert plain(plain(name)) == plain(name) or not name.isascii()


@given(st.sampled_from(PASSWORDS), st.sampled_from(["a_", "Dr Dupont - ", "2026 ", "(", "~$ "]))
def test_what_stands_before_does_not_hide_the_hint(name: str, before: str) -> None:
    assert hint_of_name(before + name) is Hint.PASSWORDS


@given(st.integers(1, 255))
def test_a_long_name_made_to_be_slow_is_judged_all_the_same(length: int) -> None:
    for piece in ("mot ", "code ", "_-", "cps", "de la carte "):
        assert hint_of_name((piece * 255)[:length] + ".txt") in (None, *Hint)


# ------------------------------------------------------------------ first bytes


@pytest.mark.parametrize(
    "head",
    [b"\0" * 128 + b"DICM\x02\0", b"MSH|^~\\&|LABO|", b"\x0bMSH|^~\\&|LABO|", b"\xef\xbb\xbfMSH|^~\\&|",
     b"\r\nH|~^\\&|", b"H|^~\\&|HPRIM",
     b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3">'],
)  # fmt: skip
def test_the_signature_of_a_patients_document_is_known(head: bytes) -> None:
    assert hint_of_head(head) is Hint.PATIENTS


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"DICM",
        b"\0" * 127 + b"DICM",
        b"texte MSH|^~\\&",
        b"MSH|",
        b"<ClinicalDocument>",
        b"urn:hl7-org:v3",
        b"%PDF-1.4",
        b"\xff\xd8\xff",
    ],
)
def test_other_bytes_say_nothing(head: bytes) -> None:
    assert hint_of_head(head) is None


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_an_answer(head: bytes) -> None:
    assert hint_of_head(head) in (None, Hint.PATIENTS)
    assert hint_of_head((head + b"\0" * 128)[:128] + b"DICM") is Hint.PATIENTS
