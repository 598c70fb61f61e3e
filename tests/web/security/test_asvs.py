"""The table of the ASVS speaks of each requirement of levels 1 and 2 once, and names tests that exist."""

import re
from collections import Counter
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
TEXT = (REPO / "docs" / "asvs.md").read_text()
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "11.1": 2, "11.2": 3, "11.3": 3,
    "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3,
    "16.5": 3,
}  # fmt: skip
"""Version 5.0.0: in each section, requirements of levels 1 and 2 come first; the last one's number."""
ROWS = re.findall(r"^\| ([\d., ]+) \| (Yes|Partly|No|n/a) \| (.+) \|$", TEXT, re.MULTILINE)
SHORT = {"S/": "tests/web/security/", "A/": "tests/web/accounts/", "W/": "tests/web/"}


def test_each_requirement_is_there_once() -> None:
    wanted = Counter(f"{section}.{rank}" for section, last in LAST.items() for rank in range(1, last + 1))
    told = Counter(number for numbers, _, _ in ROWS for number in numbers.split(", "))
    assert told == wanted
    assert len(ROWS) == len(re.findall(r"^\| \d", TEXT, re.MULTILINE)), "every row was read"


def test_what_is_not_a_plain_yes_says_why() -> None:
    for numbers, state, reason in ROWS:
        assert state == "Yes" or len(re.sub(r"`[^`]*`", "", reason).strip(" ·,.")) > 10, numbers


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w./]+\.py::test_\w+)`", TEXT))))
def test_each_test_named_exists(named: str) -> None:
    file, test = named.split("::")
    path = next((long + file.removeprefix(short) for short, long in SHORT.items() if file.startswith(short)), file)
    assert re.search(rf"def {test}\(", (REPO / path).read_text()), named
