"""What every answer carries, and what no page contains: no script or style of its own, nothing from elsewhere."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.middleware import POLICY
from tests.web.accounts.conftest import enter, with_password
from tests.web.security.walk import is_page, opened, read
from tests.web.security.world import World

OWN_POLICY = ("/documents/rapport/", "/preuves/")
"""A report carries its style under its hash; a proof is a file in a sandbox. Both allow less than POLICY."""
REPO = Path(__file__).resolve().parents[3]


def directives(answer: Any) -> dict[str, str]:
    policy = answer["Content-Security-Policy"]
    return {part.split()[0]: " ".join(part.split()[1:]) for part in policy.split(";")}


def assert_headers(url: str, answer: Any) -> None:
    assert answer["X-Content-Type-Options"] == "nosniff", url
    assert answer["Referrer-Policy"] == "same-origin", url
    assert answer.get("X-Frame-Options") == "DENY" or url.startswith("/static/"), url
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", url
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", url
    assert "camera=()" in answer["Permissions-Policy"], url
    assert "microphone=()" in answer["Permissions-Policy"], url
    if not url.startswith(OWN_POLICY) or answer.status_code != 200:
        assert answer["Content-Security-Policy"] == POLICY, url
    found = directives(answer)
    assert found["default-src"] == "'none'", url
    assert "unsafe" not in answer["Content-Security-Policy"], url
    assert "*" not in answer["Content-Security-Policy"], url
    assert not re.search(r"https?:", answer["Content-Security-Policy"]), url


@pytest.mark.parametrize("role", [Role.HOLDER, Role.LOCUM, None])
def test_every_answer_carries_the_headers_and_nothing_is_remembered(role: Role | None, ours: World) -> None:
    client = Client() if role is None else ours.client(role)
    count = 0
    for url, answer in opened(client, ours, role or Role.HOLDER):
        assert_headers(url, answer)
        assert "no-store" in answer["Cache-Control"], url
        count += 1
    assert count > 90


def test_our_policy_is_the_strict_one() -> None:
    assert POLICY == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


@pytest.mark.parametrize("url", ["/nulle-part/", "/preuves/999999/", "/question/x/", "/%00", "/constats/zzz/"])
def test_refusals_carry_them_too(url: str, doctor: Client) -> None:
    answer = doctor.get(url)
    assert answer.status_code in {400, 404}
    assert_headers(url, answer)
    assert "no-store" in answer["Cache-Control"]


def test_a_failure_carries_them_too(doctor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hygie.web.dashboard.views.selectors.current_checkup", broken)
    doctor.raise_request_exception = False
    answer = doctor.get("/mesures/")
    assert answer.status_code == 500
    assert_headers("/mesures/", answer)
    assert "no-store" in answer["Cache-Control"]


def test_files_of_the_app_carry_them_and_may_be_remembered(db: None) -> None:
    page = Client().get("/entrer/").content.decode()
    files = sorted(set(re.findall(r'(?:href|src)="(/static/[^"?#]+)', page)))
    assert any(file.endswith(".css") for file in files)
    for file in files:
        answer = Client().get(file)
        assert answer.status_code == 200, file
        assert_headers(file, answer)
        assert "max-age" in answer["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("role", [Role.HOLDER, Role.SECRETARY, None])
def test_no_page_holds_a_script_a_style_or_anything_from_elsewhere(role: Role | None, ours: World) -> None:
    client = Client() if role is None else ours.client(role)
    seen = 0
    for url, answer in opened(client, ours, role or Role.HOLDER):
        if is_page(answer) and answer.status_code < 500:
            assert_inert(url, answer.content.decode())
            seen += 1
    assert seen > (10 if role is None else 40)


def assert_inert(url: str, html: str) -> None:
    reader = read(url, html)
    for tag, have in reader.tags:
        assert not [name for name in have if name.startswith("on")], f"{url}: {tag} {have}"
        assert tag not in {"iframe", "object", "embed", "base", "applet"}, f"{url}: {tag}"
        if not url.startswith("/documents/rapport/"):
            assert tag != "style", url
            assert "style" not in have, f"{url}: {tag} {have}"
        if tag == "script":
            own = have.get("src", "").startswith("/static/") or have.get("type") == "application/json"
            assert own, f"{url}: {have}"
        for name in ("src", "href", "action", "formaction"):
            value = have.get(name, "").strip().lower()
            assert not value.startswith(("javascript:", "data:", "vbscript:", "//")), f"{url}: {value}"
            if name != "href" or tag == "link":
                assert not value.startswith("http"), f"{url}: {tag} {value}"
        if have.get("target") == "_blank":
            assert "noopener" in have.get("rel", ""), f"{url}: {have}"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(ours: World) -> None:
    member = with_password(ours.members[Role.LOCUM])
    member.user.authenticator_set.all().delete()
    client = Client()
    client.get("/entrer/")
    enter(client, member.user.username)
    client.get("/")
    assert {"hygie-session", "hygie-csrf", "hygie-who"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
        assert not cookie["secure"], "plain http on the loop-back: the browser would keep the cookie to itself"


UNDER_TLS = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
client = Client(enforce_csrf_checks=True)
plain = client.get("/entrer/", HTTP_HOST="hygie.cabinet.example")
page = client.get("/entrer/", secure=True, HTTP_HOST="hygie.cabinet.example")
from django.conf import settings
from tests.web.conftest import PASSWORD, make_member, make_practice
from hygie.web.accounts.access import Role
user = make_member(make_practice(), Role.AUDITOR).user
user.set_password(PASSWORD)
user.save()
inside = Client()
typed = {"login": user.username, "password": PASSWORD}
inside.post("/entrer/", typed, secure=True, HTTP_HOST="hygie.cabinet.example")
cookies = {**client.cookies, **inside.cookies}
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "hsts": page["Strict-Transport-Security"],
    "cookies": {name: [bool(one["secure"]), bool(one["httponly"]), one["samesite"], one["path"], one["domain"]]
                for name, one in cookies.items()},
    "session": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
}))
"""


def test_on_the_network_cookies_are_for_tls_alone(tmp_path: Path) -> None:
    own = {"HYGIE_HOME": str(tmp_path), "HYGIE_KEYS": "file", "HYGIE_TLS": "1", "HYGIE_HOST": "hygie.cabinet.example"}
    env = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "hygie.web.settings", "PYTHONPATH": str(REPO), **own}
    command = [sys.executable, "-c", UNDER_TLS]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["plain"] == [301, "https://hygie.cabinet.example/entrer/"]
    assert told["hsts"].startswith("max-age=31536000")
    assert told["session"] == ["__Host-hygie-session", "__Host-hygie-csrf"]
    assert {"__Host-hygie-session", "__Host-hygie-csrf"} <= set(told["cookies"])
    for name, flags in told["cookies"].items():
        assert flags == [True, True, "Lax", "/", ""], name
