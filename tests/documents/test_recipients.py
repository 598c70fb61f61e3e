"""Reading the list of patients: French exports in every encoding, bounded, errors that never say a name."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygie.documents.recipients import (
    COLUMNS,
    LONGEST_CELL,
    MOST_BYTES,
    MOST_ROWS,
    BadRecipients,
    read_recipients,
)

TABLE = (
    "Civilité;Nom;Prénom;Adresse;Code postal;Ville\r\n"
    "Mme;Métayer;Zoé;3, rue de l’Œuvre;54000;Val\r\nM.;Dupontel;Luc;;;\r\n"
)
WANTED = [
    {"title": "Mme", "last_name": "Métayer", "first_name": "Zoé", "address": "3, rue de l’Œuvre", "postcode": "54000",
     "city": "Val"},
    {"title": "M.", "last_name": "Dupontel", "first_name": "Luc", "address": "", "postcode": "", "city": ""},
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_a_spreadsheet_is_read(encoding: str) -> None:
    assert read_recipients(TABLE.encode(encoding)) == WANTED


def test_utf_16_of_both_ends_is_read() -> None:
    assert read_recipients(b"\xfe\xff" + TABLE.encode("utf-16-be")) == WANTED


@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_every_delimiter_is_read(sign: str) -> None:
    table = 'Nom|Adresse|Ville\n"Métayer"|"3, rue; de"|Val\n'.replace("|", sign)
    assert read_recipients(table.encode()) == [{"last_name": "Métayer", "address": "3, rue; de", "city": "Val"}]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("NOM", "last_name"), ("Nom d'usage", "last_name"), ("Nom_de_famille", "last_name"), ("Prénom(s)", ""),
        ("PRENOM", "first_name"), ("C.P.", "postcode"), ("Code Postal", "postcode"), ("Commune", "city"),
        ("Adresse 2", "address_2"), ("Complément d’adresse", "address_2"), ("Titre", "title"),
    ],
)  # fmt: skip
def test_french_titles_are_recognised(title: str, kind: str) -> None:
    table = f"{title};Patient\nvaleur;Martin\n" if kind != "last_name" else f"{title};x\nvaleur;y\n"
    found = read_recipients(table.encode())[0]
    assert (found.get(kind) == "valeur") if kind else ("valeur" not in found.values())


def test_every_name_of_a_column_is_written_plainly_and_once() -> None:
    names = [name for known in COLUMNS.values() for name in known]
    assert len(names) == len(set(names))


def test_other_columns_are_not_read() -> None:
    table = "Nom;NIR;Diagnostic\nMartin;279035121518989;secret\n"
    assert read_recipients(table.encode()) == [{"last_name": "Martin"}]


def test_empty_lines_are_passed() -> None:
    assert len(read_recipients(b"\n;;\nNom;Ville\n\nMartin;Val\n;\n")) == 1


@pytest.mark.parametrize(
    ("raw", "why", "line"),
    [
        (b"", "vide", None),
        (b" \n \n", "vide", None),
        (b"Nom;Ville\n", "titres de colonnes", None),
        (b"Prenom;Ville\nDUPONTEL;Val\n", "colonne", 1),
        (b"Nom;Ville\nMartin;Val\n;DUPONTEL\n", "le nom manque", 3),
        (b"Nom;Ville\nMartin;" + b"DUPONTEL" * 30 + b"\n", "trop long", 2),
        (b'Nom;Ville\nMartin;"DUPONTEL\n', "guillemets", 2),
        (b"Nom;" * 80 + b"\nDUPONTEL\n", "colonnes", 1),
        (b"\x00\x01PK\x03\x04DUPONTEL", "fichier de texte", None),
        (b"\xff\xfeN\x00o", None, None),
        (b"Nom;Ville\nDUPONTEL\x81\x8d;Val\n", "accents", None),
        (b"a" * (MOST_BYTES + 1), "dix", None),
    ],
)
def test_what_cannot_be_read_says_where_and_never_what(raw: bytes, why: str | None, line: int | None) -> None:
    with pytest.raises(BadRecipients) as caught:
        read_recipients(raw)
    assert caught.value.exit_code == 3
    assert caught.value.line == line
    assert "DUPONTEL" not in f"{caught.value} {caught.value.next_step}"
    assert why is None or why in caught.value.sentence


def test_an_error_of_the_reader_is_not_chained_with_the_content() -> None:
    with pytest.raises(BadRecipients) as caught:
        read_recipients(b'Nom;Ville\nMartin;"DUPONTEL\n')
    cause, seen = caught.value.__cause__, []
    while cause is not None:
        seen.append(str(cause))
        cause = cause.__cause__
    assert "DUPONTEL" not in " ".join(seen)


def test_twenty_thousand_are_read_and_one_more_is_refused() -> None:
    table = b"Nom;Ville\n" + b"Martin;Val\n" * MOST_ROWS
    tracemalloc.start()
    assert len(read_recipients(table)) == MOST_ROWS
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000
    with pytest.raises(BadRecipients) as caught:
        read_recipients(table + b"Martin;Val\n")
    assert caught.value.line == MOST_ROWS + 2


def test_control_characters_do_not_reach_a_letter() -> None:
    found = read_recipients("Nom;Ville\nMar\u202etin\x07;V\x1b[31mal\n".encode())
    assert found == [{"last_name": "Martin", "city": "V[31mal"}]


def test_a_name_is_never_longer_than_a_line() -> None:
    assert read_recipients(f"Nom\n{'a' * LONGEST_CELL}\n".encode())


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_list_or_an_error(raw: bytes) -> None:
    try:
        found = read_recipients(raw)
    except BadRecipients:
        return
    assert all(row["last_name"] for row in found)


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_under_a_title_is_a_list_or_an_error(text: str) -> None:
    try:
        found = read_recipients(f"Nom;Ville\n{text}".encode("utf-8", "replace"))
    except BadRecipients:
        return
    assert all(set(row) <= set(COLUMNS) for row in found)


def test_two_million_quotes_are_an_error() -> None:
    with pytest.raises(BadRecipients):
        read_recipients(b"Nom;Ville\n" + b'"' * 2_000_000)
