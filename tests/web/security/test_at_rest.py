"""A real scenario through the pages, then every byte that Hygie left behind: none of the secrets shown is in clear."""

import base64
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import flows
from hygie.web.accounts.models import Member
from hygie.web.inventory.models import Device
from tests.web.accounts.conftest import enter
from tests.web.conftest import PASSWORD

SERIAL, CONTRACT, CUSTOMER, CARD, PHONE = "SN-4471-XYZ", "RC-8812-ABC", "CLI-5519-Q", "8025123456", "06 12 34 56 78"
MAIL_PASSWORD, RECIPIENT, PROOF = "Envoi-Tilleul-93", "helene.fontaine@cabinet.example", b"Attestation n 77-QZ-31"
CHECK = "training-incident-sheet"


def found(pattern: str, answer: Any) -> str:
    match = re.search(pattern, answer.content.decode())
    assert match, f"{pattern}: {answer.status_code} {answer.content.decode()[-1500:]}"
    return match[1]


def installed(client: Client) -> dict[str, str]:
    code = flows.issue_setup_code(timezone.now())
    form = {"code": code, "practice_name": "Cabinet", "name": "Dr Hélène Fontaine", "username": "helene.fontaine"}
    answer = client.post("/installation/", {**form, "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return {"set-up code": code, "password": PASSWORD}


def invited(client: Client) -> dict[str, str]:
    form = {"name": "Nadia Lemoine", "role": "secretary", "phone": PHONE, "account": "on", "username": "nadia.lemoine"}
    answer = client.post("/cabinet/equipe/ajouter/", {**form, "creation_key": "7b1f0f3e-0000-4000-8000-000000000001"})
    assert answer.status_code == 302, answer.content.decode()
    pk = Member.objects.get(name="Nadia Lemoine").pk
    sheet = client.post(f"/cabinet/equipe/{pk}/feuille/", follow=True)
    return {"invitation": found(r"\b([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\b", sheet), "phone": PHONE}


def listed(client: Client) -> dict[str, str]:
    keys = [f"7b1f0f3e-0000-4000-8000-00000000001{rank}" for rank in range(4)]
    device = {"name": "Téléphone", "kind": "phone", "serial": SERIAL, "encrypted": "yes", "creation_key": keys[0]}
    provider = {"kind": "insurer", "name": "Assureur", "contract": CUSTOMER, "creation_key": keys[1]}
    card = {"kind": "cps", "number": CARD, "state": "held", "creation_key": keys[2]}
    for url, form in (("materiel", device), ("materiel/prestataires", provider), ("materiel/cartes", card)):
        assert client.post(f"/{url}/ajouter/", form).status_code == 302, url
    settings = {"name": "Cabinet", "people": "3", "insurer_contract": CONTRACT, "version": "1"}
    assert client.post("/cabinet/reglages/", settings).status_code == 302
    mail = {"host": "smtp.messagerie.example", "port": "465", "username": "cabinet", "password": MAIL_PASSWORD,
            "sender": "cabinet@messagerie.example", "recipients": RECIPIENT, "version": "1"}  # fmt: skip
    assert client.post("/rappels/e-mail/", mail).status_code == 302
    return {"serial": SERIAL, "contract": CONTRACT, "customer": CUSTOMER, "card": CARD, "mail password": MAIL_PASSWORD,
            "recipient": RECIPIENT}  # fmt: skip


def linked(client: Client) -> dict[str, str]:
    question = client.post(f"/constats/{CHECK}/question/", {"asked_to": "Perrin Informatique"}, follow=True)
    phone = client.post(f"/materiel/{Device.objects.get().pk}/lien/ouvrir/", follow=True)
    join = client.post("/cabinet/ordinateurs/code/")
    return {
        "question link": found(r"/question/([\w-]{20,})/", question),
        "phone link": found(r"/telephone/([\w-]{20,})/", phone),
        "join code": found(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", join),
    }


def protected(client: Client) -> dict[str, str]:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    client.post("/compte/confirmer/", {"password": PASSWORD})
    secret = found(r"\b([A-Z2-7]{32})\b", client.get("/compte/application/"))
    code = TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(datetime.now(UTC).timestamp())).decode()
    answer = client.post("/compte/application/", {"code": code})
    assert answer.status_code == 302, answer.content.decode()
    codes = re.findall(r"\b(\d{4}[- ]?\d{4}|[0-9a-z]{8,10})\b", client.get("/compte/codes/fichier/").content.decode())
    assert len(codes) >= 5
    return {"factor": secret, **{f"recovery {rank}": one for rank, one in enumerate(codes[:10])}}


def left_behind(folder: Path) -> bytes:
    """Every file of the data folder, and every column of every table as the database holds it."""
    files = b"".join(
        path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "keys.json"
    )
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            files += "\n".join(map(repr, cursor.fetchall())).encode()
    return files


def spellings(secret: str) -> set[bytes]:
    """As typed, without its groups, in hexadecimal, and in base 64 at each of its three alignments."""
    bare = re.sub(r"[\s-]", "", secret)
    plain = {form for text in {secret, bare} for form in (text, text.lower(), text.upper())}
    encoded = {base64.b64encode(b"\0" * shift + secret.encode())[4:-4].decode() for shift in (0, 1, 2)}
    return {one.encode() for one in plain | {secret.encode().hex(), *(e for e in encoded if len(e) > 7)}}


@pytest.mark.django_db(transaction=True)
def test_no_secret_is_in_clear_in_what_is_left(settings: Any) -> None:
    client = Client()
    secrets = installed(client)
    secrets |= invited(client)
    secrets |= listed(client)
    secrets |= linked(client)
    secrets |= protected(client)
    client.get("/")
    assert len(secrets) > 16
    left = left_behind(settings.HYGIE_FOLDER)
    assert b"helene.fontaine" in left, "the scan sees what is in clear"
    assert "Dr Hélène Fontaine".encode() in left
    for name, secret in secrets.items():
        seen = [one for one in spellings(secret) if one in left]
        assert not seen, f"{name}: {secret!r} is there as {seen}"
    assert enter(Client(), "helene.fontaine").status_code == 302, "and yet they are kept"
    assert Device.objects.get().serial == SERIAL


@pytest.mark.django_db(transaction=True)
def test_a_proof_is_sealed_on_the_disk(settings: Any) -> None:
    client = Client()
    installed(client)
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = {"name": "Attestation", "taken_on": "2026-01-05", "creation_key": "7b1f0f3e-0000-4000-8000-000000000009"}
    answer = client.post(f"/constats/{CHECK}/preuve/", {**form, "file": SimpleUploadedFile("a.txt", PROOF)})
    assert answer.status_code == 302, answer.content.decode()
    assert PROOF not in left_behind(settings.HYGIE_FOLDER)


def test_the_folder_and_its_files_are_the_owner_s_alone(settings: Any) -> None:
    assert settings.HYGIE_FOLDER.stat().st_mode & 0o077 == 0
    assert (settings.HYGIE_FOLDER / "keys.json").stat().st_mode & 0o077 == 0
