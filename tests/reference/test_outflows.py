"""What leaves the practice is listed, and the list is held against the code: no other module talks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hygie.reference.errors import BrokenReference
from hygie.reference.outflows import load_outflows, outflows

SOURCE = Path(__file__).parents[2] / "src"
SHIPPED = SOURCE / "hygie/reference/outflows.toml"
TALKERS = {
    "aiohttp", "asyncio", "cheroot", "django.core.mail", "ftplib", "http.client", "httpx", "imaplib", "nntplib",
    "paramiko", "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib.request",
    "urllib3", "websockets", "wsgiref", "xmlrpc",
}  # fmt: skip
DIALS = {"connect", "connect_ex", "create_connection", "urlopen", "HTTPConnection", "HTTPSConnection", "SMTP"}
PROGRAMS = {"curl", "wget", "ncat", "scp", "rsync", "ping", "dig", "nslookup"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((SOURCE / "hygie").rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text("utf-8"))


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _talks(tree: ast.Module) -> set[str]:
    names = _imported(tree)
    return {talker for talker in TALKERS if any(name == talker or name.startswith(f"{talker}.") for name in names)}


def _use_of(module: str) -> str:
    uses = [d.use for d in outflows().door if module == d.module or module.startswith(d.module + ".")]
    return uses[0] if uses else ""


def test_every_module_that_may_open_a_socket_is_listed() -> None:
    unlisted = {name: sorted(talk) for name, tree in _modules() if (talk := _talks(tree)) and not _use_of(name)}
    assert unlisted == {}


def test_every_door_of_the_list_exists_and_is_used() -> None:
    talking = {name for name, tree in _modules() if _talks(tree)}
    for door in outflows().door:
        assert any(name == door.module or name.startswith(door.module + ".") for name in talking), door.module


def test_what_only_asks_the_name_of_this_computer_does_nothing_else() -> None:
    for name, tree in _modules():
        if _use_of(name) == "name":
            assert _talks(tree) <= {"socket"}
            used = {
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "socket"
            }
            assert used <= {"gethostname"}, name


def test_what_listens_never_dials_another_machine() -> None:
    """A local socket of the system (AF_UNIX, to say « ready » to systemd) is no way out."""
    for name, tree in _modules():
        if _use_of(name) == "listens":
            dialled = {
                node.func.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DIALS
            }
            assert dialled <= ({"connect"} if "AF_UNIX" in ast.dump(tree) else set()), name


def test_nothing_runs_a_program_that_talks() -> None:
    for name, tree in _modules():
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not texts & PROGRAMS, name


def test_only_what_is_switched_on_and_the_practices_own_network_reach_another_machine() -> None:
    out = {door.module for door in outflows().door if door.use == "out"}
    ways = {outflow.way for outflow in outflows().outflow for door in outflow.doors if door in out}
    assert ways == {"switch", "inside"}
    assert {door for outflow in outflows().outflow for door in outflow.doors} == out


def test_what_never_leaves_is_said_for_the_hub_the_updates_and_the_usage() -> None:
    never = {outflow.id for outflow in outflows().outflow if outflow.way == "never"}
    assert never == {"hub", "updates", "telemetry"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "calendar"', 'id = "documents"', "même identifiant"),
        ('doors = ["hygie.web.practice.mail"]', 'doors = ["hygie.web.practice.post"]', "pas dans la liste"),
        ('doors = ["hygie.web.practice.mail"]', "doors = []", "nommer sa porte"),
        ('way = "never"\n', 'way = "never"\ndoors = ["hygie.web.practice.mail"]\n', "pas de porte"),
        ('way = "gesture"', 'way = "sometimes"', "valeur inattendue"),
    ],
)
def test_a_broken_list_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    broken = tmp_path / "outflows.toml"
    broken.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BrokenReference, match=reason):
        load_outflows(broken)
