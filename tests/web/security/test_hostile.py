"""Hostile text in every field of every form that can be reached: refused or kept, shown as text, never run."""

import csv
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hygie.core.finding import Owner
from hygie.web.accounts.access import Role
from hygie.web.dashboard.models import Proof
from tests.web.security.walk import Form, forms, is_page, opened
from tests.web.security.world import CHECK, World, database

MARK = "<hyg-x onfocus=alert(1)>"
HOSTILE = {
    "markup": f"{MARK}\"'></textarea></script><!--",
    "template": "{{ 7777777|add:1 }}{% debug %}{{ settings.SECRET_KEY }}",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "signs": "\u202etxt.exe\u202c\u200b\u2066a\ufeff\U000e0041",
    "lines": "Ligne\r\nX-EVIL: 1\r\nBEGIN:VEVENT\r\n",
    "control": "a\x00b\x07c\x1b[31md",
    "long": "é" * 10_000,
}
SHORT_OF = {"markup": MARK, "template": "{{7777777|add:1}}", "formula": "=1+1", "lines": "A\r\nX-EVIL: 1"}
"""The same in few signs, for fields that keep few."""
LEAVES = ("/compte/", "/exemple/", "/depart/", "/sans-deuxieme", "/nouveau-mot-de-passe/", "/retirer/", "/bilan/")
"""Forms that would take the walker's own access, or what is walked through, away; their texts are tried elsewhere."""


def assert_calm(url: str, answer: Any) -> None:
    assert answer.status_code < 500, url
    if not is_page(answer):
        return
    page = answer.content.decode()
    assert "<hyg-x" not in page, f"{url}: shown as markup"
    assert "7777778" not in page, f"{url}: run as a template"
    assert "</textarea></script><!--" not in page, url


def sent(client: Client, form: Form, name: str, text: str) -> Any:
    fresh = {one.name: str(uuid4()) for one in form.fields if one.name == "creation_key"}
    return client.post(form.action, form.filled(**{**fresh, name: text}))


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_is_typed_is_shown_as_text(kind: str, ours: World) -> None:
    client = ours.client(Role.HOLDER)
    client.raise_request_exception = False
    tried = 0
    for form in forms(client, ours):
        if any(word in form.action for word in LEAVES):
            continue
        for one in form.texts:
            for text in {HOSTILE[kind], SHORT_OF.get(kind, HOSTILE[kind])}:
                assert_calm(f"{form.action} {one.name}", sent(client, form, one.name, text))
                tried += 1
    assert tried > 30, "forms were found, and filled"
    for url, answer in opened(client, ours):
        assert_calm(url, answer)
        if not is_page(answer):
            assert_harmless_file(url, answer)


def assert_harmless_file(url: str, answer: Any) -> None:
    content = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")
    if answer["Content-Type"].startswith("text/csv"):
        rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=";"))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+", "\t", "\r"))], url
        assert len({len(row) for row in rows}) == 1, f"{url}: a row was cut"
    else:
        assert not re.search(r"(?m)^X-EVIL", content), f"{url}: a line was added"
    if "vcard" in answer["Content-Type"] or "calendar" in answer["Content-Type"]:
        assert len(re.findall(r"(?m)^BEGIN:VEVENT", content)) == len(re.findall(r"(?m)^END:VEVENT", content)), url


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_stranger_types_the_same(kind: str, ours: World) -> None:
    for url in (
        "/entrer/",
        "/invitation/",
        f"/question/{ours.tokens['question']}/",
        f"/telephone/{ours.tokens['phone']}/",
    ):
        client = Client(raise_request_exception=False)
        names = ("login", "password", "code", "password1", "password2", "name", "note", "waiting_for", "kept", "next")
        for name in names:
            filled = {"answer": "yes", "login": "x", "password": "x", "code": "X", "password1": "x", "password2": "x"}
            assert_calm(f"{url} {name}", client.post(url, {**filled, name: HOSTILE[kind]}))
    holder = ours.client(Role.HOLDER)
    for url in ("/journal/", "/questions/", "/", "/cabinet/equipe/"):
        assert_calm(url, holder.get(url))


NAMES = [
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/cron.d/x", "a\x00.pdf", "CON", "nul.txt", "<hyg-x>.pdf",
    "a" * 3000 + ".pdf", ".htaccess", "x.pdf\r\nX-Evil: 1", "=cmd.csv", "\u202efdp.exe", "", " ", "x.php", "é.pdf",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:30])
def test_the_name_of_a_file_never_becomes_a_path(name: str, ours: World, doctor: Client, settings: Any) -> None:
    folder = settings.HYGIE_FOLDER
    before = {path for path in folder.rglob("*") if path.is_file()}
    doctor.raise_request_exception = False
    form = {"name": "Attestation", "taken_on": "2026-01-05", "creation_key": str(uuid4())}
    file = SimpleUploadedFile("x", b"%PDF-1.7 attestation")
    file._name = name
    answer = doctor.post(f"/constats/{CHECK[Owner.DOCTOR]}/preuve/", {**form, "file": file})
    assert answer.status_code in {302, 400, 422}
    for made in {path for path in folder.rglob("*") if path.is_file()} - before:
        assert re.fullmatch(r"[0-9a-f-]{36}\.sealed|answers\.json|test\.sqlite3.*", made.name), made
    kept = Proof.objects.for_practice(ours.practice).order_by("-pk").first()
    page = doctor.get(f"/preuves/{kept.pk}/")
    assert re.fullmatch(r'attachment; filename="preuve-\d+\.(pdf|txt)"', page["Content-Disposition"])
    assert "sandbox" in page["Content-Security-Policy"]
    assert_calm("finding", doctor.get(f"/constats/{CHECK[Owner.DOCTOR]}/"))


@pytest.mark.parametrize("content", [
    b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"GIF89a<script>", b"%PDF-1.7<script>alert(1)</script>", b"MZ\x90\x00", b"PK\x03\x04", b"", b"\xff\xd8\xff<script>",
])  # fmt: skip
def test_a_file_is_never_shown_as_a_page(content: bytes, ours: World, doctor: Client) -> None:
    form = {"name": "Attestation", "taken_on": "2026-01-05", "creation_key": str(uuid4())}
    file = io.BytesIO(content)
    file.name = "preuve.html"
    answer = doctor.post(f"/constats/{CHECK[Owner.DOCTOR]}/preuve/", {**form, "file": file})
    if answer.status_code == 302:
        page = doctor.get(f"/preuves/{Proof.objects.latest('pk').pk}/")
        assert page["Content-Type"] in {"application/pdf", "image/jpeg", "image/png", "text/plain"}
        assert page["Content-Disposition"].startswith("attachment")
        assert page["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("count", [2_001, 5_000])
def test_more_fields_than_any_form_has_are_refused(count: int, doctor: Client) -> None:
    before = database()
    answer = doctor.post("/cabinet/reglages/", {f"x{rank}": "1" for rank in range(count)})
    assert answer.status_code == 400
    assert database() == before
