"""What the SSH server accepts: sshd itself is the judge of its settings."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, SshServer, Unknown
from hygie.probes.linux import ssh
from tests.namespaces import own_mounts

KEYWORDS = {
    "passwordauthentication": "PasswordAuthentication", "permitrootlogin": "PermitRootLogin", "usepam": "UsePAM",
    "permitemptypasswords": "PermitEmptyPasswords", "kbdinteractiveauthentication": "KbdInteractiveAuthentication",
}  # fmt: skip


def server(box, text: str, **additions: str):
    box.write("/usr/sbin/sshd", "")
    box.write("/etc/ssh/sshd_config", text)
    for name, content in additions.items():
        box.write(f"/etc/ssh/sshd_config.d/{name}.conf", content)
    return box.ask(ssh.ssh_server)


def ours(box, text: str) -> dict[str, str]:
    box.write("/etc/ssh/sshd_config", text)
    found = ssh.accepted(ssh._settings(box.machine(), "/etc/ssh/sshd_config", 8))
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory):
    """Asks the real sshd what each of these settings files comes to."""
    folder = tmp_path_factory.mktemp("sshd")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)

    def judge(texts: list[str]) -> list[dict[str, str]]:
        for number, text in enumerate(texts):
            (folder / f"{number}.conf").write_text(text)
        one = f"/usr/sbin/sshd -T -h {folder}/key -f {folder}/$n.conf > {folder}/$n.out || exit 1"
        loop = f"for n in $(seq 0 {len(texts) - 1}); do {one}; done"
        script = f"mount -t tmpfs tmpfs /run && mkdir /run/sshd && {loop}"
        done = subprocess.run([*own_mounts(), "bash", "-c", script], text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        outputs = [(folder / f"{number}.out").read_text() for number in range(len(texts))]
        pairs = [dict(line.split(" ", 1) for line in output.splitlines() if " " in line) for output in outputs]
        return [{key: said[key].replace("without-password", "prohibit-password") for key in KEYWORDS} for said in pairs]

    return judge


WRITTEN = (
    "",
    "PasswordAuthentication no\n",
    "passwordauthentication no\nPasswordAuthentication yes\n",
    "PASSWORDAUTHENTICATION=no\n",
    "PasswordAuthentication = no\n",
    "  PasswordAuthentication\tno\n",
    'PasswordAuthentication "no"\n',
    "PasswordAuthentication no # plus tard\n",
    "#PasswordAuthentication no\n",
    "ChallengeResponseAuthentication no\nUsePAM yes\n",
    "KbdInteractiveAuthentication no\nChallengeResponseAuthentication yes\n",
    "PermitRootLogin without-password\n",
    "PermitRootLogin prohibit-password\nPermitRootLogin yes\n",
    "PermitRootLogin forced-commands-only\n",
    "PermitRootLogin yes\nPermitEmptyPasswords yes\nUsePAM yes\n",
    "PermitEmptyPasswords no\nPermitEmptyPasswords yes\n",
    "Match User backup\n  PasswordAuthentication no\nMatch all\n",
)


def test_settings_come_to_what_sshd_says(box, sshd) -> None:
    said = sshd(list(WRITTEN))
    for text, theirs in zip(WRITTEN, said, strict=True):
        mine = ours(box, text)
        assert {key: value for key, value in theirs.items() if key in mine} == mine, text
        assert len(mine) >= 4


def test_random_settings_come_to_what_sshd_says(box, sshd) -> None:
    import random

    source = random.Random(20261124)

    def line() -> str:
        key = source.choice(list(KEYWORDS.values()))
        value = source.choice(["yes", "no", "prohibit-password"] if key == "PermitRootLogin" else ["yes", "no"])
        return (
            source.choice(["", " ", "# "])
            + key
            + source.choice([" ", "=", " = ", "\t"])
            + source.choice([value, f'"{value}"'])
        )

    texts = ["\n".join(line() for _ in range(source.randint(1, 8))) + "\n" for _ in range(60)]
    assert [ours(box, text) for text in texts] == sshd(texts)


def test_included_files_come_to_what_sshd_says(box, sshd, tmp_path: Path) -> None:
    inside = tmp_path / "parts"
    inside.mkdir()
    parts = {
        "10-a.conf": "PasswordAuthentication no\nMatch User x\nPermitRootLogin yes\n",
        "20-b.conf": "PasswordAuthentication yes\n",
        ".hidden.conf": "UsePAM yes\n",
        "30-c.txt": "UsePAM yes\n",
    }
    for name, text in parts.items():
        (inside / name).write_text(text)
        box.write(f"{inside}/{name}", text)
    texts = [
        f"Include {inside}/*.conf\nPermitRootLogin no\n", f"PasswordAuthentication yes\nInclude {inside}/*.conf\n",
        f"Include {inside}/1?-*.conf\n",
        f'Include "{inside}/[12]0-*.conf" {inside}/absent.conf\n', f"include={inside}/20-b.conf\n",
        f"Match User x\nInclude {inside}/10-a.conf\n",
    ]  # fmt: skip
    for text, theirs in zip(texts, sshd(texts), strict=True):
        mine = ours(box, text)
        assert {key: value for key, value in theirs.items() if key in mine} == mine, text


# ------------------------------------------------------------------ the fact


def test_without_a_server_there_is_nothing_to_look_at(box) -> None:
    assert isinstance(box.ask(ssh.ssh_server), Absent)


def test_the_defaults_are_those_of_openssh(box) -> None:
    box.write("/usr/sbin/sshd", "")
    assert box.ask(ssh.ssh_server) == SshServer(password_login=True, root_login="keys", empty_passwords=False)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n",
            SshServer(False, "no", False),
        ),
        ("PasswordAuthentication no\nUsePAM yes\n", SshServer(True, "keys", False)),
        ("PasswordAuthentication no\nUsePAM no\n", SshServer(False, "keys", False)),
        ("PermitRootLogin yes\nPermitEmptyPasswords yes\n", SshServer(True, "yes", True)),
        (
            "PasswordAuthentication no\nMatch Address 192.168.0.0/16\n  PasswordAuthentication yes\n",
            SshServer(True, "keys", False),
        ),
        ("PermitRootLogin no\nMatch Address 192.168.0.0/16\n  PermitRootLogin yes\n", SshServer(True, "yes", False)),
        (
            "PermitRootLogin no\nMatch User root\n  PermitRootLogin forced-commands-only\n",
            SshServer(True, "keys", False),
        ),
        ("PasswordAuthentication no\nMatch User x\n  PermitEmptyPasswords yes\n", SshServer(False, "keys", True)),
    ],
)
def test_the_server_accepts_what_it_accepts_from_somebody(box, text: str, fact: SshServer) -> None:
    assert server(box, text) == fact


def test_a_match_block_ends_with_its_file(box) -> None:
    found = server(
        box, "Include sshd_config.d/*.conf\nPermitRootLogin yes\n", a="Match User backup\n  PasswordAuthentication no\n"
    )
    assert found.root_login == "yes"


def test_a_file_included_in_a_match_block_concerns_some_people(box) -> None:
    found = server(box, "PermitRootLogin no\nMatch User x\nInclude sshd_config.d/a.conf\n", a="PermitRootLogin yes\n")
    assert found.root_login == "yes"


@pytest.mark.parametrize(
    "text",
    ["Include sshd_config\n", "Include sshd_config.d/*.conf\nInclude sshd_config.d/*.conf\n", "Include */x.conf\n"],
)
def test_settings_that_cannot_be_followed_are_unknown(box, text: str) -> None:
    assert isinstance(server(box, text, a="Include sshd_config.d/*.conf\nInclude sshd_config.d/*.conf\n"), Unknown)


def test_settings_closed_to_us_are_unknown(box, as_nobody) -> None:
    server(box, "PasswordAuthentication no\n")
    box.path("/etc/ssh/sshd_config").chmod(0o600)
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import ssh\nprint(ask(ssh.ssh_server, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


@given(text=st.text(max_size=200) | st.text("Match Include\"'=\\#*?[yesno \n", max_size=120))
def test_whatever_the_settings_there_is_an_answer(text: str, boxes) -> None:
    assert isinstance(server(boxes(), text), (SshServer, Unknown))
    assert json.dumps(list(ssh.parse(text)))
