"""Which login passwords pass: the seed's gold rule, or a pattern of the CNIL; and the message says which.

Pure but for the word lists. A pattern says that a password is long and mixed enough; a weakness says that it is
guessed all the same (common, a run of keys, the person's own name). Source: CNIL, délibération 2022-100, 21 July 2022.
"""

import gzip
import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from hygie.core.french import listed, typeset

LONGEST: Final = 128
GOLD, CNIL_MIXED, CNIL_LONG, PHRASE_WORDS = 13, 12, 14, 7
MOST_CLASSES, FEWER_CLASSES = 4, 3
SHORTEST_PHRASE: Final = 28
RUN: Final = 5
REPEAT: Final = 4
FEWEST_SIGNS: Final = 6
SHORTEST_PERSONAL: Final = 4
_ROWS: Final = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0123456789", "1234567890",
                "abcdefghijklmnopqrstuvwxyz")  # fmt: skip
_LEET: Final = str.maketrans("01345@$!", "oieasasi")
_TITLES: Final = frozenset({"cabinet", "docteur"})


class Pattern(Enum):
    """Why a password passes, in the words shown to the person."""

    GOLD = "plus de douze signes, quatre sortes : la règle d'or"
    CNIL_MIXED = "douze signes et quatre sortes : une règle de la CNIL"
    CNIL_LONG = "quatorze signes et trois sortes : une règle de la CNIL"
    CNIL_PHRASE = "une phrase de sept mots, comme le demande la CNIL"


class Weakness(Enum):
    """Why a password is guessed although it is long, in the words shown to the person."""

    CONTROL = "Ce mot de passe contient un signe invisible. Tapez-le au clavier."
    TOO_LONG = "Ce mot de passe dépasse 128 signes. Raccourcissez-le."
    COMMON = "Ce mot de passe se devine : il part d'un mot très courant. Choisissez une phrase de sept mots."
    KEYBOARD = "Ce mot de passe suit les touches du clavier ou l'alphabet. Mélangez davantage."
    REPEATED = "Ce mot de passe répète le même signe. Variez-les."
    PERSONAL = "Ce mot de passe contient votre nom, votre identifiant ou celui du cabinet. Choisissez autre chose."


HELP: Final = typeset(
    "Au moins treize signes avec minuscules, majuscules, chiffres et signes spéciaux. "
    "Ou une phrase de sept mots, que vous retiendrez mieux. "
    "Vous pouvez coller un mot de passe depuis un coffre."
)


def normalised(password: str) -> str:
    """The password with each accented letter written one way (NFC), whatever the keyboard."""
    return unicodedata.normalize("NFC", password)


def pattern_of(password: str) -> Pattern | None:
    """The first rule that the password meets, the strictest first; None when it meets none."""
    text = normalised(password)
    length, classes = len(text), len(classes_of(text))
    if length >= GOLD and classes == MOST_CLASSES:
        return Pattern.GOLD
    if is_phrase(text):
        return Pattern.CNIL_PHRASE
    if length >= CNIL_LONG and classes >= FEWER_CLASSES:
        return Pattern.CNIL_LONG
    if length >= CNIL_MIXED and classes == MOST_CLASSES:
        return Pattern.CNIL_MIXED
    return None


def classes_of(text: str) -> frozenset[str]:
    """Which of the four sorts of signs are there, in French words. A space belongs to none."""
    tests = {
        "une minuscule": str.islower,
        "une majuscule": str.isupper,
        "un chiffre": str.isdigit,
        "un signe spécial": lambda sign: not sign.isalnum() and not sign.isspace(),
    }
    return frozenset(name for name, test in tests.items() if any(map(test, text)))


def is_phrase(text: str) -> bool:
    """At least seven words of two letters or more, six of them different, 28 signs in all."""
    words = re.findall(r"[^\W\d_]{2,}", text.casefold())
    return len(words) >= PHRASE_WORDS and len(set(words)) >= PHRASE_WORDS - 1 and len(text) >= SHORTEST_PHRASE


def weakness_of(password: str, personal: Collection[str] = ()) -> Weakness | None:
    """The first reason why the password is guessed all the same. `personal`: names and identifiers of the person."""
    text = normalised(password)
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text):
        return Weakness.CONTROL
    if len(text) > LONGEST:
        return Weakness.TOO_LONG
    plain = _plain(text)
    if any(word in plain for word in _personal_words(personal)):
        return Weakness.PERSONAL
    if _repeats(text):
        return Weakness.REPEATED
    if _follows_keys(plain):
        return Weakness.KEYBOARD
    return Weakness.COMMON if _is_common(plain) else None


def missing(password: str) -> str:
    """One sentence for a password that meets no rule: what it lacks for the gold one."""
    text = normalised(password)
    wanted = sorted(classes_of("aA1!") - classes_of(text))
    lacks = [*([f"{GOLD - len(text)} signes de plus"] if len(text) < GOLD else []), *wanted]
    return typeset(f"Il manque {listed(lacks, 5)}. Ou écrivez une phrase de sept mots.")


def _plain(text: str) -> str:
    """Without case nor accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def _personal_words(personal: Iterable[str]) -> set[str]:
    words = {word for name in personal for word in re.findall(r"[^\W_]+", _plain(name))}
    return {word for word in words if len(word) >= SHORTEST_PERSONAL} - _TITLES


def _repeats(text: str) -> bool:
    return re.search(rf"(.)\1{{{REPEAT - 1},}}", text) is not None or len(set(text)) < FEWEST_SIGNS


def _follows_keys(plain: str) -> bool:
    return any(plain[start : start + RUN] in _runs() for start in range(len(plain) - RUN + 1))


@cache
def _runs() -> frozenset[str]:
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    return frozenset(row[start : start + RUN] for row in rows for start in range(len(row) - RUN + 1))


def _is_common(plain: str) -> bool:
    """Common as typed, or a common word dressed with figures and signs: « P@ssw0rd2026! »."""
    dressed = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", plain)
    forms = {plain, dressed, re.sub(r"[\W\d_]", "", plain), re.sub(r"[\W\d_]", "", dressed.translate(_LEET))}
    return not forms.isdisjoint(common())


@cache
def common() -> frozenset[str]:
    """Django's 20 000 commonest passwords, and the words that French practices would add."""
    django = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(django, "rt", encoding="utf-8") as lines:
        words = {line.strip() for line in lines}
    ours = Path(__file__).with_name("common_fr.txt").read_text("utf-8").splitlines()
    return frozenset(words | {word for word in ours if not word.startswith("#")})


def check(password: str, personal: Collection[str] = ()) -> Pattern:
    """The rule that lets the password pass. ValidationError, with what to change, when it does not."""
    pattern = pattern_of(password)
    if pattern is None:
        raise ValidationError(missing(password), code="pattern")
    weakness = weakness_of(password, personal)
    if weakness is not None:
        raise ValidationError(typeset(weakness.value), code=weakness.name.lower())
    return pattern


def accepted(password: str) -> str:
    """« Mot de passe enregistré. Il passe … » : which rule it passes by."""
    pattern = pattern_of(password)
    return typeset(f"Mot de passe enregistré. Il compte {pattern.value}." if pattern else "Mot de passe enregistré.")


class SeedOrCnil:
    """The rule above, where Django looks for one."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError unless the password passes."""
        check(password, personal_of(user))

    def get_help_text(self) -> str:
        """What is asked, before anything is typed."""
        return HELP


def personal_of(user: Any) -> list[str]:
    """What may not stand in this person's password: identifier, name, practice."""
    if user is None:
        return []
    member = getattr(user, "member", None)
    names = [member.name, member.practice.name] if member is not None else []
    return [user.username, *names]
