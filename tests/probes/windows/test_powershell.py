"""The scripts and how they are run: constants, once each, without a double quote."""

import re

import pytest

from hygie.probes.collect import collect
from hygie.probes.facts import Absent, Unknown
from hygie.probes.machine import CannotTell
from hygie.probes.windows import PROBES, accounts, cards, disks, mail, network, programs, rights, ssh, system, updates
from hygie.probes.windows.powershell import answers

THEMES = [module.THEME for module in (updates, network, system, disks, programs, accounts, rights, cards, mail, ssh)]
WRITING = re.compile(
    r"\b(Set|New|Remove|Clear|Add|Copy|Move|Rename|Start|Stop|Restart|Enable|Disable|Install|Uninstall|Invoke|Out-File|"
    r"Register|Unregister|Update|Write|Export)-(?!Object\b)\w+|\bdel\b|\breg(\.exe)? add\b|(?<![-\w])>(?!=)"
)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_script_holds_no_double_quote_and_only_ascii(theme):
    assert '"' not in theme.script
    assert theme.script.isascii()
    assert len(theme.script) < 30_000


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_script_closes_what_it_opens(theme):
    bare = re.sub(r"'[^']*'", "", theme.script)
    for opened, closed in ("{}", "()", "[]"):
        assert bare.count(opened) == bare.count(closed)
    assert theme.script.count("'") % 2 == 0


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_script_only_reads(theme):
    assert not WRITING.search(re.sub(r"'[^']*'", "", theme.script))


def test_a_script_runs_once_for_all_the_probes_of_its_theme(windows):
    machine = windows(proxy=[{"ProxyEnable": 0, "HasScript": False}], resolvers=None)
    assert network.probe_proxy(machine).configured is False
    with pytest.raises(CannotTell, match="administrateur"):
        network.probe_resolvers(machine)
    assert len(machine.scripts) == 1


def test_another_machine_is_asked_again(windows):
    rows = {"ProxyEnable": 1, "HasScript": False}
    assert network.probe_proxy(windows(proxy=rows)).configured
    assert not network.probe_proxy(windows(proxy=rows | {"ProxyEnable": 0})).configured


@pytest.mark.parametrize("text", ["", "null", "{}", '{"answers": [], "failures": {}}', '{"answers": {}}', "Erreur"])
def test_an_output_of_another_shape_cannot_be_told(text):
    with pytest.raises(CannotTell):
        answers(text)


def test_a_missing_tool_is_said_in_french():
    told = answers('{"answers": {}, "failures": {"bitlocker": "ObjectNotFound"}}')
    with pytest.raises(CannotTell, match="n'a pas l'outil"):
        told.rows("bitlocker")


def test_without_powershell_every_fact_is_unknown_or_read_from_files(windows):
    facts = collect(windows(), PROBES)
    known = {kind.__name__ for kind in PROBES if not isinstance(facts.get(kind), Unknown | Absent)}
    assert known <= {"HostsFile", "BrowserPasswords", "StoredCredentials", "SensitiveFiles"}


def test_no_probe_breaks_when_windows_answers_nothing(windows):
    questions = {name: [] for theme in THEMES for name in theme.questions}
    facts = collect(windows(**questions), PROBES)
    assert not [kind for kind in PROBES if "n'a pas compris" in getattr(facts.get(kind), "reason", "")]


def test_facts_of_different_themes_come_first():
    heads = [probe.__module__ for probe in list(PROBES.values())[:4]]
    assert len(set(heads)) == 4
