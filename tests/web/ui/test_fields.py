import re
from typing import Any

from django import forms
from django.template import Context, Template

from hygie.web.ui import fields
from tests.web.ui.samples import Question, Sample

GOOD = {"version": "1", "phone": "01", "hour": "8 h 20", "kind": "b", "days": ["1", "2"], "agree": "on"}


def rendered(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def test_a_choice_asked_as_a_field_shows_its_label_and_keeps_what_was_chosen() -> None:
    page = rendered("{% field form.kind %}{% field form.days %}", form=Sample(GOOD))
    assert "<legend>Sorte" in page
    assert re.findall(r'type="(\w+)"[^>]*value="(\w)" checked', page) == [
        ("radio", "b"), ("checkbox", "1"), ("checkbox", "2"),
    ]  # fmt: skip


def test_a_choice_under_a_title_has_its_label_for_screen_readers_only() -> None:
    page = rendered("{% choices form.disk %}", form=Question())
    assert '<legend class="lecteur">' in page
    assert "<small>Bonne réponse aussi.</small>" in page
    assert "checked" not in page


def test_a_choice_that_lacks_an_answer_says_so_and_is_described_by_it() -> None:
    page = rendered("{% choices form.kind %}", form=Sample({}))
    assert 'role="radiogroup" aria-invalid="true" aria-describedby="id_kind-erreur"' in page
    assert 'id="id_kind-erreur"' in page


def test_the_empty_choice_of_django_is_not_a_card() -> None:
    class Choice(forms.Form):
        one = forms.ChoiceField(choices=[("", "---------"), ("0", "Zéro"), ("1", "Un")], widget=forms.RadioSelect)

    cards = fields.cards(Choice({"one": "0"})["one"])
    assert [(card["id"], card["value"], card["checked"]) for card in cards["options"]] == [
        ("id_one_0", "0", True), ("id_one_1", "1", False),
    ]  # fmt: skip


def test_a_lone_box_is_one_card_with_its_help() -> None:
    page = rendered("{% field form.agree %}", form=Sample(GOOD))
    assert page.count('type="checkbox"') == 1
    assert " checked" in page
    assert "saisie" not in page
    assert 'aria-describedby="id_agree-aide"' in page
    assert "facultatif" not in page


def test_what_is_not_required_says_so() -> None:
    page = rendered("{% field form.note %}{% field form.phone %}", form=Sample())
    assert page.count("(facultatif)") == 1
    assert "aria-invalid" not in page


def test_every_error_leads_to_something_that_exists_but_a_hidden_field_or_the_whole_form() -> None:
    form = Sample({"version": "x", "hour": "8h65"})
    form.add_error(None, 'Rien ne va avec "<b>".')
    page = rendered("{% form_errors form %}{% field form.phone %}{% field form.hour %}{% field form.kind %}", form=form)
    links = re.findall(r'<a href="#([\w-]+)"', page)
    assert links == ["id_phone", "id_hour", "id_kind_0"]
    assert all(f' id="{link}"' in page for link in links)
    assert "&lt;b&gt;" in page
    assert "autofocus" in page
    assert "5 points à reprendre" in page


def test_no_error_no_summary() -> None:
    assert rendered("{% form_errors form %}", form=Sample(GOOD)) == ""


def test_a_label_is_dressed_and_escaped() -> None:
    class Odd(forms.Form):
        name = forms.CharField(label="Le nom <b> : l'un")

    page = rendered("{% field form.name %}", form=Odd())
    assert "Le nom &lt;b&gt;\u00a0: l’un" in page
