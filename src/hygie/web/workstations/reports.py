"""A report as it is kept: the measured part of a check-up, compressed, read back with a limit."""

import zlib

import msgspec

from hygie.checkup.combine import Report
from hygie.checkup.errors import UnreadableCheckup

MAX_UNPACKED = 4_000_000
KEPT_DAYS = 400


def packed(report: Report) -> bytes:
    """For the database."""
    return zlib.compress(msgspec.json.encode(report), 6)


def unpacked(body: bytes) -> bytes:
    """From the database; UnreadableCheckup beyond MAX_UNPACKED bytes or when it is damaged."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise UnreadableCheckup("Un bilan gardé est abîmé.", "Refaites un bilan de ce poste.") from error
    if reader.unconsumed_tail:
        raise UnreadableCheckup("Un bilan gardé est trop gros.", "Refaites un bilan de ce poste.")
    return content
