from pathlib import Path

import pytest

from hygie.reference.errors import BrokenReference
from hygie.reference.phone import COUNT, HERE, load_phone, phone_questions
from hygie.web.inventory.answers import SAFE_PHONE


def test_six_questions_with_gestures_for_both_systems() -> None:
    questions = phone_questions()
    assert len(questions) == COUNT
    assert {question.id for question in questions} >= set(SAFE_PHONE)
    for question in questions:
        assert all(gesture.tap and gesture.source for _, _, gesture in question.systems)
        assert question.question.endswith("?")


def test_only_a_page_of_the_maker_is_called_verified() -> None:
    makers = ("https://support.apple.com/", "https://support.google.com/", "https://source.android.com/")
    for question in phone_questions():
        for _, _, gesture in question.systems:
            assert gesture.confidence != "verified" or gesture.url.startswith(makers)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('id = "lock"', 'id = "updates"'),
        ("https://www.begeek.fr", "http://www.begeek.fr"),
        ('confidence = "verified"', 'confidence = "sure"'),
        ('tap = ["Téléphone", "Clavier", "*#06#"]', "tap = []"),
    ],
)
def test_a_broken_file_is_told(before: str, after: str, tmp_path: Path) -> None:
    text = (HERE / "phone.toml").read_text("utf-8")
    assert before in text
    path = tmp_path / "phone.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference):
        load_phone(path)
