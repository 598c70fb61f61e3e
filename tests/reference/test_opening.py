"""The questions of « Il se passe quelque chose d'anormal »: three at most, and an answer whatever is said."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.reference import opening as module
from hygie.reference.errors import BrokenReference
from hygie.reference.opening import (
    MOST,
    UNKNOWN,
    Inference,
    infer,
    instruction,
    load_opening,
    next_question,
    opening,
)
from hygie.reference.playbooks import IDS, playbooks
from tests.reference.plain_french import faults

SHIPPED = Path(module.__file__).parent / "opening.toml"
FIRST_INSTRUCTIONS = {
    "screen": "câble", "mail": "cliquez plus", "device": "Verrouillez", "wrong_person": "destinataire",
    "phone": "Raccrochez", "other": "touchez plus",
}  # fmt: skip


def _paths(answers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every way through the questions, from the first to the last, with what was answered."""
    question = next_question(answers)
    if question is None:
        yield dict(answers)
        return
    for choice in opening().choices(question):
        yield from _paths({**answers, question.id: choice.id})


EVERY_PATH = list(_paths({}))


def test_the_paths_are_many_and_each_asks_three_questions_at_most() -> None:
    assert len(EVERY_PATH) > 40
    assert all(2 <= len(path) <= MOST for path in EVERY_PATH)


def test_every_path_gives_a_playbook_or_an_examination_and_every_playbook_has_a_path() -> None:
    found = [infer(path) for path in EVERY_PATH]
    assert all((one.playbook is None) == one.examine for one in found)
    assert {one.playbook for one in found} - {None} == set(IDS)
    assert any(one.examine for one in found)


@pytest.mark.parametrize("path", EVERY_PATH, ids=lambda path: "-".join(path.values()))
def test_every_path_tells_what_to_do_at_once_after_each_answer(path: dict[str, str]) -> None:
    answered: dict[str, str] = {}
    for question, choice in path.items():
        answered[question] = choice
        assert instruction(answered)


def test_the_first_question_has_six_choices_and_an_instruction_comes_at_once() -> None:
    first = next_question({})
    assert first is not None
    offered = opening().choices(first)
    assert [one.id for one in offered] == list(FIRST_INSTRUCTIONS)
    for one in offered:
        assert FIRST_INSTRUCTIONS[one.id] in instruction({first.id: one.id})
    assert instruction({}) == ""


def test_when_nothing_settles_it_the_most_careful_playbook_is_opened() -> None:
    fallback = playbooks()[opening().fallback]
    assert fallback.isolate
    assert fallback.complaint


def test_nobody_has_to_know() -> None:
    for question in opening().questions:
        assert question.open_ended or opening().choices(question)[-1].id == UNKNOWN
    assert [one.id for one in opening().questions if one.open_ended] == [opening().start]


def test_a_blocked_screen_asks_whether_it_is_connected_then_whether_a_disk_is_plugged_in() -> None:
    asked: dict[str, str] = {"sees": "screen"}
    order = []
    while (question := next_question(asked)) is not None:
        order.append(question.id)
        asked[question.id] = "yes"
    assert order == ["connected", "disk"]
    assert infer(asked) == Inference("ransomware", examine=False)


@pytest.mark.parametrize(
    ("answers", "meant"),
    [
        ({"sees": "screen", "connected": UNKNOWN, "disk": UNKNOWN}, Inference("ransomware", examine=False)),
        ({"sees": "mail", "mail": "password"}, Inference("phishing", examine=False)),
        ({"sees": "mail", "mail": UNKNOWN}, Inference("phishing", examine=False)),
        ({"sees": "mail", "mail": "file", "connected": "yes"}, Inference("intrusion", examine=False)),
        ({"sees": "mail", "mail": "transfer"}, Inference("bank_details", examine=False)),
        ({"sees": "device", "device": "stolen"}, Inference("lost_device", examine=False, stolen=True)),
        ({"sees": "device", "device": "lost"}, Inference("lost_device", examine=False, stolen=False)),
        ({"sees": "device", "device": UNKNOWN}, Inference("lost_device", examine=False)),
        ({"sees": "wrong_person", "wrong_person": UNKNOWN}, Inference("wrong_recipient", examine=False)),
        ({"sees": "wrong_person", "wrong_person": "published"}, Inference("data_leak", examine=False)),
        ({"sees": "phone", "phone": "control"}, Inference("fake_support", examine=False)),
        ({"sees": "phone", "phone": UNKNOWN}, Inference("fake_support", examine=False)),
        ({"sees": "phone", "phone": "money"}, Inference("bank_details", examine=False)),
        ({"sees": "other", "which": "provider"}, Inference("provider_leak", examine=False)),
        ({"sees": "other", "which": "account"}, Inference("account_takeover", examine=False)),
        ({"sees": "other", "which": "card"}, Inference("cps_lost", examine=False)),
        ({"sees": "other", "which": "paper"}, Inference("paper", examine=False)),
    ],
)
def test_what_the_answers_mean(answers: dict[str, str], meant: Inference) -> None:
    assert infer(answers) == meant


@pytest.mark.parametrize(
    "answers",
    [
        {}, {"sees": "other"}, {"sees": "other", "which": "odd"}, {"sees": "other", "which": UNKNOWN},
        {"sees": "mail", "mail": "clicked"}, {"sees": "phone", "phone": "nothing"}, {"sees": "martien"},
    ],
)  # fmt: skip
def test_what_nobody_understands_is_examined(answers: dict[str, str]) -> None:
    assert infer(answers) == Inference(None, examine=True)


@pytest.mark.parametrize("question", [one.id for one in opening().questions if not one.open_ended])
def test_a_choice_that_does_not_exist_counts_as_unknown(question: str) -> None:
    path = next(one for one in EVERY_PATH if one.get(question) == UNKNOWN)
    odd = {**path, question: "\x00 nulle part"}
    assert infer(odd) == infer(path)
    assert instruction(odd) == instruction(path)
    assert next_question(odd) == next_question(path)


_words = st.sampled_from([choice.id for one in opening().questions for choice in one.choice]) | st.text(max_size=8)
_names = st.sampled_from([one.id for one in opening().questions]) | st.text(max_size=8)


@given(st.dictionaries(_names, _words, max_size=12))
def test_any_answers_at_all_give_something(answers: dict[str, str]) -> None:
    found = infer(answers)
    assert (found.playbook is None) == found.examine
    assert found.playbook is None or found.playbook in IDS
    assert isinstance(instruction(answers), str)
    asked = 0
    while (question := next_question(answers)) is not None:
        assert question.id not in answers
        answers = {**answers, question.id: UNKNOWN}
        asked += 1
    assert asked <= MOST


def test_every_text_is_plain_and_short() -> None:
    for question in opening().questions:
        assert question.question.endswith(" ?")
        told = [choice.tell for choice in opening().choices(question)]
        assert all(told)
        for text in (question.question, *told, *(choice.label for choice in question.choice)):
            assert not faults(text), (text, faults(text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('start = "sees"', 'start = "nowhere"'),
        ('fallback = "intrusion"', 'fallback = "nowhere"'),
        ('next = "connected"', 'next = "nowhere"'),
        ('id = "disk"', 'id = "connected"'),
        ('{ id = "no", label = "Non"', '{ id = "yes", label = "Non"'),
        ('{ id = "no", label = "Non"', '{ id = "unknown", label = "Non"'),
        ('playbook = "ransomware"', 'playbook = "rancon"'),
        ('playbook = "ransomware"', ""),
        ('playbook = "ransomware"', 'playbook = "ransomware"\nexamine = true'),
        ('when = { sees = "screen" }', 'when = { sees = "screens" }'),
        ("when = {}", 'when = { sees = "other" }'),
        ('source = "cybermalveillance-reflexes"', 'source = "nowhere"'),
        ("open_ended = true", "open_ended = 1"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = tmp_path / "opening.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference):
        load_opening(path)
