"""Each component keeps its promise: what it says, what it links, and that no text can leave its place."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.html import format_html
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.french import typeset
from hygie.web.ui.templatetags import ui
from tests.web.ui import samples

HOSTILE = "\"'><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7 }}&lt; "


class Tags(HTMLParser):
    """The tags of a page, with their attributes, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def names(self) -> set[str]:
        return {tag for tag, _ in self.seen}


def rendered(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def poisoned(value: Any) -> Any:
    """The same structure with every text replaced, but for what the code itself decides (numbers of the ring)."""
    if isinstance(value, dict):
        return {key: poisoned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


EVERYTHING = (
    "{% ring ring %}{% tile tile %}{% action action %}{% finding finding %}{% icon x x %}{% state x x %}"
    "{% source x x x %}{% banner x x x x %}{% endbanner %}{% evidence x x x x %}{% endevidence %}{% contact x x x %}"
    "{% contact x '01 99' x %}{% empty x x %}{% progress 1 3 x %}{% table x columns rows %}{% pagination page x x %}"
    "{{ x|fr }}{{ x|tel }}{% filter fr %}{{ x }} ; {{ x }}{% endfilter %}"
)


def everything(dirty: Any) -> str:
    table = {"columns": ["Compte", "État"], "rows": [["Banque", samples.state("ok")], ["Agenda", "oui"]]}
    parts = {"ring": samples.ring(), "tile": samples.tiles()[3], "action": samples.actions()[0],
             "finding": {**samples.findings()[0], "url": "/ici/", "button": "Voir"}, **table}  # fmt: skip
    page = Paginator(range(50), 10).get_page(2)
    return rendered(EVERYTHING, x=dirty("mot"), page=page, **dirty(parts))


def test_no_text_leaves_its_place_in_any_component() -> None:
    clean, attacked = Tags(everything(lambda value: value)), Tags(everything(poisoned))
    assert attacked.names() <= clean.names() | {"a"}
    assert "script" not in attacked.names()
    assert not [name for _, attrs in attacked.seen for name in attrs if name.startswith("on") or name == "style"]
    assert not [attrs["href"] for _, attrs in attacked.seen if (attrs.get("href") or "").startswith("javascript")]


@pytest.mark.parametrize("template", ["_base.html", "_base_simple.html", "_base_print.html"])
def test_no_name_of_the_practice_leaves_its_place(template: str, rf: Any) -> None:
    context = {
        "practice_name": HOSTILE, "person": {"name": HOSTILE, "role": HOSTILE, "initials": HOSTILE},
        "menu": [{"title": HOSTILE, "items": [
            {"url": "/x/", "icon": HOSTILE, "label": HOSTILE, "count": 2, "count_label": HOSTILE, "current": True}]}],
        "mobile_menu": [{"url": "/x/", "icon": HOSTILE, "label": HOSTILE}], "demo": True, "exercise": True,
    }  # fmt: skip
    page = Tags(render_to_string(f"ui/{template}", context))
    assert "script" not in page.names()
    assert "img" not in page.names()
    assert not [name for _, attrs in page.seen for name in attrs if name.startswith("on")]


@pytest.mark.parametrize("kind", ["ok", "afaire", "attente", "inconnu", "nc", "urgent"])
def test_a_state_is_a_class_a_shape_and_a_word(kind: str) -> None:
    page = ui.state(kind, "Le mot")
    assert f"etat--{kind}" in page
    assert f"#i-{kind}" in page
    assert "Le mot" in page


def test_a_state_that_does_not_exist_never_looks_good() -> None:
    assert "etat--inconnu" in ui.state("parfait", "Parfait")
    assert "bandeau--inconnu" in rendered("{% banner 'parfait' 'x' %}{% endbanner %}")


def test_a_source_says_how_it_is_known() -> None:
    assert "<b>Mesuré</b> ce matin" in ui.source("mesure", "", "ce matin")
    assert "<b>Vu</b>" in ui.source("prouve", "Vu")


def test_the_ring_says_everything_in_one_sentence() -> None:
    page = rendered("{% ring ring %}", ring=samples.ring())
    assert 'role="img"' in page
    assert "4 à faire" in page
    assert page.count('class="part ') == 7
    assert ">3</text>" in page


def test_only_a_measure_that_asks_for_something_is_tinted() -> None:
    tinted = [bool(re.search(r"tuile--\w+", ui.tile(one))) for one in samples.tiles()]
    assert tinted == [False, False, True, True, False, True, False]


def test_a_banner_holds_its_button_and_announces_only_what_it_is_told_to() -> None:
    page = rendered("{% banner 'afaire' 'Branchez' 'Ce soir' %}<a class='btn' href='/x/'>Plus tard</a>{% endbanner %}")
    assert "<a class='btn' href='/x/'>" in page
    assert "role=" not in page
    assert 'role="alert"' in rendered("{% banner 'urgent' 'x' '' 'alert' %}{% endbanner %}")


def test_a_banner_that_is_not_closed_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% banner 'ok' 'x' %}")


def test_a_number_is_dialled_and_a_blank_is_not() -> None:
    assert 'href="tel:0199001234"' in ui.contact("Assureur", "01 99 00 12 34")
    assert "Appeler Assureur au " in ui.contact("Assureur", "01 99 00 12 34")
    assert "href" not in ui.contact("Assureur", "à retrouver")


def test_a_piece_of_evidence_leads_to_its_document() -> None:
    assert '<a href="/p/">Relevé</a>' in rendered("{% evidence 'Relevé' url='/p/' %}{% endevidence %}")
    assert "<a" not in rendered("{% evidence 'Relevé' 'Du 12 octobre' %}{% endevidence %}")


def test_a_finding_shows_its_button_or_its_state() -> None:
    one = samples.findings()[0]
    assert "etat--ok" in ui.finding(one)
    assert "Voir comment" in ui.finding({**one, "url": "/x/"})
    assert "Répondre" in ui.finding({**one, "url": "/x/", "button": "Répondre"})


def test_a_table_names_each_cell_by_its_column() -> None:
    page = ui.table("Comptes", ["Compte", "Qui", "État"], [["Banque", "Nadia", samples.state("ok")]])
    assert '<th scope="row">Banque</th><td data-th="Qui">Nadia</td><td data-th="État">' in page
    assert "etat--ok" in page
    assert 'tabindex="0"' in page


def test_a_row_that_is_too_short_is_refused_rather_than_shifted() -> None:
    with pytest.raises(ValueError, match="zip"):
        ui.table("Comptes", ["Compte", "Qui", "État"], [["Banque", "Nadia"]])


@pytest.mark.parametrize(("number", "before", "after"), [(1, False, True), (3, True, True), (5, True, False)])
def test_pages_lead_to_their_neighbours(number: int, before: bool, after: bool) -> None:  # noqa: FBT001
    page = ui.pagination(Paginator(range(50), 10).get_page(number), "famille=a&b", "Pages")
    assert ('rel="prev"' in page, 'rel="next"' in page) == (before, after)
    assert f"Page {number} sur 5" in page
    assert "famille=a&amp;b&amp;page=" in page


def test_one_page_needs_no_pagination() -> None:
    assert ui.pagination(Paginator(range(5), 10).get_page(1)) == ""


@pytest.mark.parametrize(
    ("value", "most", "name"),
    [(0, 10, "v0"), (5, 10, "v50"), (1, 3, "v35"), (99, 10, "v100"), (-1, 9, "v0"), (3, 0, "v0")],
)
def test_a_bar_never_goes_beyond_its_end(value: int, most: int, name: str) -> None:
    assert f'class="{name}"' in ui.progress(value, most, "Copie")


def test_french_spaces_do_not_break_tags_nor_entities() -> None:
    page = rendered(
        '{% filter fr %}<a title="l\'été : ">{{ x }} : oui</a> ; {{ y }} ? {% endfilter %}', x='"a"', y="l'an"
    )
    assert '<a title="l\'été : ">&quot;a&quot;\u00a0: oui</a>\u202f; l’an\u202f?' in page


def test_french_keeps_what_is_already_safe_and_escapes_the_rest() -> None:
    assert rendered("{{ x|fr }}", x=format_html("<b>{}</b> : x", "<i>")) == "<b>&lt;i&gt;</b>\u00a0: x"
    assert rendered("{{ x|fr }}", x="<b> : x") == "&lt;b&gt;\u00a0: x"


@given(st.text(alphabet=st.sampled_from("ab <>&;:!?«»'\"`\ue000\ue001#x27"), max_size=40))
def test_dressing_an_escaped_text_is_escaping_a_dressed_text(text: str) -> None:
    """The filter on a block gives what the filter on the value gives: no text can tell them apart, nor break out."""
    block = rendered("{% filter fr %}{{ x }}{% endfilter %}", x=text)
    assert not re.search(r"[<>\"]", block)
    if not re.search(r"[<>&\"'\ue001]", text):
        assert block == typeset(text)


def test_the_styles_have_every_class_the_kit_uses() -> None:
    web = Path(ui.__file__).parents[2]
    styles = [*(web.parent / "documents/static").glob("*.css"), web / "ui/static/ui/app.css"]
    known = set(re.findall(r"\.([a-z][\w-]*)", "".join(path.read_text() for path in styles)))
    for path in (web / "ui/templates").rglob("*.html"):
        text = re.sub(r"\{[%{].*?[%}]\}", "\0", path.read_text())
        used = {name for value in re.findall(r'class="([^"]*)"', text) for name in value.split() if "\0" not in name}
        assert used <= known, path.name
