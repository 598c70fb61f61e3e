"""What the facts of an examination prove: never « all is well », never an attack from one weak sign."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygie.incident.examination import conclusion
from hygie.probes import facts as known
from hygie.probes.collect import Facts
from hygie.probes.examine import answers as own
from hygie.reference.examination import examination_rules
from hygie.reference.playbooks import IDS

QUIET = {
    own.DamagedFiles: own.DamagedFiles(0, 0, 0, (), 100),
    own.NewStartup: own.NewStartup((), 40, 7),
    own.RemoteActivity: own.RemoteActivity((), (), 7),
    own.NewAccounts: own.NewAccounts(0, 0, 7),
    own.DiskTrouble: own.DiskTrouble(0, 0, 0, 0, 7),
    own.UpdateRunning: own.UpdateRunning(running=False),
    own.OwnProxies: own.OwnProxies(0),
    known.HostsFile: known.HostsFile(()),
    known.RemoteTools: known.RemoteTools(()),
    known.Administrators: known.Administrators(1, 0, 0),
    known.ListeningServices: known.ListeningServices(()),
    known.Proxy: known.Proxy(configured=False),
    known.Resolvers: known.Resolvers(("192.168.1.1", "9.9.9.9", "fe80::1%eth0", "::1")),
    known.DiskSpace: known.DiskSpace(0.5, 1),
    known.PendingReboot: known.PendingReboot(required=False),
}
NEW_UNIT = own.NewStartup((own.StartupGroup("systemd", "/etc/systemd/system", 1),), 40, 7)
STRANGE_DNS = known.Resolvers(("198.41.0.4", "not an address"))
FULL = own.DiskTrouble(1, 0, 0, 0, 7)
NOTE = own.DamagedFiles(1, 0, 0, ("Documents",), 100)


def judge(*changes):
    return conclusion(Facts({**QUIET, **{type(change): change for change in changes}}))


def blind(kind, reason="Il faut les droits d'administrateur."):
    return {kind: known.Unknown(reason)}


def test_nothing_seen_is_unknown_and_says_whom_to_call():
    found = judge()
    assert found.verdict == "unknown"
    assert (found.signs, found.faults, found.not_seen, found.playbook) == ((), (), (), None)
    assert "prestataire" in found.call
    assert [one.id for one in found.whom_to_call] == ["17cyber", "cybermalveillance"]


def test_no_fact_at_all_is_unknown_and_names_every_question():
    found = conclusion(Facts({}))
    assert found.verdict == "unknown"
    assert {one.question for one in found.not_seen} == {question.id for question in examination_rules().questions}


def test_one_weak_sign_is_unknown():
    found = judge(NEW_UNIT)
    assert (found.verdict, found.playbook) == ("unknown", None)
    assert found.signs[0].sentence.endswith("(/etc/systemd/system).")


def test_two_weak_signs_of_two_questions_are_an_attack():
    found = judge(NEW_UNIT, STRANGE_DNS)
    assert (found.verdict, found.playbook) == ("attack", "intrusion")
    assert "2 serveurs de noms" in found.signs[1].sentence


def test_an_account_created_and_promoted_is_one_fact():
    assert judge(own.NewAccounts(1, 1, 7)).verdict == "unknown"


def test_a_strong_sign_is_an_attack_even_beside_a_fault():
    found = judge(NOTE, FULL, NEW_UNIT)
    assert (found.verdict, found.playbook) == ("attack", "ransomware")
    assert [one.id for one in found.faults] == ["full_disk"]


def test_a_strong_sign_gives_its_playbook_before_a_weak_one():
    tool = own.RemoteActivity(("AnyDesk",), ("AnyDesk",), 7)
    assert judge(STRANGE_DNS, NEW_UNIT, tool).playbook == "fake_support"


@pytest.mark.parametrize("fault", [
    FULL, own.DiskTrouble(0, 1, 0, 0, 7), own.DiskTrouble(0, 0, 3, 0, 7), own.DiskTrouble(0, 0, 0, 1, 7),
    own.UpdateRunning(running=True), known.PendingReboot(required=True),
])  # fmt: skip
def test_a_fault_alone_is_a_fault(fault):
    found = judge(fault)
    assert (found.verdict, found.playbook, len(found.faults)) == ("fault", None, 1)


def test_a_fault_beside_a_weak_sign_is_unknown():
    assert judge(FULL, NEW_UNIT).verdict == "unknown"


@pytest.mark.parametrize("kind", [
    own.DamagedFiles, known.HostsFile, own.RemoteActivity, known.Administrators, own.NewStartup, own.OwnProxies,
    known.Resolvers,
])  # fmt: skip
def test_a_fault_is_not_concluded_while_something_needed_is_hidden(kind):
    found = conclusion(Facts({**QUIET, own.DiskTrouble: FULL, **blind(kind)}))
    assert found.verdict == "unknown"
    assert found.not_seen[0].wholly


@pytest.mark.parametrize("kind", [known.ListeningServices, known.PendingReboot])
def test_a_fault_is_concluded_without_what_is_not_needed(kind):
    assert conclusion(Facts({**QUIET, own.DiskTrouble: FULL, **blind(kind)})).verdict == "fault"


def test_nothing_to_look_at_is_an_answer():
    facts = {**QUIET, own.DamagedFiles: known.Absent("Personne n'a de dossier."), own.DiskTrouble: FULL}
    assert conclusion(Facts(facts)).verdict == "fault"


def test_what_was_looked_at_in_part_is_said_once():
    found = judge(own.NewStartup((), 3, 7, "Fermé."), own.OwnProxies(0, "Fermé."))
    assert [(one.question, one.wholly) for one in found.not_seen] == [("startup", False), ("proxy", False)]


def test_a_full_disk_where_only_the_free_share_is_known():
    facts = {kind: fact for kind, fact in QUIET.items() if kind is not own.DiskTrouble}
    found = conclusion(Facts({**facts, known.DiskSpace: known.DiskSpace(0.04, 1)}))
    assert [one.id for one in found.faults] == ["full_disk"]
    assert conclusion(Facts({**facts, known.DiskSpace: known.DiskSpace(0.06, 1)})).faults == ()


def test_context_never_moves_the_verdict():
    services = known.ListeningServices((known.Listener(22, "sshd"), known.Listener(631, "cupsd")))
    found = judge(services, known.Administrators(3, 2, 0), known.RemoteTools(("AnyDesk",)))
    assert found.verdict == "unknown"
    assert {one.id for one in found.to_tell} == {"services", "administrators", "remote_installed"}
    assert "22 et 631" in next(one.sentence for one in found.to_tell if one.id == "services")


COUNTS = st.integers(0, 10_000)
NAMES = st.lists(st.sampled_from(("AnyDesk", "TeamViewer", "RustDesk")), unique=True).map(tuple)
FACTS = st.fixed_dictionaries({}, optional={
    own.DamagedFiles: st.builds(own.DamagedFiles, COUNTS, COUNTS, COUNTS, st.just(("Documents",)), COUNTS),
    own.RemoteActivity: st.builds(own.RemoteActivity, NAMES, NAMES, st.just(7)),
    own.NewAccounts: st.builds(own.NewAccounts, COUNTS, COUNTS, st.just(7)),
    own.DiskTrouble: st.builds(own.DiskTrouble, COUNTS, COUNTS, COUNTS, COUNTS, st.just(7)),
    own.OwnProxies: st.builds(own.OwnProxies, COUNTS),
    own.NewStartup: st.just(NEW_UNIT) | st.builds(known.Unknown, st.just("Non.")),
    known.Administrators: st.builds(known.Administrators, COUNTS, COUNTS, COUNTS),
    known.Resolvers: st.builds(known.Resolvers, st.lists(st.text(max_size=20), max_size=4).map(tuple)),
})  # fmt: skip


@given(FACTS, st.booleans())
@settings(deadline=None, max_examples=300)
def test_whatever_the_facts_the_conclusion_is_whole_and_prudent(facts, quiet):
    found = conclusion(Facts({**(QUIET if quiet else {}), **facts}))
    strong = any(one.weight == "strong" for one in found.signs)
    assert found.verdict == "attack" if strong else found.verdict in {"attack", "fault", "unknown"}
    assert found.verdict != "fault" or (found.faults and not found.signs)
    assert (found.playbook in IDS) if found.verdict == "attack" else found.playbook is None
    for one in (*found.signs, *found.faults, *found.to_tell):
        assert not re.search(r"[{}]", one.sentence)
    assert found.sentence
    assert found.call
    assert found.whom_to_call


@given(FACTS)
@settings(deadline=None, max_examples=40)
def test_hiding_a_fact_never_turns_doubt_into_an_ordinary_fault(facts):
    whole = {**QUIET, **facts}
    for kind in whole:
        hidden = conclusion(Facts(whole).without(kind, "Caché."))
        if conclusion(Facts(whole)).verdict == "unknown":
            assert hidden.verdict != "attack"
            assert hidden.verdict == "unknown" or not any(
                one.wholly and one.question in NEEDED for one in hidden.not_seen
            )


NEEDED = {question.id for question in examination_rules().questions if question.needed}
