"""The card reader and the software of the CPS card (ANS Cryptolib), without ever speaking to a card."""

import re

from hygie.probes.facts import CardMiddleware, CardReader
from hygie.probes.linux.packages import packages, processes
from hygie.probes.machine import CannotTell, Machine, NotThere

_SMART_CARD_CLASS = "0b"
_LIBRARIES = (
    "/usr/lib64/libcps3_pkcs11_lux.so", "/usr/lib/libcps3_pkcs11_lux.so",
    "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so",
    "/usr/local/galss/libcps3_pkcs11_lux.so", "/usr/lib/x86_64-linux-gnu/libcps3_pkcs11_lux.so",
)  # fmt: skip
_NO_READER = "Aucun lecteur PC/SC n'est branché. Un lecteur bi-fente piloté par GALSS ne se voit pas d'ici."


def _readers(machine: Machine) -> int:
    """USB interfaces of the smart-card class (0Bh), from sysfs."""
    if not machine.exists("/sys/bus/usb"):
        return 0
    names = [name for name in machine.files("/sys/bus/usb/devices") if ":" in name]
    return sum(1 for name in names if machine.read_or(f"{name}/bInterfaceClass").strip() == _SMART_CARD_CLASS)


def card_reader(machine: Machine) -> CardReader:
    """Readers plugged in and whether pcscd answers (its socket starts it on demand)."""
    count = _readers(machine)
    if count == 0:
        raise NotThere(_NO_READER)
    ready = machine.exists("/run/pcscd/pcscd.comm") or "pcscd" in processes(machine)
    return CardReader(count, ready)


def card_middleware(machine: Machine) -> CardMiddleware:
    """The version of Cryptolib CPS. NotThere when there is neither a reader nor the library."""
    version = next(
        (v for name, v in packages(machine).items() if "cryptolib" in name.casefold() or name.startswith("cps3")), None
    )
    present = any(machine.exists(name) for name in _LIBRARIES)
    if version is None and not present:
        if _readers(machine) == 0:
            raise NotThere(_NO_READER)
        return CardMiddleware(None)
    if version is None:
        raise CannotTell("Cryptolib CPS est là, mais ne dit pas sa version.")
    return CardMiddleware(re.sub(r"^\d+:", "", version).partition("-")[0])
