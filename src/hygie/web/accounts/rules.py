"""What a practice decides about its people, as pure functions: second factor due, steps of arrivals and departures."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol

from hygie.core.french import typeset
from hygie.web.accounts.access import Role

GRACE: Final = timedelta(days=7)
MOST_NAME: Final = 40
FEWEST_SIGNS: Final = 3
STRONG_ROLES: Final = frozenset({Role.HOLDER, Role.IT_PROVIDER, Role.AUDITOR})


def due_on(role: Role, opened_on: date, *, on_network: bool) -> date | None:
    """The day from which this person may do nothing more without a second factor; None when it is never due.

    On the practice's network (TLS), it is due from who can change everything (holder, IT provider) and from the
    auditor, who comes from outside. The holder has 7 days from the opening of the account, since the first visit comes
    before the telephone is fetched; the two others have none. On the server's own machine it is recommended only.
    """
    if not on_network or role not in STRONG_ROLES:
        return None
    return opened_on + GRACE if role is Role.HOLDER else opened_on


def recommended(role: Role) -> bool:
    """Whether the account page should ask for a second factor more firmly."""
    return role in STRONG_ROLES


class Holder(Protocol):
    """What `keeps_a_holder` needs to know of a person who can log in."""

    pk: Any
    role: str
    left_on: date | None
    ends_on: date | None


def keeps_a_holder(members: Iterable[Holder], without: Any) -> bool:
    """Whether somebody else than `without` (a primary key) is a holder who stays: not left, without an end date."""
    return any(
        member.pk != without and member.role == Role.HOLDER and member.left_on is None and member.ends_on is None
        for member in members
    )


def username_for(name: str, taken: Iterable[str]) -> str:
    """« helene.fontaine » for « Dr Hélène Fontaine »; a number follows when it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z]+", plain) if word not in {"dr", "pr", "docteur", "me"}]
    base = ".".join(words)[:MOST_NAME].strip(".")
    base = base if len(base) >= FEWEST_SIGNS else "personne"
    used = set(taken)
    return next(
        candidate for number in range(1, len(used) + 2) if (candidate := base + str(number) * (number > 1)) not in used
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture of an arrival or a departure. `key` names it in what is kept; `card:12` is about that card."""

    key: str
    text: str
    help: str = ""


def _step(key: str, text: str, help_text: str = "") -> Step:
    return Step(key, typeset(text), typeset(help_text))


def arrival_steps(role: Role, *, account: bool) -> list[Step]:
    """What welcomes somebody: the account first, then the card, the rules, the places."""
    steps = [
        _step("account", "Donner la feuille d'entrée", "Le code ouvre le compte une seule fois.") if account else None,
        _step("session", "Ouvrir une session à son nom sur l'ordinateur", "Personne ne partage une session."),
        _card_step(role),
        _step("mailbox", "Ouvrir sa messagerie, avec une deuxième vérification"),
        _step("rules", "Lire ensemble les règles du cabinet", "Mots de passe, cartes, mails douteux, secret."),
        _step("emergency", "Montrer où est la fiche d'urgence", "Elle dit qui appeler."),
    ]
    outside = role in {Role.IT_PROVIDER, Role.AUDITOR}
    kept = {"account", "rules"} if outside else {step.key for step in steps if step}
    return [step for step in steps if step is not None and step.key in kept]


def _card_step(role: Role) -> Step | None:
    if role in {Role.HOLDER, Role.PARTNER, Role.LOCUM}:
        return _step("card", "Vérifier que sa carte CPS est là", "Un remplaçant n'utilise jamais celle du titulaire.")
    return _step("card", "Demander ou remettre sa carte CPE", "Chaque personne a la sienne.")


def departure_steps(held: Mapping[str, Sequence[tuple[Any, str]]]) -> list[Step]:
    """What is left to do once access is removed. `held`: (key, name) of « cards », « accounts » and « devices »."""
    cards = [_step(f"card:{key}", f"Reprendre ou faire annuler sa carte : {name}") for key, name in held["cards"]]
    accounts = [
        _step(
            f"account:{key}", f"Changer le mot de passe : {name}", "Ou retirer cette personne, si le compte le permet."
        )
        for key, name in held["accounts"]
    ]
    devices = [_step(f"device:{key}", f"Reprendre : {name}") for key, name in held["devices"]]
    return [
        *cards,
        *devices,
        *accounts,
        _step("session", "Fermer sa session sur les ordinateurs"),
        _step("software", "Fermer son accès au logiciel médical et à l'agenda"),
        _step("mailbox", "Fermer ou transmettre sa messagerie", "Prévenez les correspondants s'il le faut."),
        _step("shared", "Changer les mots de passe partagés", "Le Wi-Fi, l'alarme, la box : ceux que l'on se dit."),
        _step("keys", "Reprendre les clés et les badges"),
    ]


def stored(steps: Iterable[Step]) -> dict[str, Any]:
    """The form in which a flow keeps its steps, none ticked."""
    return {"steps": [asdict(step) for step in steps], "ticks": {}}


def left(done: Mapping[str, Any]) -> int:
    """How many steps are not ticked yet."""
    return sum(1 for step in done.get("steps", ()) if step["key"] not in done.get("ticks", {}))


def shown(done: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps with who ticked each and when (ISO), for a page."""
    ticks = done.get("ticks", {})
    return [{**step, "tick": ticks.get(step["key"])} for step in done.get("steps", ())]
