"""The hosts table, which has the same form on every system, and the protected names it diverts."""

import ipaddress

from hygie.reference.lists import names


def diverted_names(text: str) -> tuple[str, ...]:
    """Protected public names of a hosts table, whatever address they are sent to."""
    rows = [line.split("#")[0].split() for line in text.removeprefix("\ufeff").splitlines()]
    hosts = [host.casefold().rstrip(".") for row in rows if len(row) > 1 and _is_address(row[0]) for host in row[1:]]
    return tuple(dict.fromkeys(host for host in hosts if _is_protected(host)))


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_protected(host: str) -> bool:
    return any(host == name or host.endswith("." + name) for name in names().never_diverted)
