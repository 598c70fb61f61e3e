"""Debian versions compared as dpkg compares them: dpkg itself is the judge."""

import random
import subprocess
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.linux.versions import newer

KNOWN = (
    "1.0", "1.0-1", "1.0-1+b1", "1.0~rc1-1", "1.0~~", "1.0~", "1:0.9", "1:0.9-1", "0:1.0", "1.0+deb12u1",
    "1.0-1+deb12u1", "1.0-1+deb12u10",
    "1.0-1~bpo12+1", "2:1.0", "1.0.0", "1.0a", "1.0a1", "1.00", "001.0", "1.0-01", "1.0-1.1", "1.0-1.10",
    "1.0.dfsg-3", "1.0+really0.9",
    "5.10.0-27", "6.1.0-18", "6.1.76-1", "20230311", "20230311+deb12u1~deb11u1", "1.1.1w-0+deb11u1",
    "3.0.11-1~deb12u2", "9.2p1-2+deb12u3",
)  # fmt: skip


def generated(count: int) -> list[str]:
    source = random.Random(20261124)
    pieces = ["0", "1", "9", "10", "007", ".", "~", "+", "a", "b1", "Z", "rc", "~~", "deb12u", "-", "dfsg"]

    def one() -> str:
        epoch = source.choice(["", "", "", "0:", "1:"])
        upstream = source.choice("0123456789") + "".join(source.choices(pieces, k=source.randint(0, 5)))
        return epoch + upstream.rstrip("-") + source.choice(["", "-1", "-0ubuntu1.2", "-1~bpo+1"])

    return [one() for _ in range(count)]


def judged_by_dpkg(pairs: list[tuple[str, str]]) -> list[bool]:
    script = (
        'while read -r a b; do if dpkg --compare-versions "$a" gt "$b" 2>/dev/null; then echo 1; else echo 0; fi; done'
    )
    lines = "".join(f"{left} {right}\n" for left, right in pairs)
    done = subprocess.run(["bash", "-c", script], input=lines, text=True, capture_output=True, check=True)
    return [answer == "1" for answer in done.stdout.split()]


def test_the_order_is_that_of_dpkg() -> None:
    made = generated(300)
    pairs = [*combinations(KNOWN[::2], 2), *combinations(KNOWN[1::2], 2), *pairwise(made)]
    assert len(pairs) >= 500
    ours = [newer(left, right) for left, right in pairs]
    theirs = judged_by_dpkg(pairs)
    assert [pair for pair, mine, dpkgs in zip(pairs, ours, theirs, strict=True) if mine != dpkgs] == []
    assert True in ours
    assert False in ours


versions = st.text("0123456789abAZ.+~-:", max_size=30) | st.text(max_size=30)


@given(versions, versions)
def test_two_versions_are_never_each_newer_than_the_other(left: str, right: str) -> None:
    assert not (newer(left, right) and newer(right, left))


@given(versions)
def test_a_version_is_not_newer_than_itself(version: str) -> None:
    assert not newer(version, version)


@given(versions, versions, versions)
def test_the_order_holds_from_one_to_the_next(first: str, second: str, third: str) -> None:
    if newer(first, second) and newer(second, third):
        assert newer(first, third)


def test_numbers_of_any_length_and_of_any_script_are_compared() -> None:
    assert newer("1" * 10_000, "9" * 9_999)
    assert newer("²:1", "1") in (True, False)
    assert newer("1.٣", "1") in (True, False)
