import time
from contextlib import suppress

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.inventory.models import Provider
from hygie.web.inventory.reading import MOST_LINES, NotATable
from hygie.web.inventory.vcards import contacts_card, read_vcards

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{0}\r\nORG:{0}\r\nTEL;TYPE=WORK:0102030405\r\n{1}END:VCARD\r\n"


def provider(**fields: str) -> Provider:
    return Provider(**({"kind": "it", "name": "Perrin Informatique", "phone": "02 61 91 45 10"} | fields))


def test_contacts_are_read_back_by_a_telephone() -> None:
    text = contacts_card(
        [provider(contact="Lionel Perrin", hours="8 h à 18 h"), provider(kind="insurer", name="Assur")]
    ).decode()
    first, second = vobject.readComponents(text)
    assert first.fn.value.endswith("Perrin Informatique")
    assert first.tel.value == "02 61 91 45 10"
    assert "Lionel Perrin" in first.note.value
    assert second.fn.value.startswith("Assureur")
    assert text.count("\r\n") == text.count("\n")


def test_no_contract_number_leaves() -> None:
    assert "CT-991" not in contacts_card([provider(contract="CT-991")]).decode()


@pytest.mark.parametrize("name", ["A\r\nTEL:666", "A\nEND:VCARD", "A;B,C\\D", "x" * 80, "\u2028é"])
def test_a_name_cannot_write_another_line(name: str) -> None:
    [card] = vobject.readComponents(contacts_card([provider(name=name)]).decode())
    assert card.tel.value == "02 61 91 45 10"
    assert [child.name for child in card.getChildren()].count("TEL") == 1


def test_own_contacts_come_back() -> None:
    [line] = read_vcards(contacts_card([provider(email="a@b.example")])).lines
    assert line.cells[1] == "Perrin Informatique"
    assert line.cells[3:] == ("02 61 91 45 10", "a@b.example")


def test_a_huge_photo_and_folded_lines_are_left_aside() -> None:
    photo = "PHOTO;ENCODING=b:" + "A" * 60 + "\r\n" + (" " + "A" * 70 + "\r\n") * 20_000
    started = time.monotonic()
    [line] = read_vcards(CARD.format("Perrin", photo).encode()).lines
    assert line.cells[1] == "Perrin"
    assert time.monotonic() - started < 2


def test_a_folded_name_is_joined() -> None:
    [line] = read_vcards(b"BEGIN:VCARD\nVERSION:3.0\nFN:Perrin\n  Infor\n matique\nEND:VCARD\n").lines
    assert line.cells[1] == "Perrin Informatique"


def test_nested_cards_are_left_aside() -> None:
    nested = "BEGIN:VCARD\r\nFN:Dedans\r\n" * 500 + "END:VCARD\r\n" * 500
    rows = read_vcards(CARD.format("Dehors", nested).encode()).lines
    assert [line.cells[1] for line in rows] == ["Dehors"]


def test_two_thousand_contacts_and_not_one_more() -> None:
    card = CARD.format("A", "").encode()
    assert len(read_vcards(card * MOST_LINES).lines) == MOST_LINES
    with pytest.raises(NotATable, match="contacts"):
        read_vcards(card * (MOST_LINES + 1))


@pytest.mark.parametrize(
    "content", [b"", b"bonjour", b"BEGIN:VCARD", b"\xff\xfe\x00", b"a" * 2_000_001, b"END:VCARD\n" * 9]
)
def test_what_holds_no_contact_is_said(content: bytes) -> None:
    with pytest.raises(NotATable):
        read_vcards(content)


def test_a_hostile_value_is_a_fault_of_its_line() -> None:
    [line] = read_vcards(CARD.format("A\u202eB", "").encode()).lines
    assert line.faults


@given(st.text(st.sampled_from('BEGIN:VCARD\r\n ;=,\\"ENDFTLé0'), max_size=200))
def test_any_text_is_contacts_or_a_refusal(text: str) -> None:
    for content in (text, CARD.format("A", text)):
        with suppress(NotATable):
            read_vcards(content.encode())
