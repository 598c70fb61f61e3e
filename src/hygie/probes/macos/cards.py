"""The card reader and Cryptolib CPS.

macOS starts the service of readers on demand: whether it runs means nothing, so it is not told. A GALSS reader without
PC/SC cannot be seen. Cryptolib's library carries no version that is documented: its presence alone is known.
"""

import re

from hygie.probes.facts import CardMiddleware, CardReader
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.macos.reading import parse_profile, profile

SMART_CARDS = "SPSmartCardsDataType"
_CRYPTOLIB = ("/usr/local/lib/libcps3_pkcs11_osx.dylib", "/Library/Frameworks/cps3.framework/cps3_pkcs11")


def parse_readers(text: str) -> CardReader:
    """The READERS of `system_profiler -json SPSmartCardsDataType`, numbered #01, #02."""
    lists = [item for item in parse_profile(text, SMART_CARDS) if item.get("_name") == "READERS"]
    if not lists:
        raise CannotTell("La liste des lecteurs de cartes n'a pas été comprise.")
    readers = sum(1 for item in lists for key in item if re.fullmatch(r"#\d+", key, re.ASCII))
    return CardReader(readers, service_running=None)


def card_reader(machine: Machine) -> CardReader:
    """PC/SC readers plugged in."""
    return parse_readers(profile(machine, SMART_CARDS))


def card_middleware(machine: Machine) -> CardMiddleware:
    """Whether Cryptolib CPS is there; CannotTell when it is, since its version cannot be read."""
    if any(machine.exists(name) for name in _CRYPTOLIB):
        raise CannotTell("La Cryptolib CPS est installée, mais macOS ne permet pas d'en lire la version.")
    return CardMiddleware(version=None)
