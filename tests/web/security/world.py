"""A whole practice with one of everything, every address of the app, what the database holds: for tests that walk."""

import hashlib
import io
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from hygie.core.finding import Owner
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Action, Role
from hygie.web.accounts.models import Arrival, Departure, Member, User
from hygie.web.dashboard import store
from hygie.web.dashboard.flows import digest
from hygie.web.dashboard.models import Proof, Question, Waiver
from hygie.web.incidents.evidence import add_piece as keep_piece
from hygie.web.incidents.flows import Opening, open_incident
from hygie.web.inventory.models import Card, Device, DeviceLink, DeviceReview, OnlineAccount, Provider
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice
from hygie.web.workstations.models import Workstation
from tests.web.accounts.conftest import add_app
from tests.web.conftest import client_of, make_member, make_practice

OWNERS = sorted({one.owner for one in catalogue().checks.values()}, key=str)
CHECK = {owner: next(name for name, one in catalogue().checks.items() if one.owner is owner) for owner in OWNERS}
"""One check for each owner, to try who may touch whose."""
PIECE = b"Vos fichiers sont bloques."
PROOF_TEXT = b"Attestation de formation du 3 novembre"


@dataclass(frozen=True, slots=True)
class Target:
    """What the address leads to, as `can` sees it."""

    practice_id: Any
    owner: Owner | None = None


@dataclass
class World:
    """A practice, its six people, and one object of each kind."""

    practice: Practice
    members: dict[Role, Member]
    keys: dict[Role, Authenticator] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        """The person of this role, logged in, who has just confirmed a password."""
        return confirmed(client_of(self.members[role]))

    def remove(self) -> None:
        """Where no transaction takes it back."""
        User.objects.filter(member__practice=self.practice).delete()
        self.practice.delete()


@dataclass(frozen=True, slots=True)
class Address:
    """A pattern of the URLconf and its view."""

    name: str
    route: str
    view: Any
    converters: tuple[str, ...]

    @property
    def action(self) -> Action | None:
        return getattr(self.view, "action", None)

    @property
    def public(self) -> str | None:
        return getattr(self.view, "public", None)


def confirmed(client: Client) -> Client:
    """As after a password given a moment ago: pages that ask for it again do not stand in the way."""
    session = client.session
    moment = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [moment]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client


def addresses() -> list[Address]:
    """Every pattern of the app."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[Address]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, prefix + str(one.pattern), one.namespace or space)
        else:
            assert isinstance(one, URLPattern)
            name = f"{space}:{one.name}" if space else str(one.name)
            yield Address(name, prefix + str(one.pattern), one.callback, tuple(one.pattern.converters))


def make_world(name: str) -> World:
    practice = make_practice(name, insurer_contract="RC-9917", first_run_done_at=timezone.now())
    world = World(practice, {role: make_member(practice, role, phone="06 00 00 00 01") for role in Role})
    holder = world.members[Role.HOLDER]
    for role, member in world.members.items():
        add_app(member.user)
        data = {"name": "clé", "credential": credential()}
        world.keys[role] = Authenticator.objects.create(user=member.user, type="webauthn", data=data)
    _inventory(world, holder)
    _dashboard(world)
    _people(world)
    _incident(world)
    return world


def credential() -> dict[str, Any]:
    """What a browser's key answers when it is registered: a key pair of its own, no attestation."""
    public = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    drawn = AttestedCredentialData.create(Aaguid.NONE, secrets.token_bytes(16), public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(b"\0" * 32, flags, 1, drawn)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
    }
    name = websafe_encode(drawn.credential_id)
    return {"type": "public-key", "id": name, "rawId": name, "response": response, "clientExtensionResults": {}}


def _inventory(world: World, holder: Member) -> None:
    practice, rows, now = world.practice, world.rows, timezone.now()
    rows["phone"] = Device.objects.create(practice=practice, name="Téléphone", kind="phone", holder=holder, serial="S1")
    rows["desktop"] = Device.objects.create(practice=practice, name="Accueil", kind="desktop", serial="S2")
    world.tokens["phone"] = f"jeton-telephone-{practice.pk}"
    DeviceLink.objects.create(
        practice=practice, device=rows["phone"], digest=digest(world.tokens["phone"]), expires_at=now + timedelta(1)
    )
    DeviceReview.objects.create(practice=practice, device=rows["phone"], answered_at=now)
    rows["card"] = Card.objects.create(practice=practice, kind="cps", holder=holder, number="8025000001")
    rows["provider"] = Provider.objects.create(practice=practice, kind="insurer", name="Assureur", phone="0102030405")
    rows["account"] = OnlineAccount.objects.create(practice=practice, name="Messagerie", provider=rows["provider"])
    rows["account"].users.set([holder])
    rows["workstation"] = Workstation.objects.create(
        practice=practice, device=rows["desktop"], public_key=f"cle-{practice.pk}", enrolled_at=now
    )


def _dashboard(world: World) -> None:
    practice, rows, now = world.practice, world.rows, timezone.now()
    for owner, check in CHECK.items():
        rows[f"proof-{owner.value}"] = Proof.objects.create(
            practice=practice, check_id=check, name="Attestation", taken_on=now.date(), added_by="Dr", sha256="0" * 64,
            size=len(PROOF_TEXT), media_type="text/plain",
        )  # fmt: skip
        store.write(rows[f"proof-{owner.value}"].stored_as, PROOF_TEXT)
    world.tokens["question"] = f"jeton-question-{practice.pk}"
    rows["question"] = Question.objects.create(
        practice=practice, check_id=CHECK[Owner.IT_PROVIDER], asked_to="Perrin", owner="it_provider", asked_by="Dr",
        asked_at=now, digest=digest(world.tokens["question"]), expires_at=now + timedelta(1),
    )  # fmt: skip
    rows["waiver"] = Waiver.objects.create(
        practice=practice, check_id=CHECK[Owner.DOCTOR], reason="en attente", until=now.date() + timedelta(30),
        decided_by="Dr", decided_at=now,
    )  # fmt: skip


def _people(world: World) -> None:
    guest = make_member(world.practice, Role.LOCUM, "Dr Paul Renard")
    steps = {"steps": [{"key": "badge", "text": "Rendre le badge"}], "ticks": {}}
    Arrival.objects.create(practice=world.practice, member=guest, done=steps)
    Departure.objects.create(practice=world.practice, member=guest, done=steps)
    world.rows["guest"] = guest


def _incident(world: World) -> None:
    actor, now = Actor.of(world.members[Role.HOLDER]), timezone.now()
    incident = open_incident(actor, world.practice, Opening("ransomware", now, aware_at=now), now=now)
    keep_piece(actor, incident, io.BytesIO(PIECE), name="écran.txt", taken_at=now, now=now, source_kind="web")
    world.rows["incident"] = incident


OBJECTS: dict[str, str] = {
    **dict.fromkeys(("dashboard:question", "dashboard:question_sheet", "dashboard:question_renew"), "question"),
    "dashboard:question_close": "question",
    **dict.fromkeys(
        ("accounts:person", "accounts:arrival", "accounts:departure", "accounts:sheet", "accounts:ask_password",
         "accounts:forget_factors"), "guest"
    ),
    **dict.fromkeys(
        ("inventory:device", "inventory:edit_device", "inventory:dispose_device", "inventory:restore_device",
         "inventory:open_link", "inventory:link", "inventory:review"), "phone"
    ),
    **dict.fromkeys(("inventory:card", "inventory:edit_card", "inventory:card_state"), "card"),
    **dict.fromkeys(("inventory:edit_account", "inventory:close_account"), "account"),
    **dict.fromkeys(("inventory:edit_provider", "inventory:end_provider"), "provider"),
    "workstations:revoke": "workstation",
    **dict.fromkeys(
        ("incidents:room", "incidents:answer", "incidents:playbook", "incidents:journal", "incidents:evidence",
         "incidents:clocks", "incidents:clocks_ics", "incidents:close", "incidents:breach", "incidents:severity",
         "incidents:examination", "incidents:papers", "incidents:folder", "incidents:messages",
         "incidents:letters"), "incident"
    ),
}  # fmt: skip
"""Addresses that lead to one object of a practice, and the object of `World.rows` they are tried with."""
PROOFS = ("dashboard:proof", "dashboard:remove_proof")
KEYS = ("mfa_edit_webauthn", "mfa_remove_webauthn")
CHECKS = (
    "dashboard:finding", "dashboard:answer", "dashboard:exception", "dashboard:end_exception", "dashboard:add_proof",
    "dashboard:ask",
)  # fmt: skip
CONTENT: dict[str, list[dict[str, Any]]] = {
    "dashboard:measure": [{"slug": "sauvegardes"}],
    "practice:first_run": [{"n": 1}],
    "practice:download": [{"form": "json"}, {"form": "csv"}],
    "practice:switch": [{"outflow": "mail"}, {"outflow": "question_links"}, {"outflow": "device_links"}],
    "incidents:register_export": [{"form": "csv"}],
    "inventory:export": [{"table": "materiel", "form": "csv"}, {"table": "cartes", "form": "xlsx"}],
}
"""Addresses whose parts name something of Hygie's own content, the same for every practice."""
INCIDENTS: dict[str, list[dict[str, Any]]] = {
    "incidents:piece": [{"number": 1}],
    "incidents:decision": [{"about": "cnil"}, {"about": "patients"}],
    "incidents:paper": [{"paper": "complaint", "form": "docx"}],
    "incidents:message": [{"message": "host", "form": "txt"}],
}
"""Addresses under an incident, and the parts that follow it."""
TOKENS = {"dashboard:reply": "question", "phone": "phone"}


def targets(name: str, world: World, role: Role) -> list[tuple[dict[str, Any], Target]]:
    """The parts of an address in this practice, each with what it leads to. KeyError: teach it to this table."""
    mine = Target(world.practice.pk)
    if name in OBJECTS:
        return [({"pk": world.rows[OBJECTS[name]].pk}, mine)]
    if name in INCIDENTS:
        incident = world.rows["incident"].pk
        return [({"pk": incident, **parts}, mine) for parts in INCIDENTS[name]]
    if name in PROOFS:
        found = [(world.rows[f"proof-{owner.value}"], owner) for owner in OWNERS]
        return [({"pk": row.pk}, Target(world.practice.pk, owner)) for row, owner in found]
    if name in CHECKS:
        return [({"check_id": check}, Target(world.practice.pk, owner)) for owner, check in CHECK.items()]
    if name in KEYS:
        return [({"pk": world.keys[role].pk}, mine)]
    parts = [{"token": world.tokens[TOKENS[name]]}] if name in TOKENS else CONTENT[name]
    return [(each, mine) for each in parts]


def of_one_practice(name: str) -> bool:
    """Whether the address names an object that somebody else's practice may own."""
    return name in OBJECTS or name in PROOFS or name in KEYS or name in INCIDENTS


def urls_of(one: Address, world: World, role: Role) -> list[tuple[str, Target]]:
    """Each address to try, written out."""
    found = targets(one.name, world, role) if one.converters else [({}, Target(world.practice.pk))]
    return [(reverse(one.name, kwargs=parts), target) for parts, target in found]


def database() -> dict[str, str]:
    """A digest of every table but sessions: two of them are equal when nothing was written in between."""
    found = {}
    for model in apps.get_models():
        if model is not Session:
            rows = sorted(map(repr, model._base_manager.values_list()))
            found[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
