"""Whatever a Mac prints, a parser answers a fact, CannotTell or NotThere, and nothing else."""

import random
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.macos import accounts, backup, cards, disks, network, programs, session, sharing, system, wifi
from hygie.probes.macos.files import started_program
from hygie.probes.macos.reading import parse_plist, parse_profile

SAMPLES = Path(__file__).parent / "samples"
PLIST = '<?xml version="1.0"?><plist version="1.0"><dict><key>{}</key>{}</dict></plist>'
PARSERS: dict[str, Callable[[str], object]] = {
    "sw_vers": system.parse_release,
    "updates": lambda text: system.parse_pending(parse_plist(text)),
    "scan": lambda text: system.parse_last_scan(parse_plist(text)),
    "automatic": lambda text: system.parse_automatic(parse_plist(text)),
    "gatekeeper": system.parse_gatekeeper,
    "secure boot": system.parse_secure_boot,
    "time": system.parse_network_time,
    "df": system.parse_disk_space,
    "filevault": disks.parse_filevault,
    "diskutil": lambda text: disks.parse_mount(parse_plist(text)),
    "swap": disks.parse_swap,
    "destinations": backup.parse_destinations,
    "latest": lambda text: backup.parse_latest(text, UTC),
    "auto login": lambda text: accounts.parse_auto_login(parse_plist(text)),
    "guest": accounts.parse_guest,
    "users": lambda text: accounts.parse_administrators(text, text),
    "id": accounts.parse_daily,
    "policy": accounts.parse_password_policy,
    "lockout": accounts.parse_lockout,
    "delay": session.parse_delay,
    "display": session.parse_display_sleep,
    "idle": session.parse_idle,
    "firewall": network.parse_firewall,
    "listening": network.parse_listening,
    "proxy": network.parse_proxy,
    "resolvers": network.parse_resolvers,
    "hosts": network.parse_hosts,
    "roots": network.parse_roots,
    "service": lambda text: sharing.parse_service(text, "com.openssh.sshd"),
    "sshd": lambda text: sharing.parse_sshd(text, [text]),
    "guests": sharing.parse_guests,
    "shares": lambda text: sharing.parse_shares(text, guests=True),
    "known networks": lambda text: wifi.parse_known(parse_plist(text)),
    "airport": wifi.parse_current,
    "readers": cards.parse_readers,
    "products": lambda text: programs.recognise({"AnyDesk": ("anydesk",)}, [text]),
    "launchd": lambda text: started_program(parse_plist(text)),
    "profile": lambda text: parse_profile(text, "SPUSBDataType"),
}
HOSTILE = {
    "nothing": "",
    "spaces": " \n\t\r\n ",
    "zeros": "\0" * 64,
    "undecodable": "\ufffd" * 300,
    "deep JSON": "[" * 100_000,
    "JSON number": "7",
    "JSON null": "null",
    "items of the wrong kind": '{"SPiBridgeDataType": [null], "SPSmartCardsDataType": [[]], "SPAirPortDataType": 1}',
    "airport of the wrong kind": '{"SPAirPortDataType": [{"spairport_airport_interfaces": [7, {"x": 3}]}]}',
    "truncated plist": '<?xml version="1.0"?><plist version="1.0"><dict><key>a</key>',
    "binary plist": "bplist00\x01\x02",
    "list plist": '<?xml version="1.0"?><plist version="1.0"><array/></plist>',
    "entities": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><plist version="1.0"><dict/></plist>',
    "updates of the wrong kind": PLIST.format("RecommendedUpdates", "<array><integer>3</integer><dict/></array>"),
    "date of the wrong kind": PLIST.format("LastSuccessfulDate", "<string>hier</string>"),
    "policy of the wrong kind": PLIST.format(
        "policyCategoryPasswordContent", "<array><integer>3</integer><dict/></array>"
    ),
    "parameters of the wrong kind": PLIST.format(
        "policyCategoryAuthentication", "<array><dict><key>policyParameters</key><string>x</string></dict></array>"
    ),
    "unknown rule": PLIST.format(
        "policyCategoryPasswordContent",
        "<array><dict><key>policyContent</key><string>policyAttributePassword matches 'x'</string></dict></array>",
    ),
    "arguments of the wrong kind": PLIST.format("ProgramArguments", "<array><integer>1</integer></array>"),
    "mount of the wrong kind": PLIST.format("MountPoint", "<integer>1</integer>"),
    "huge numbers": f"root {9**30}\ndisplaysleep {9**20}\ntcp4 0 0 *.{9**12} *.* LISTEN\nLocal Address",
    "foreign digits": "root ٣\n*.٤٤ Local Address\ntcp4 0 0 *.٤٤ *.* LISTEN",
    "impossible date": "/Volumes/x/9999-99-99-999999.backup",
    "long line": "List of Share Points\nname:" + "smb: {" * 20_000,
    "cert without end": "Number of trusted certs = 9\nCert 0:\nTrust Setting 0:",
}


def answers(parser: Callable[[str], object], text: str) -> None:
    try:
        parser(text)
    except (CannotTell, NotThere) as reason:
        assert_sentence(str(reason))


def assert_sentence(reason: str) -> None:
    assert reason.endswith((".", "?"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())
def test_hostile_output_never_breaks_a_parser(parser: Callable[[str], object], text: str) -> None:
    answers(parser, text)


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())
def test_a_sample_meant_for_another_parser_never_breaks_this_one(parser: Callable[[str], object]) -> None:
    for path in sorted(SAMPLES.glob("*.txt")):
        answers(parser, path.read_text())


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())
def test_samples_cut_and_scrambled_never_break_a_parser(parser: Callable[[str], object]) -> None:
    chance = random.Random(20261124)
    for path in sorted(SAMPLES.glob("*.txt")):
        text = path.read_text()
        cut = chance.randrange(len(text))
        answers(parser, text[:cut])
        answers(parser, text[:cut] + chance.choice(["\0", "<", "}", "é", "9" * 40]) + text[cut:])


EMPTY_IS_AN_ANSWER = {"hosts", "service", "sshd", "products"}


@pytest.mark.parametrize("name", sorted(PARSERS.keys() - EMPTY_IS_AN_ANSWER))
def test_an_empty_output_is_never_good_news(name: str) -> None:
    with pytest.raises((CannotTell, NotThere)):
        PARSERS[name]("")
