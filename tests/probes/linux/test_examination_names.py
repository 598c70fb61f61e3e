"""What a name and a few bytes tell of a file that a program may have encrypted."""

import pytest

from hygie.probes.examine.files import added_ending, entropy, is_note
from hygie.reference.examination import examination_rules


@pytest.mark.parametrize("name", [
    "how_to_decrypt.txt", "decrypt-my-files.html", "_readme.hta", "restore_files_info.txt", "readme_for_decrypt.txt",
    "!!!read_me!!!.txt", "your_files_are_encrypted.txt", "ransom_note.txt", "dechiffrer mes fichiers.txt",
])  # fmt: skip
def test_names_of_ransom_notes(name):
    assert is_note(name, examination_rules().files.notes)


@pytest.mark.parametrize("name", [
    "readme.txt", "readme.md", "lettre au confrère.odt", "restauration du logiciel.pdf", "lisez-moi.txt", "files.zip",
    "ordonnance clé décryptage.pdf", "facture verrouillée.pdf", "how to use.pdf",
])  # fmt: skip
def test_names_that_are_no_ransom_note(name):
    assert not is_note(name, examination_rules().files.notes)


@pytest.mark.parametrize(("name", "ending"), [
    ("a.pdf.lockbit", "lockbit"), ("a.b.docx.xyz", "xyz"), ("a.pdf", ""), ("a.pdf.zip", ""), ("a.pdf.bak", ""),
    ("a.docx.pdf", ""), ("a.tar.gz", ""), (".pdf.x", "x"), ("a.pdf. ", ""),
])  # fmt: skip
def test_endings_added_by_a_program(name, ending):
    assert added_ending(name, examination_rules().files.harmless) == ending


def test_entropy():
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(bytes(range(256))) == 8
