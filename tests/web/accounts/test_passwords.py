"""Passwords: each pattern, each weakness, and what must hold for any text."""

import string
import unicodedata

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import passwords
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import User
from hygie.web.accounts.passwords import Pattern, Weakness, pattern_of, weakness_of
from tests.web.conftest import make_member, make_practice


@pytest.mark.parametrize(
    ("password", "pattern"),
    [
        ("Brume-Tilleu7", Pattern.GOLD),
        ("Brume-Tille7", Pattern.CNIL_MIXED),
        ("Brume-Till7", None),
        ("BrumeTilleul77", Pattern.CNIL_LONG),
        ("brumetilleul-7", Pattern.CNIL_LONG),
        ("BrumeTilleul7", None),
        ("brumetilleul77", None),
        ("le chat gris dort sous la pluie", Pattern.CNIL_PHRASE),
        ("lampe tuile rive nacre bois sel", None),
        ("ca ca ca ca ca ca ca ca ca ca ca", None),
        ("un de la le sa ma ta", None),
        ("Été-ÂNE-7-brûlé", Pattern.GOLD),
        ("", None),
    ],
)
def test_pattern(password, pattern):
    assert pattern_of(password) is pattern


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("Azertyui-2026", Weakness.KEYBOARD),
        ("Brume-poiuy-77", Weakness.KEYBOARD),
        ("Brume-12345-Til", Weakness.KEYBOARD),
        ("Brume-54321-Til", Weakness.KEYBOARD),
        ("Brume-abcde-Til7", Weakness.KEYBOARD),
        ("Brumeeee-Til-7", Weakness.REPEATED),
        ("aB1-aB1-aB1-aB1-", Weakness.REPEATED),
        ("Motdepasse2026!", Weakness.COMMON),
        ("P@ssw0rd-2026!", Weakness.COMMON),
        ("2026-Doctolib-!", Weakness.COMMON),
        ("Brume\u0000Tilleul-7", Weakness.CONTROL),
        ("Brume\ud800Tilleul-7", Weakness.CONTROL),
        ("aB1-" * 33, Weakness.TOO_LONG),
        ("Brume-Tilleul-7-horizon", None),
        ("le chat gris dort sous la pluie", None),
        ("Brume-2026-Tilleul", None),
    ],
)
def test_weakness(password, weakness):
    assert weakness_of(password) is weakness


@pytest.mark.parametrize("personal", ["Dr Hélène Fontaine", "helene.FONTAINE", "Cabinet du Dr Fontaine"])
def test_a_name_inside_is_refused_whatever_its_case_and_accents(personal):
    assert weakness_of("Brume-FONTAÎNE-7-til", [personal]) is Weakness.PERSONAL


def test_short_words_of_a_name_are_not_held_against_anybody():
    assert weakness_of("Brume-du-Tilleul-7", ["Cabinet du Dr Roy", "Me Roy"]) is None


def test_longest_is_exact():
    longest = ("Brume-Tilleul-7-horizon-nacre-" * 5)[: passwords.LONGEST]
    assert len(longest) == 128
    assert weakness_of(longest) is None
    assert weakness_of(longest + "a") is Weakness.TOO_LONG


@given(st.text(max_size=140))
def test_any_text_is_judged(password):
    pattern = pattern_of(password)
    weakness_of(password, [password[:10]])
    if pattern is None:
        assert "7 mots" in passwords.missing(password) or "sept mots" in passwords.missing(password)
    else:
        assert len(passwords.normalised(password)) >= 12


@given(st.text(max_size=60), st.text(max_size=20))
def test_adding_signs_never_takes_a_pattern_away_but_accents_may_join(password, more):
    """Longer is never worse, once both are written alike."""
    password = passwords.normalised(password)
    if pattern_of(password) is not None and len(passwords.normalised(password + "a" + more)) >= len(password):
        assert pattern_of(password + "A1-" + more) is not None


@given(st.text(alphabet=string.ascii_lowercase, max_size=13))
def test_one_class_under_fourteen_signs_never_passes(password):
    assert pattern_of(password) is None


@given(st.text(min_size=1, max_size=40))
def test_accents_typed_two_ways_are_one_password(password):
    composed, spread = unicodedata.normalize("NFC", password), unicodedata.normalize("NFD", password)
    assert pattern_of(composed) is pattern_of(spread)
    assert weakness_of(composed) is weakness_of(spread)


def test_what_is_missing_is_said_in_plain_words():
    assert passwords.missing("brume") == (
        "Il manque 8 signes de plus, un chiffre, un signe spécial et une majuscule. Ou écrivez une phrase de sept mots."
    )


def test_the_message_says_which_rule_let_it_pass():
    assert "règle d’or" in passwords.accepted("Brume-Tilleul-7-horizon")
    assert "sept mots" in passwords.accepted("le chat gris dort sous la pluie")


def test_no_sentence_shouts():
    sentences = [item.value for kind in (Pattern, Weakness) for item in kind] + [passwords.HELP]
    assert not [sentence for sentence in sentences if "!" in sentence or "Veuillez" in sentence]


def test_django_asks_our_rule_with_the_names_of_the_person(db):
    member = make_member(make_practice(), Role.HOLDER)
    validate_password("Brume-Tilleul-7-horizon", member.user)
    with pytest.raises(ValidationError, match="votre nom"):
        validate_password("Brume-Fontaine-7-til", member.user)
    with pytest.raises(ValidationError, match="Il manque"):
        validate_password("brume")


def test_an_accent_typed_on_another_keyboard_still_opens(db):
    user = User.objects.create_user("nadia", unicodedata.normalize("NFD", "Été-brûlé-7-Âne"))
    assert user.check_password(unicodedata.normalize("NFC", "Été-brûlé-7-Âne"))
    assert not user.check_password("Ete-brule-7-Ane")


def test_the_common_list_is_there_and_ours_adds_to_it():
    assert len(passwords.common()) > 19_000
    assert {"motdepasse", "doctolib", "azerty"} <= passwords.common()
