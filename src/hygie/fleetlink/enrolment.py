"""How a workstation and its server come to trust each other with a code that the doctor reads and types.

No certificate authority: both prove, by HMAC, that they know the code, over what each saw of the other: role, nonces,
SHA-256 of the server's certificate, public key. The server proves first, so that an impostor in the middle, whose
certificate is another one, learns nothing that it could use before the code dies. Pure functions; times are arguments.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from hygie.fleetlink.errors import CodeRefused, CodeUnreadable, ServerUnproven
from hygie.fleetlink.messages import EnrolHello, EnrolOffer, EnrolRequest, System, clean_name

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH: Final = 10
LIFE: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 10
MOST_NONCES: Final = 20
_GROUP: Final = 5
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u2011": None, "\u00a0": None})
_LONGEST_TYPED: Final = 40
_COST: Final = 2**15  # scrypt: 32 MB and about a tenth of a second a try, against 2**50 codes
_BLOCK: Final = 8
_MEMORY: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JoinCode:
    """What the server keeps of a code: its slow digest (`verifier`, hex), salt (hex), life and use.

    One code lives at a time on a server; a new one replaces it. `nonces`: server's nonce → workstation's.
    `used_by` is the public key that it let in: asking again with the same key gives the same answer, since an answer
    may be lost on its way.
    """

    verifier: str
    salt: str
    expires_at: datetime
    used_by: str = ""
    attempts: int = 0
    nonces: Mapping[str, str] = field(default_factory=dict)

    def alive(self, now: datetime) -> bool:
        """Whether the code may still be answered for; a used one is, to the computer that used it, until its end."""
        return self.expires_at - LIFE <= now < self.expires_at and self.attempts < MOST_ATTEMPTS


def new_code(now: datetime) -> tuple[str, JoinCode]:
    """A code to show once (« 7K2QD-MX04R », 50 bits) and what to keep of it."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    salt = secrets.token_hex(16)
    kept = JoinCode(derive(code, salt).hex(), salt, now + LIFE)
    return f"{code[:_GROUP]}-{code[_GROUP:]}", kept


def normalise(typed: str) -> str:
    """The ten characters of a code as people type it; CodeUnreadable when it is none."""
    code = typed[:_LONGEST_TYPED].strip().upper().translate(_MISREAD)
    if not re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", code):
        raise CodeUnreadable
    return code


def derive(code: str, salt: str) -> bytes:
    """The key of both proofs: 32 bytes, slow on purpose. `code` is normalised, `salt` in hex."""
    return hashlib.scrypt(
        code.encode(), salt=bytes.fromhex(salt), n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32
    )  # fmt: skip


def new_nonce() -> str:
    """32 random bytes, in hex."""
    return secrets.token_hex(32)


def server_proof(key: bytes, nonce: str, server_nonce: str, fingerprint: str) -> str:
    """What the server shows first. `fingerprint`: SHA-256 of its certificate in hex, empty over http on loopback."""
    return _mac(key, "server", nonce, server_nonce, fingerprint)


def workstation_proof(key: bytes, request: EnrolRequest, fingerprint: str) -> str:
    """What the workstation shows then, over everything it asks for."""
    return _mac(
        key, "workstation", request.nonce, request.server_nonce, fingerprint,
        request.public_key, request.name, request.system,
    )  # fmt: skip


# Server


def offer(code: JoinCode | None, hello: EnrolHello, fingerprint: str, now: datetime) -> tuple[JoinCode, EnrolOffer]:
    """The answer to a hello, and the code to keep instead. CodeRefused when no code lives.

    Only the last MOST_NONCES offers may still be answered: hellos cost nothing, so they may not fill anything.
    """
    if code is None or not code.alive(now):
        raise CodeRefused
    server_nonce = new_nonce()
    proof = server_proof(bytes.fromhex(code.verifier), hello.nonce, server_nonce, fingerprint)
    recent = dict(list(code.nonces.items())[-(MOST_NONCES - 1) :])
    kept = replace(code, nonces={**recent, server_nonce: hello.nonce})
    return kept, EnrolOffer(server_nonce, code.salt, proof)


def failed_attempt(code: JoinCode) -> JoinCode:
    """The code after a proof that did not fit: to be kept when `accept` refused, outside what was rolled back."""
    return replace(code, attempts=code.attempts + 1)


def accept(code: JoinCode | None, request: EnrolRequest, fingerprint: str, now: datetime) -> JoinCode:
    """The code, used, when the workstation's proof fits; `used_by` was set already when it asks again.

    CodeRefused otherwise: keep `failed_attempt(code)` then.
    """
    if code is None or not code.alive(now) or code.nonces.get(request.server_nonce) != request.nonce:
        raise CodeRefused
    expected = workstation_proof(bytes.fromhex(code.verifier), request, fingerprint)
    if not hmac.compare_digest(expected, request.proof) or code.used_by not in ("", request.public_key):
        raise CodeRefused
    nonces = {one: other for one, other in code.nonces.items() if one != request.server_nonce}
    return replace(code, used_by=request.public_key, nonces=nonces)


# Workstation


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The computer that asks to join: its public key in base64, the name to show, its system."""

    public_key: str
    name: str
    system: System


def answer_offer(
    code: str, hello: EnrolHello, received: EnrolOffer, fingerprint: str, newcomer: Newcomer
) -> EnrolRequest:  # fmt: skip
    """The request to send to a server that has proved itself; ServerUnproven, and nothing to send, otherwise."""
    key = derive(code, received.salt)
    expected = server_proof(key, hello.nonce, received.server_nonce, fingerprint)
    if not hmac.compare_digest(expected, received.proof):
        raise ServerUnproven
    name = clean_name(newcomer.name)
    bare = EnrolRequest(hello.nonce, received.server_nonce, newcomer.public_key, name, newcomer.system, "0" * 64)
    return msgspec.structs.replace(bare, proof=workstation_proof(key, bare, fingerprint))


def _mac(key: bytes, *parts: str) -> str:
    """Each part with its length before it, so that two different lists never give the same bytes."""
    told = b"hygie.fleet/1 enrolment\n" + b"".join(b"%d:%b," % (len(raw), raw) for raw in map(str.encode, parts))
    return hmac.digest(key, told, hashlib.sha256).hex()
