"""The degraded-mode pack: enough to work two days on paper, in plain words; what is not verified says so."""

import re
from pathlib import Path

import pytest

from hygie.reference import care_kit as module
from hygie.reference.care_kit import care_kit, load_care_kit
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import sources
from tests.reference.plain_french import faults

SHIPPED = Path(module.__file__).parent / "care_kit.toml"
KIT = care_kit()
LISTS = ("ready", "consultation", "secretary", "doctor", "billing", "afterwards")


def test_the_forms_that_a_practice_needs_are_there() -> None:
    assert {"consultation", "claim", "prescription", "secure_prescription", "sick_leave", "agenda"} <= {
        form.id for form in KIT.forms
    }


def test_what_depends_on_the_health_insurance_is_to_be_verified() -> None:
    claims = next(form for form in KIT.forms if form.id == "claim")
    assert claims.confidence == KIT.confidence == "unverified"
    assert "à vérifier" in KIT.note


def test_the_message_of_the_answering_machine_is_short_and_tells_where_to_call_for_an_emergency() -> None:
    assert len(KIT.phone_message.split()) <= 60
    assert "appelez le 15" in KIT.phone_message
    assert not re.search(r"attaque|pirat|virus|rançon", KIT.phone_message)


def test_nothing_tells_patients_of_an_attack_before_the_doctor_does() -> None:
    assert any("sans autre détail" in line for line in KIT.secretary)


@pytest.mark.parametrize("name", LISTS)
def test_every_line_is_plain(name: str) -> None:
    lines = getattr(KIT, name)
    assert len(lines) == len(set(lines))
    for line in lines:
        assert not faults(line), (line, faults(line))


def test_every_form_says_what_it_is_for_and_its_sources_exist() -> None:
    assert {KIT.source, *(form.source for form in KIT.forms if form.source)} <= set(sources())
    for form in KIT.forms:
        assert not faults(form.label), form.label
        assert not faults(form.use), form.use


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('id = "claim"', 'id = "agenda"'),
        ("copies = 10", "copies = 0"),
        ("copies = 10", 'copies = "dix"'),
        ('source = "incident-care-continuity"', 'source = "nowhere"'),
        ('source = "incident-sick-leave"', 'source = "nowhere"'),
        ("reprint_months = 6", "reprint_months = 60"),
        ("phone_message", "phone_text"),
        ("Date, heure, motif, examen, conclusion.", "Date"),
    ],
)
def test_a_broken_pack_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = tmp_path / "care_kit.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference):
        load_care_kit(path)
