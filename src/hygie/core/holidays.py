"""The public holidays of France, Alsace-Moselle included (L3133-1 and L3134-13 of the labour code)."""

from datetime import date, timedelta

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
_GOOD_FRIDAY = -2


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus's anonymous algorithm)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int, *, alsace_moselle: bool = False) -> frozenset[date]:
    """The 11 national holidays of `year`, and the 2 of Alsace-Moselle when asked."""
    sunday = easter(year)
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {sunday + timedelta(days=n) for n in _AFTER_EASTER}
    if alsace_moselle:
        days |= {sunday + timedelta(days=_GOOD_FRIDAY), date(year, 12, 26)}
    return frozenset(days)
