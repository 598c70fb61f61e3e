"""What every template promises: no inline style or script, every value escaped, a sprite that holds what is asked."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.ui import graphs
from hygie.web.ui.templatetags import ui

WEB = Path(ui.__file__).parents[2]
TEMPLATES = sorted(WEB.rglob("*.html"))
SPRITE = (WEB / "ui/templates/ui/_sprite.svg").read_text()
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=PARIS)
HOSTILE = "\"><script>alert('x')</script>{{ 7 }}{% csrf_token %}"


def rendered(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_no_template_carries_a_style_or_a_script_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", text)
    assert "javascript:" not in text
    assert not re.search(r'(?:src|href)="https?://', text.replace("https://www.w3.org", ""))
    assert "|safe" not in text
    assert "autoescape off" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_template_compiles_and_asks_for_icons_that_exist(path: Path) -> None:
    get_template(str(path.relative_to(next(p for p in path.parents if p.name == "templates"))))
    for name in re.findall(r'{% icon "([a-z]+)"', path.read_text()):
        assert f'id="i-{name}"' in SPRITE, name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_form_that_writes_carries_its_token(path: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL):
        assert "csrf_token" in form


def test_components_escape_what_they_are_given() -> None:
    source = "{% state 'ok' x %}{% source 'mesure' x x %}{% empty x x %}{{ x|fr }}{{ x|tel }}{% icon x %}"
    page = rendered(source, x=HOSTILE)
    assert "<script" not in page
    assert '"><' not in page.replace('"><use', "").replace('false"><', "").replace('"><svg', "").replace('vide"><b', "")


class Sample(forms.Form):
    name = forms.CharField(label="Nom", help_text="Un mot.", max_length=3)
    kind = forms.ChoiceField(label="Sorte", choices=[("a", "Oui"), ("b", "Non")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="D'accord", required=False)


def test_a_field_is_linked_to_its_label_its_help_and_its_error() -> None:
    page = rendered("{% form_errors form %}{% field form.name %}", form=Sample({"name": HOSTILE, "kind": "a"}))
    assert 'for="id_name"' in page
    assert 'aria-describedby="id_name-aide id_name-erreur"' in page
    assert 'aria-invalid="true"' in page
    assert 'href="#id_name"' in page
    assert "<script" not in page


def test_radio_cards_keep_the_choice_made() -> None:
    page = rendered("{% choices form.kind %}", form=Sample({"name": "x", "kind": "b"}))
    assert re.search(r'value="b" checked', page)
    assert page.count("<fieldset") == 1
    assert "<legend" in page


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (NOW.replace(hour=7, minute=52), "ce matin, 7 h 52"),
        (NOW.replace(hour=14), "cet après-midi, 14 h"),
        (NOW - timedelta(days=1), "hier, 15 h"),
        (NOW.replace(month=10, day=29), "le 29 octobre"),
        (NOW.replace(month=5, day=1), "le 1er mai"),
        (NOW.replace(year=2025, month=5, day=2), "le 2 mai 2025"),
        (None, "jamais"),
    ],
)
def test_a_moment_is_told_as_people_say_it(when: datetime | None, words: str) -> None:
    assert ui.ago(when, NOW).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("number", "link"), [("01 99 00 12 34", "0199001234"), ("+33 (0)1-99", "+33019" + "9"), ("+1+2", "+12"), ("x", "")]
)
def test_a_number_becomes_a_link(number: str, link: str) -> None:
    assert ui.tel(number) == link


@given(st.integers(0, 500), st.integers(0, 100))
def test_a_bar_uses_a_class_that_the_style_has(value: int, most: int) -> None:
    css = (WEB.parent / "documents/static/hygie.css").read_text()
    (name,) = re.findall(r'class="(v\d+)"', ui.progress(value, most, "Avancement"))
    assert f".{name} {{" in css


def lines(*good: int) -> list[dict[str, Any]]:
    start = NOW.date().replace(day=1)
    return [
        {"day": start.replace(month=1 + rank % 12), "good": n, "state": {"id": "ok", "word": "En ordre"}}
        for rank, n in enumerate(good)
    ]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=24))
def test_graphs_stay_inside_their_frame_and_say_everything_in_words(values: list[int]) -> None:
    for graph in graphs.history(lines(*values)):
        assert all(0 <= point["x"] <= graph["width"] and 20 <= point["y"] <= 142 for point in graph["points"])
        assert graph["label"].count(" en ") >= len(values)
    for graph in graphs.states(lines(*values)):
        assert all(step["x2"] <= graph["right"] + 1 for step in graph["steps"])


def test_more_in_order_is_drawn_higher() -> None:
    (wide, _) = graphs.history(lines(0, 3, 7))
    heights = [point["y"] for point in wide["points"]]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3
