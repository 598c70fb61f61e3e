"""Cookies, deployment checks and headers of the doors, as they are behind TLS: in a process of its own."""

import json
import os
import subprocess
import sys
from importlib import import_module

import pytest
from django import forms

from hygie.web.accounts import resume
from tests.web.accounts.conftest import enter

ASK = """
import json
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member, User
from hygie.web.practice.models import Practice
user = User.objects.create_user("helene", "Brume-Tilleul-7-horizon")
Member.objects.create(practice=Practice.objects.create(name="Cabinet"), user=user, name="Dr F", role=Role.HOLDER)
client = Client(HTTP_HOST="hygie.local")
plain = client.get("/entrer/")
page = client.get("/entrer/", secure=True)
fields = {"login": "helene", "password": "Brume-Tilleul-7-horizon"}
answer = client.post("/entrer/", fields, secure=True)
client.get("/compte/", secure=True)
FLAGS = ("secure", "httponly", "samesite", "path", "domain")
cookies = {name: {flag: cookie[flag] for flag in FLAGS} for name, cookie in client.cookies.items()}
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location")],
    "answer": answer.status_code,
    "cookies": cookies,
    "headers": dict(page.headers),
}))
"""


def run(tmp_path, *command):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HYGIE_", "DJANGO_"))},
        "HYGIE_HOME": str(tmp_path),
        "HYGIE_KEYS": "file",
        "HYGIE_TLS": "1",
        "HYGIE_HOST": "hygie.local",
        "DJANGO_SETTINGS_MODULE": "hygie.web.settings",
    }
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


def test_the_deployment_check_is_clean_behind_tls(tmp_path):
    done = run(tmp_path, "-m", "hygie.web.manage", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory):
    done = run(tmp_path_factory.mktemp("tls"), "-c", ASK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_cookie_is_locked_behind_tls(behind_tls):
    cookies = behind_tls["cookies"]
    assert {"__Host-hygie-session", "__Host-hygie-csrf"} <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] in {"Lax", "Strict"}, name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name


def test_plain_http_is_sent_to_tls(behind_tls):
    assert behind_tls["plain"] == [301, "https://hygie.local/entrer/"]
    assert behind_tls["answer"] == 302


def test_headers_of_the_login_page(behind_tls):
    headers = behind_tls["headers"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "no-store" in headers["Cache-Control"]


def test_cookies_on_the_own_machine(client, doctor):
    enter(client, doctor.user.username)
    client.get("/compte/")
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
    assert client.cookies["hygie-session"]["max-age"] == "", "forgotten when the browser closes"


@pytest.mark.parametrize("path", ["/entrer/", "/invitation/", "/compte/mot-de-passe/"])
def test_paste_and_the_vault_are_welcome(client, doctor, path):
    if path.startswith("/compte"):
        enter(client, doctor.user.username)
    page = client.get(path).content.decode()
    assert "onpaste" not in page
    assert 'autocomplete="off" type="password"' not in page
    assert page.count('type="password"') in {1, 2, 3}
    assert 'autocomplete="current-password"' in page or 'autocomplete="new-password"' in page
    assert "placeholder" not in page


def secret_fields():
    """Every field of the app's forms that hides what is typed."""
    for module in ("accounts.forms", "accounts.factors", "practice.forms", "inventory.forms", "dashboard.forms"):
        for form in vars(import_module(f"hygie.web.{module}")).values():
            fields = getattr(form, "base_fields", {})
            yield from (name for name, field in fields.items() if isinstance(field.widget, forms.PasswordInput))


def test_every_field_that_hides_what_is_typed_is_dropped_from_what_is_kept():
    names = set(secret_fields())
    assert names >= {"password1", "password2", "password"}
    assert resume.keepable((name, "x") for name in names) == ()
