"""The delays, the contacts and the frameworks shipped with Hygie, and what their loaders refuse."""

from datetime import date
from pathlib import Path

import pytest

from hygie.reference.catalogue import catalogue
from hygie.reference.contacts import contacts, load_contacts
from hygie.reference.errors import BrokenReference
from hygie.reference.frameworks import frameworks, load_frameworks
from hygie.reference.law import deadlines, load_deadlines
from hygie.reference.sources import sources

DEADLINE = """
[[deadline]]
id = "complaint"
starts = "Dès que l'attaque est connue."
article = "Article 1"
sentence = "Portez plainte."
source = "s"
confidence = "verified"
as_of = 2026-11-24
"""
CONTACT = """
[[contact]]
id = "one"
name = "Un service"
purpose = "Aider."
source = "s"
confidence = "verified"
"""


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_the_complaint_and_the_cnil_have_seventy_two_hours() -> None:
    assert deadlines()["complaint"].hours == deadlines()["cnil"].hours == 72
    assert "L12-10-1" in deadlines()["complaint"].article
    assert "33" in deadlines()["cnil"].article


def test_the_insurer_counts_in_working_days() -> None:
    assert deadlines()["insurer"].working_days == 5
    assert deadlines()["insurer_theft"].working_days == 2


def test_every_deadline_is_dated_and_sourced() -> None:
    for deadline in deadlines().values():
        assert deadline.source in sources()
        assert date(2026, 1, 1) <= deadline.as_of
        assert deadline.sentence.endswith(".")


@pytest.mark.parametrize("length", ["", "hours = 72\nworking_days = 5", "hours = 0"])
def test_a_deadline_counted_in_no_way_or_two_ways_is_refused(tmp_path: Path, length: str) -> None:
    with pytest.raises(BrokenReference):
        load_deadlines(_write(tmp_path / "d.toml", DEADLINE + length))


def test_two_deadlines_may_not_share_an_identifier(tmp_path: Path) -> None:
    text = DEADLINE + "hours = 72\n"
    assert list(load_deadlines(_write(tmp_path / "d.toml", text))) == ["complaint"]
    with pytest.raises(BrokenReference):
        load_deadlines(_write(tmp_path / "d.toml", text + text))


def test_every_contact_can_be_reached_and_is_sourced() -> None:
    for contact in contacts().values():
        assert contact.phone or contact.url
        assert contact.source in sources()


def test_two_contacts_may_not_share_an_identifier(tmp_path: Path) -> None:
    text = CONTACT + 'phone = "17"\n'
    assert list(load_contacts(_write(tmp_path / "c.toml", text))) == ["one"]
    with pytest.raises(BrokenReference):
        load_contacts(_write(tmp_path / "c.toml", text + text))


@pytest.mark.parametrize("reach", ["", 'url = "http://exemple.fr"', 'url = "javascript:alert(1)"', 'fax = "17"'])
def test_a_contact_nobody_can_reach_safely_is_refused(tmp_path: Path, reach: str) -> None:
    with pytest.raises(BrokenReference):
        load_contacts(_write(tmp_path / "c.toml", CONTACT + reach))


def test_the_four_frameworks_have_all_their_points() -> None:
    counts = {name: len(one.items) for name, one in frameworks().items()}
    assert counts == {"anssi_hygiene": 42, "mon_aide_cyber": 6, "pgssi_s": 6, "tpe_pme_13": 13}


def test_every_point_a_check_refers_to_exists() -> None:
    for check in catalogue().checks.values():
        for name, points in check.frameworks.items():
            assert all(frameworks()[name].has(point) for point in points), check.id


def test_a_framework_is_named_after_its_file(tmp_path: Path) -> None:
    head = 'id = "one"\ntitle = "Un"\nurl = "https://exemple.fr"\nread_on = 2026-11-24\nconfidence = "verified"\n'
    text = head + '[[item]]\nid = "1"\ntitle = "Un point"\n'
    _write(tmp_path / "one.toml", text)
    assert load_frameworks(tmp_path)["one"].has(1)
    _write(tmp_path / "two.toml", text)
    with pytest.raises(BrokenReference):
        load_frameworks(tmp_path)


@pytest.mark.parametrize(
    "change", [("https://exemple.fr", "http://exemple.fr"), ('id = "2"', 'id = "1"'), ("title", "titre")]
)
def test_a_framework_with_a_bad_address_or_a_double_point_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    head = 'id = "one"\ntitle = "Un"\nurl = "https://exemple.fr"\nread_on = 2026-11-24\nconfidence = "verified"\n'
    text = head + '[[item]]\nid = "1"\ntitle = "a"\n[[item]]\nid = "2"\ntitle = "b"\n'
    _write(tmp_path / "one.toml", text.replace(*change))
    with pytest.raises(BrokenReference):
        load_frameworks(tmp_path)
