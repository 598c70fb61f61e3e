"""Vectors of the domain reference (B.3, C.2, C.3), and the laws that every key obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.identifiers import (
    compact,
    is_adeli,
    is_finess,
    is_nir,
    is_rpps,
    is_siren,
    is_siret,
    luhn,
    nir_key,
)

NIRS = (
    ("2790351215189", 89),
    ("2550814168025", 38),
    ("1370476243484", 15),
    ("2620875032039", 77),
    ("1631278477042", 94),
    ("195112A004001", 75),
    ("280062B033012", 20),
)
DIGITS = st.text("0123456789", min_size=1, max_size=40)
SEPARATORS = (" ", ".", "-", "/", "\u00a0", "\u202f", "\t")


@pytest.mark.parametrize(("thirteen", "key"), NIRS)
def test_the_key_of_a_nir_is_97_minus_its_remainder_corsica_included(thirteen: str, key: int) -> None:
    assert nir_key(thirteen) == key
    assert is_nir(f"{thirteen}{key:02d}")


@pytest.mark.parametrize(("thirteen", "key"), NIRS)
def test_one_wrong_key_out_of_96_is_never_accepted(thirteen: str, key: int) -> None:
    accepted = [other for other in range(100) if is_nir(f"{thirteen}{other:02d}")]
    assert accepted == [key]


@pytest.mark.parametrize("number", ["255081416802539", "288091234567823", "253097812634581"])
def test_the_sample_numbers_with_a_wrong_key_are_refused(number: str) -> None:
    assert not is_nir(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "27903512151898",  # 14
        "2790351215189890",  # 16
        "579035121518989",  # sex 5
        "279005121518989",  # month 00
        "279435121518989",  # month 43
        "2790351215189AA",
        "27903512151898\u0669",  # an Arabic-Indic digit
        "２７９０３５１２１５１８９８９",  # full-width digits
        "2C9035121518989",
        "279032C1215189",
        "27903512151898９",
    ],
)
def test_what_does_not_have_the_shape_of_a_nir_is_refused(number: str) -> None:
    assert not is_nir(number)


def test_corsica_is_accepted_in_small_letters_and_with_the_spaces_people_write() -> None:
    assert is_nir("1 95 11 2a 004 001 75")
    assert is_nir("2.79.03.51.215.189.89")
    assert compact(" 2a-004/001 ") == "2A004001"


@pytest.mark.parametrize("month", ["20", "30", "42", "50", "99"])
def test_the_fictitious_months_of_unknown_births_are_accepted(month: str) -> None:
    thirteen = f"279{month}51215189"
    assert is_nir(f"{thirteen}{nir_key(thirteen):02d}")


@pytest.mark.parametrize("place", ["97105", "98812", "99352"])
def test_overseas_and_foreign_births_keep_the_same_length(place: str) -> None:
    thirteen = f"17903{place}189"
    assert is_nir(f"{thirteen}{nir_key(thirteen):02d}")


@given(
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.sampled_from((*range(1, 13), *range(20, 43), *range(50, 100))),
    st.one_of(st.integers(1, 99).map("{:02d}".format), st.sampled_from(["2A", "2B"])),
    st.integers(0, 999_999),
)
def test_a_nir_given_its_key_is_accepted_and_loses_it_when_two_neighbours_swap(
    sex: str, year: int, month: int, department: str, commune_and_order: int
) -> None:
    thirteen = f"{sex}{year:02d}{month:02d}{department}{commune_and_order:06d}"
    key = f"{nir_key(thirteen):02d}"
    assert is_nir(thirteen + key)
    swapped = thirteen[:-2] + thirteen[-1] + thirteen[-2]
    assert swapped == thirteen or not is_nir(swapped + key)


@pytest.mark.parametrize("number", ["10000000009", "10000000017", "99700000005", "10000001916", "100 0000 1916"])
def test_the_rpps_numbers_of_the_reference_are_accepted(number: str) -> None:
    assert is_rpps(number)


@pytest.mark.parametrize("number", ["10000000008", "10000001111", "10001234567", "1000000191", "100000019160", ""])
def test_an_rpps_with_a_wrong_key_or_length_is_refused(number: str) -> None:
    assert not is_rpps(number)


@pytest.mark.parametrize("number", ["991234567", "2A1234567", "2b1234567", "75 1 23456 7"])
def test_the_shape_of_an_adeli_number_is_known(number: str) -> None:
    assert is_adeli(number)


@pytest.mark.parametrize("number", ["2C1234567", "A21234567", "12345678", "1234567890", "2A123456٣"])
def test_what_is_not_an_adeli_number_is_refused(number: str) -> None:
    assert not is_adeli(number)


@pytest.mark.parametrize("number", ["010003820", "010003812", "750712184"])
def test_the_finess_numbers_of_the_reference_are_accepted(number: str) -> None:
    assert is_finess(number)


@pytest.mark.parametrize("number", ["2B0000012", "2A0000014", "2B0000020", "2A0000386", "2b 0000012"])
def test_a_corsican_finess_counts_a_as_1_and_b_as_2(number: str) -> None:
    assert is_finess(number)


@pytest.mark.parametrize(
    "number", ["2B0100011", "750712185", "7507121841", "75071218", "A50712184", "2C0000012", "75071218４"]
)
def test_a_finess_with_a_wrong_key_or_shape_is_refused(number: str) -> None:
    assert not is_finess(number)


def test_the_siren_of_the_reference_is_accepted_and_its_neighbours_are_not() -> None:
    assert is_siren("732829320")
    assert is_siren("732 829 320")
    assert not is_siren("732829321")
    assert not is_siren("73282932")
    assert not is_siren("7328293200")


def test_a_siret_has_fourteen_digits_and_its_own_key() -> None:
    assert is_siret("732 829 320 00074")
    assert not is_siret("73282932000075")
    assert not is_siret("732829320")


@given(DIGITS)
def test_exactly_one_key_digit_out_of_ten_passes_luhn(payload: str) -> None:
    assert sum(luhn(payload + key) for key in "0123456789") == 1


@given(DIGITS, st.data())
def test_luhn_sees_any_single_digit_that_changed(payload: str, data: st.DataObject) -> None:
    whole = payload + next(key for key in "0123456789" if luhn(payload + key))
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[place]]))
    assert not luhn(whole[:place] + other + whole[place + 1 :])


@given(st.text(max_size=30))
def test_no_text_makes_a_control_fail_and_separators_change_no_answer(text: str) -> None:
    for control in (is_nir, is_rpps, is_adeli, is_finess, is_siren, is_siret, luhn):
        assert control(text) in (True, False)
    dressed = "".join(letter + SEPARATORS[place % len(SEPARATORS)] for place, letter in enumerate(text))
    for control in (is_nir, is_rpps, is_adeli, is_finess, is_siren, is_siret):
        assert control(dressed) == control(text)


@pytest.mark.parametrize("text", ["", "²", "①", "٣٤", "12a", "-1", "+1", " 1"])
def test_luhn_reads_ascii_digits_only(text: str) -> None:
    assert not luhn(text)
