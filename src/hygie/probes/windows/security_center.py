"""The number by which a protection program tells Windows its state (root/SecurityCenter2, `productState`).

Microsoft does not document it; the bits are those that community.idera.com and others observed.
"""

from hygie.probes.windows.answers import Row

_STATE, _ON = 0xF000, 0x1000


def is_on(row: Row) -> bool:
    """Whether the program says it is running: off, snoozed and expired are not."""
    return row.count("productState") & _STATE == _ON
