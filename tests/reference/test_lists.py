"""The lists rules compare with: well formed, without doubles, and with the values the reference gives."""

import ipaddress
import re
from datetime import date

import pytest

from hygie.reference.lists import names, ports, products, software_support, system_support

KINDS = ("remote_tools", "backup_programs", "password_managers", "sync_clients", "antivirus", "databases")
PLATFORMS = ("windows", "macos", "linux")
FAMILIES = {"medical", "database", "legacy", "mail", "screen", "remote_desktop", "files", "ssh", "print"}


@pytest.mark.parametrize("port", [104, 11112, 4242, 8042, 2575])
def test_the_imaging_ports_of_the_cnil_s_decision_are_medical(port: int) -> None:
    assert ports()[port].family == "medical"


@pytest.mark.parametrize(
    ("port", "family"),
    [(23, "legacy"), (21, "legacy"), (5432, "database"), (3306, "database"), (1433, "database"), (27017, "database"),
     (6379, "database"), (5900, "screen"), (3389, "remote_desktop"), (25, "mail"), (143, "mail"), (445, "files"),
     (22, "ssh")],
)  # fmt: skip
def test_a_well_known_port_is_in_its_family(port: int, family: str) -> None:
    assert ports()[port].family == family


def test_every_port_is_possible_and_every_family_has_one() -> None:
    assert all(0 < port < 65536 for port in ports())
    assert {entry.family for entry in ports().values()} == FAMILIES


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_program_is_known_somewhere(kind: str) -> None:
    assert any(products(kind, platform) for platform in PLATFORMS)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_fragments_of_names_are_small_letters_and_never_so_short_that_they_match_everything(
    kind: str, platform: str
) -> None:
    for name, fragments in products(kind, platform).items():  # type: ignore[arg-type]
        for fragment in fragments:
            assert fragment == fragment.casefold(), name
            assert len(fragment.strip()) >= 3, name


def test_public_mail_and_protected_names_are_domains_in_small_letters() -> None:
    for name in names().consumer_mail:
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name)
    assert {"gmail.com", "orange.fr", "free.fr", "laposte.net", "icloud.com"} <= set(names().consumer_mail)
    assert not any("mssante" in name or "apicrypt" in name for name in names().consumer_mail)
    assert {"ameli.fr", "mssante.fr", "macsf.fr"} <= set(names().never_diverted)


def test_resolvers_are_public_addresses_written_in_their_shortest_form() -> None:
    for address in names().resolvers:
        assert str(ipaddress.ip_address(address)) == address
        assert ipaddress.ip_address(address).is_global
    for values in (names().resolvers, names().consumer_mail, names().never_diverted):
        assert len(values) == len(set(values))


@pytest.mark.parametrize(
    ("product", "version", "ends"),
    [
        ("debian", "12", date(2028, 6, 30)),
        ("windows-10", None, date(2025, 10, 14)),
        ("windows-8.1", None, date(2023, 1, 10)),
    ],
)
def test_ends_of_support_are_those_of_the_reference(product: str, version: str | None, ends: date) -> None:
    found = [entry.ends for entry in system_support() if entry.product == product and version in (None, entry.version)]
    assert ends in found


def test_no_system_has_two_ends() -> None:
    keys = [(entry.product, entry.version) for entry in system_support()]
    assert len(keys) == len(set(keys))


def test_every_pattern_of_a_program_is_valid_anchored_and_in_small_letters() -> None:
    for entry in software_support():
        pattern = re.compile(entry.key)
        assert entry.key == entry.key.casefold(), entry.name
        assert pattern.fullmatch("") is None, entry.name
        assert pattern.fullmatch("firefox") is None, entry.name


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("microsoft office professionnel plus 2016", "Microsoft Office 2016"),
        ("microsoft office 2019 - fr-fr", None),
        ("microsoft office famille et petite entreprise 2019 - fr-fr", "Microsoft Office 2019"),
        ("php7.4-cli", "PHP 7"),
        ("python2.7", "Python 2.7"),
        ("postgresql-11", "PostgreSQL 11"),
        ("python3.12", None),
        ("php8.3-cli", None),
        ("postgresql-17", None),
    ],
)
def test_a_program_is_recognised_by_its_pattern(program: str, name: str | None) -> None:
    found = [entry.name for entry in software_support() if re.fullmatch(entry.key, program)]
    assert (name in found) if name else found in ([], ["Microsoft Office 2019"])
