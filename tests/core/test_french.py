from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.french import (
    NARROW,
    NO_BREAK,
    agree,
    day_in_words,
    hour_in_words,
    listed,
    plural,
    typeset,
    weekday_in_words,
)

TYPED = st.text(alphabet="ab1 '’«»;!?:%.,()`/\u00a0\u202f\n\ue000", max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L'écran", "L’écran"),
        ("Qui ?", f"Qui{NARROW}?"),
        ("Qui?", f"Qui{NARROW}?"),
        ("Quoi ?!", f"Quoi{NARROW}?!"),
        ("Fermez ; ouvrez", f"Fermez{NARROW}; ouvrez"),
        ("Choix : le vôtre", f"Choix{NO_BREAK}: le vôtre"),
        ("« oui »", f"«{NO_BREAK}oui{NO_BREAK}»"),
        ("«oui»", f"«{NO_BREAK}oui{NO_BREAK}»"),
        ("« Qui ? »", f"«{NO_BREAK}Qui{NARROW}?{NO_BREAK}»"),
        ("1 :»", f"1{NO_BREAK}:{NO_BREAK}»"),
        ("(lequel ?)", f"(lequel{NARROW}?)"),
        ("il reste 9 % de place", f"il reste 9{NO_BREAK}% de place"),
        ("deux  espaces ?", f"deux  espaces{NARROW}?"),
        ("trop  ?", f"trop{NARROW}?"),
    ],
)
def test_double_signs_get_their_no_break_spaces(typed: str, printed: str) -> None:
    assert typeset(typed) == printed


@pytest.mark.parametrize(
    "text",
    [
        "https://cyber.gouv.fr/page?a=1;b=2",
        "https://exemple.fr/l'adresse",
        "À 10:30, puis 7:05.",
        "http://127.0.0.1:8642/",
        "C:\\Users et D:",
        "90%",
        "`Get-Service 'SCardSvr' ; echo \"ok !\"`",
        "",
        " ",
    ],
)
def test_addresses_times_and_commands_between_backquotes_stay_as_typed(text: str) -> None:
    assert typeset(text) == text


def test_a_command_keeps_its_quotes_while_the_sentence_around_it_is_dressed() -> None:
    typed = "Tapez d'abord : `rm -i 'a' ; ls ?`, puis lisez l'adresse https://x.fr/l'a?b ?"
    assert typeset(typed) == (
        f"Tapez d’abord{NO_BREAK}: `rm -i 'a' ; ls ?`, puis lisez l’adresse https://x.fr/l'a?b{NARROW}?"
    )


def test_a_backquote_alone_protects_nothing_and_is_not_lost() -> None:
    assert typeset("l'accent ` seul ?") == f"l’accent ` seul{NARROW}?"


def test_the_mark_used_inside_is_given_back_when_a_text_holds_it() -> None:
    assert typeset("\ue000 `a'b` \ue000") == "\ue000 `a'b` \ue000"


@pytest.mark.parametrize("piece", [" ", "` ", "« ", " »", "?", " :", "https://", "\ue000", "9 ", "\u00a0;"])
def test_a_long_text_is_typeset_in_a_time_that_grows_with_its_length(piece: str) -> None:
    assert len(typeset(piece * 100_000)) >= 100_000


@given(TYPED)
def test_typesetting_twice_changes_nothing_more(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once


@given(TYPED)
def test_typesetting_only_moves_spaces_and_curls_apostrophes(text: str) -> None:
    def bare(value: str) -> str:
        return "".join(letter for letter in value.replace("'", "’") if letter not in f" {NO_BREAK}{NARROW}")

    assert bare(typeset(text)) == bare(text)


@given(st.text(alphabet="ab1 .,'\n", max_size=60))
def test_a_text_without_double_signs_only_has_its_apostrophes_curled(text: str) -> None:
    assert typeset(text) == text.replace("'", "’")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 compte"), (1, "1 compte"), (2, "2 comptes"), (21, "21 comptes"), (101, "101 comptes")],
)
def test_the_french_plural_begins_at_two(count: int, words: str) -> None:
    assert plural(count, "compte") == words


def test_an_irregular_plural_is_given() -> None:
    assert plural(3, "réseau", "réseaux") == "3 réseaux"
    assert plural(1, "réseau", "réseaux") == "1 réseau"


def test_a_sentence_agrees_with_its_number() -> None:
    one, several = "Un disque est branché.", "{} disques sont branchés."
    assert [agree(count, one, several) for count in (0, 1, 2, 21)] == [
        one,
        one,
        "2 disques sont branchés.",
        "21 disques sont branchés.",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", ""),
        ("A", "A"),
        ("AB", "A et B"),
        ("ABC", "A, B et C"),
        ("ABCD", "A, B, C et 1 autre"),
        ("ABCDEFG", "A, B, C et 4 autres"),
    ],
)
def test_a_list_is_said_with_et_and_never_without_end(words: str, sentence: str) -> None:
    assert listed(list(words)) == sentence


def test_a_list_may_be_said_whole() -> None:
    assert listed(list("ABCDE"), at_most=9) == "A, B, C, D et E"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 5, 1), "1er mai 2026"),
        (date(2026, 11, 3), "3 novembre 2026"),
        (date(2026, 8, 31), "31 août 2026"),
        (date(2027, 2, 21), "21 février 2027"),
        (date(2026, 12, 11), "11 décembre 2026"),
    ],
)
def test_a_day_is_said_in_words(day: date, words: str) -> None:
    assert day_in_words(day) == words


def test_a_day_is_said_with_its_name() -> None:
    assert weekday_in_words(date(2026, 11, 3)) == "mardi 3 novembre 2026"
    assert weekday_in_words(date(2026, 11, 1)) == "dimanche 1er novembre 2026"


@given(st.dates())
def test_every_day_has_words_with_its_year(day: date) -> None:
    assert weekday_in_words(day).endswith(f" {day.year}")
    assert len(weekday_in_words(day).split()) == 4


@pytest.mark.parametrize(("hour", "minute", "words"), [(7, 52, "7 h 52"), (8, 0, "8 h"), (0, 5, "0 h 05")])
def test_an_hour_is_said_as_the_french_write_it(hour: int, minute: int, words: str) -> None:
    assert hour_in_words(datetime(2026, 11, 3, hour, minute, tzinfo=UTC)) == words.replace(" ", NO_BREAK)
