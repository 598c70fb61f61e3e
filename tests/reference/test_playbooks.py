"""The twelve playbooks and their steps: complete, in a safe order, reachable, in words a frightened person follows."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hygie.core.finding import Owner
from hygie.reference import playbooks as shipped
from hygie.reference.contacts import contacts
from hygie.reference.errors import BrokenReference
from hygie.reference.playbooks import IDS, PUBLIC, Playbook, Step, load_playbooks, playbooks, steps, steps_of
from hygie.reference.sources import sources
from tests.reference.plain_french import faults

TWELVE = (
    "isolate", "photo", "call_insurer", "call_providers", "evidence", "passwords", "continuity", "complaint", "cnil",
    "declare", "patients", "reinstall",
)  # fmt: skip
NO_COMPLAINT = {"wrong_recipient", "cps_lost", "paper"}
OWN_NUMBERS = {"", "insurer", "it_provider", "host", "isp", "agenda", "bank"}
MESSAGES = {"", "host", "isp", "software", "team"}
CLOCKS = {"complaint": "complaint", "cnil": "cnil", "declare": "insurer", "patients": "patients"}
FILES = Path(shipped.__file__).parent
every_playbook = pytest.mark.parametrize("one", playbooks().values(), ids=lambda one: str(one.id))


def _every_step() -> Iterator[tuple[str, Step]]:
    for name in IDS:
        for step in steps_of(name):
            yield name, step


def _texts(step: Step) -> tuple[str, ...]:
    return tuple(text for text in (step.title, step.doing, step.say, *step.how, *step.avoid) if text)


# ------------------------------------------------------------------ complete and in order


def test_the_ransomware_has_exactly_the_twelve_steps_of_the_mock_up() -> None:
    assert playbooks()["ransomware"].steps == TWELVE
    last = steps()["reinstall"]
    assert last.needs == ("evidence", "complaint")
    assert not last.waivable


@every_playbook
def test_every_playbook_can_be_closed(one: Playbook) -> None:
    assert {"evidence", "cnil", "declare", "patients", "call_insurer"} <= set(one.steps)
    assert len(one.steps) == len(set(one.steps)) <= 20
    clocks = [steps()[name].clock for name in one.steps if steps()[name].clock]
    assert len(clocks) == len(set(clocks))
    assert ("complaint" in one.steps) == one.complaint == (one.id not in NO_COMPLAINT)
    assert ("provider_notice" in one.steps) == one.provider == (one.id == "provider_leak")
    assert one.theft == (one.id == "lost_device")


def test_each_clock_is_answered_by_its_step() -> None:
    assert {name: steps()[name].clock for name in CLOCKS} == CLOCKS
    assert steps()["provider_notice"].clock == "provider"
    assert {step.id for step in steps().values() if step.clock} == {*CLOCKS, "provider_notice"}
    assert steps()["complaint"].receipt == "required"
    assert steps()["cnil"].receipt == "optional"


@every_playbook
def test_isolation_comes_first_and_alone_precedes_the_insurer(one: Playbook) -> None:
    assert ("isolate" in one.steps) == one.isolate
    assert not one.isolate or one.steps[0] == "isolate"
    before = one.steps[: one.steps.index("call_insurer")]
    assert len([name for name in before if name != "photo"]) <= 2
    assert one.steps.index("call_insurer") <= 2


@every_playbook
def test_nothing_is_repaired_before_the_evidence_and_nothing_waits_for_a_later_step(one: Playbook) -> None:
    for rank, name in enumerate(one.steps):
        for needed in steps()[name].needs:
            assert needed not in one.steps or one.steps.index(needed) < rank, (name, needed)
    assert "reinstall" not in one.steps or one.steps[-1] == "reinstall"


@pytest.mark.parametrize("name", ["remove_remote_tool", "check_computer", "accounts_check", "reinstall"])
def test_what_changes_a_computer_waits_for_the_evidence(name: str) -> None:
    assert "evidence" in steps()[name].needs


def test_only_the_reinstallation_cannot_be_waived() -> None:
    assert [step.id for step in steps().values() if not step.waivable] == ["reinstall"]


def test_every_step_is_used_and_every_need_exists() -> None:
    used = {name for one in playbooks().values() for name in one.steps}
    assert used == set(steps())
    assert {needed for step in steps().values() for needed in step.needs} <= set(steps())


# ------------------------------------------------------------------ what domain knowledge asks of each


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("phishing", {"new_password", "sessions", "mailbox_rules", "mailbox_access", "recovery", "second_factor"}),
        ("account_takeover", {"recover_account", "recovery", "warn_contacts", "check_activity", "card_bank"}),
        ("data_leak", {"stop_exposure", "deindex", "leak_scope"}),
        ("provider_leak", {"provider_notice", "leak_types", "leak_list", "provider_measures"}),
        ("lost_device", {"remote_lock", "card_in_bag", "passwords", "device_facts"}),
        ("wrong_recipient", {"ask_deletion", "deletion_confirmed"}),
        ("cps_lost", {"card_opposition", "card_recent_use", "new_card"}),
        ("fake_support", {"remove_remote_tool", "card_bank", "accounts_check", "reinstall"}),
        ("bank_details", {"call_bank", "check_supplier"}),
        ("intrusion", {"close_port", "accounts_check"}),
        ("paper", {"secure_paper", "police_report", "pads"}),
    ],
)
def test_each_playbook_has_its_own_gestures(name: str, wanted: set[str]) -> None:
    assert wanted <= set(playbooks()[name].steps)


@pytest.mark.parametrize(
    ("name", "call"), [("bank_details", "bank"), ("cps_lost", "ans_cps"), ("data_leak", "it_provider")]
)
def test_the_number_that_stops_the_loss_comes_first(name: str, call: str) -> None:
    assert steps_of(name)[0].call == call


def test_the_remote_lock_comes_before_the_line_is_cut() -> None:
    order = playbooks()["lost_device"].steps
    assert order.index("remote_lock") < order.index("block_line")


@every_playbook
def test_what_must_never_be_done_fits_the_case(one: Playbook) -> None:
    assert 3 <= len(one.never) <= 5
    assert all(re.match(r"[a-zé]+(?:er|ir|re)\b", item) for item in one.never), one.never
    assert ("éteindre l'ordinateur" in one.never) == one.isolate


@every_playbook
def test_a_step_may_not_ask_for_what_the_playbook_forbids(one: Playbook) -> None:
    gestures = " ".join(" ".join(step.how) for step in steps_of(one.id)).lower()
    for order in ("éteignez l'ordinateur", "payez", "redémarrez l'ordinateur", "répondez au"):
        assert order not in gestures


# ------------------------------------------------------------------ words


@every_playbook
def test_the_words_of_a_playbook_are_short_and_calm(one: Playbook) -> None:
    assert 20 <= len(one.voice) <= 90
    assert one.voice.endswith(".")
    assert one.first.endswith(".")
    assert len(one.title) <= 60
    assert one.sources
    for text in (one.title, one.sees, one.voice, one.first, *one.never):
        assert not faults(text), (text, faults(text))


@pytest.mark.parametrize(("name", "step"), list(_every_step()), ids=lambda one: one if isinstance(one, str) else one.id)
def test_the_words_of_a_step_are_an_order_that_fits_on_one_line(name: str, step: Step) -> None:
    assert 10 <= len(step.title) <= 60, (name, len(step.title))
    assert step.title[-1] in ".?"
    assert re.match(r"[A-ZÉ]", step.title)
    assert 10 <= len(step.doing) <= 60, (name, len(step.doing))
    assert not step.doing.endswith(".")
    assert 2 <= len(step.how) <= 5
    assert all(len(line) <= 110 for line in step.how)
    assert 1 <= step.minutes <= 240
    assert step.who in Owner
    assert step.sources
    for text in _texts(step):
        assert not faults(text, longest=16), (text, faults(text, longest=16))


def test_whoever_is_called_can_be_reached() -> None:
    for name, step in _every_step():
        assert step.call in OWN_NUMBERS | set(PUBLIC), (name, step.id)
        assert not step.call or step.call == "cnil" or step.say, (name, step.id)
        assert step.message in MESSAGES
    assert set(PUBLIC.values()) <= set(contacts())


def test_no_delay_and_no_number_is_written_in_a_step() -> None:
    for _, step in _every_step():
        for text in _texts(step):
            assert not re.search(r"\d+ ?(?:h\b|heures|jours)|\b0\d(?: ?\d\d){4}\b|\b36\d\d\b", text), text


def test_every_source_exists() -> None:
    named = {name for step in steps().values() for name in step.sources}
    named |= {name for one in playbooks().values() for name in one.sources}
    assert named <= set(sources())


@pytest.mark.parametrize(
    "text",
    [
        "Changez votre password.", "Ajoutez la MFA.", "Attention !", "Veuillez patienter.", "L’écran est bloqué.",
        "Qui appeler?", "Notez : l'heure  exacte.", " ".join(["un"] * 17) + ".", "Le numéro est 10100000008.",
    ],
)  # fmt: skip
def test_what_the_texts_are_held_against_does_find_faults(text: str) -> None:
    assert faults(text)


# ------------------------------------------------------------------ a playbook's own words


def test_a_playbook_says_a_shared_step_in_its_own_words() -> None:
    own = {step.id: step for step in steps_of("wrong_recipient")}["evidence"]
    assert own.who is Owner.SECRETARY
    assert own.call == own.say == ""
    assert own.sources == steps()["evidence"].sources
    assert steps()["evidence"].who is Owner.IT_PROVIDER


def test_each_playbook_tells_the_insurer_its_own_story() -> None:
    said = [{step.id: step for step in steps_of(name)}["call_insurer"].say for name in IDS]
    assert len(set(said)) == len(IDS)


def test_the_shipped_words_change_neither_order_nor_gates() -> None:
    for name, step in _every_step():
        plain = steps()[step.id]
        assert (step.id, step.clock, step.needs, step.receipt, step.waivable) == (
            plain.id, plain.clock, plain.needs, plain.receipt, plain.waivable,
        ), name  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('id = "phishing"', 'id = "fishing"', "douze"),
        ('"isolate", "photo"', '"isolate", "foto"', "foto"),
        ('sources = ["incident-cert-fr"', 'sources = ["nowhere"', "nowhere"),
        ('step = "call_insurer"', 'step = "call_bank"', "call_bank"),
        ("isolate = true", "isolated = true", "isolated"),
        ("complaint = true", 'complaint = "yes"', "complaint"),
    ],
)
def test_a_broken_file_of_playbooks_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "playbooks.toml"
    shutil.copy(FILES / "playbooks.toml", path)
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference) as caught:
        load_playbooks(path)
    assert said in caught.value.reason


def test_two_steps_may_not_share_an_identifier(tmp_path: Path) -> None:
    path = tmp_path / "steps.toml"
    text = (FILES / "steps.toml").read_text("utf-8")
    path.write_text(text.replace('id = "photo"', 'id = "isolate"', 1), "utf-8")
    with pytest.raises(BrokenReference):
        shipped.load_steps(path)
