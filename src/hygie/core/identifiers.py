"""French identifiers of persons and practices: NIR/INS, RPPS, ADELI, FINESS, SIREN and SIRET.

Each function answers whether the key fits; a number whose key fits may still belong to nobody.
"""

import re

_NIR = re.compile(
    r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)"  # sex, year, month (20-42 and 50-99: fictitious)
    r"(?:\d{2}|2[AB])\d{3}\d{3}"  # department, commune, order
    r"(?:0[1-9]|[1-8]\d|9[0-7])"  # key
)
_CORSICA_NIR = {"2A": "19", "2B": "18"}
_CORSICA_FINESS = str.maketrans("AB", "12")
_SEPARATORS = re.compile(r"[\s.\-/]")


def compact(text: str) -> str:
    """The identifier without the spaces, dots, dashes and slashes people write in it, in capitals."""
    return _SEPARATORS.sub("", text).upper()


def luhn(digits: str) -> bool:
    """Whether a string of ASCII digits passes Luhn's control (ISO/IEC 7812-1)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = [int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004 - Luhn's own constant


def nir_key(thirteen: str) -> int:
    """The control key of the 13 first characters of a NIR: 97 − (N mod 97), Corsica mapped to 19 and 18."""
    department = _CORSICA_NIR.get(thirteen[5:7], thirteen[5:7])
    return 97 - int(thirteen[:5] + department + thirteen[7:]) % 97


def is_nir(text: str) -> bool:
    """Whether `text` is a well-formed NIR (or INS) of 15 characters whose key fits."""
    nir = compact(text)
    if not nir.isascii() or _NIR.fullmatch(nir) is None:
        return False
    return nir_key(nir[:13]) == int(nir[13:])


def is_rpps(text: str) -> bool:
    """Whether `text` is 11 digits with a Luhn key. Documentation often shows numbers that fail: warn, do not refuse."""
    rpps = compact(text)
    return len(rpps) == 11 and luhn(rpps)  # noqa: PLR2004 - the length of an RPPS


def is_adeli(text: str) -> bool:
    """Whether `text` has the shape of an ADELI number, which RPPS replaces (2021-2024)."""
    return re.fullmatch(r"(?:\d{2}|2[AB])\d{7}", compact(text), re.ASCII) is not None


def is_finess(text: str) -> bool:
    """Whether `text` is a FINESS number with a Luhn key (A→1, B→2 in Corsica, inferred: warn, do not refuse)."""
    finess = compact(text)
    if re.fullmatch(r"\d[0-9A-Z]\d{7}", finess, re.ASCII) is None:
        return False
    return luhn(finess.translate(_CORSICA_FINESS))


def is_siren(text: str) -> bool:
    """Whether `text` is 9 digits with a Luhn key."""
    siren = compact(text)
    return len(siren) == 9 and luhn(siren)  # noqa: PLR2004 - the length of a SIREN


def is_siret(text: str) -> bool:
    """Whether `text` is 14 digits with a Luhn key."""
    siret = compact(text)
    return len(siret) == 14 and luhn(siret)  # noqa: PLR2004 - the length of a SIRET
