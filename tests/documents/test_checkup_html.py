"""The HTML report: one self-contained file, escaped, accessible, and two exact pages on paper."""

import base64
import hashlib
import json
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import axe_core_python
import pytest
from jinja2 import UndefinedError
from playwright.sync_api import Browser, Page

from hygie.checkup.run import Checkup
from hygie.documents.checkup_html import environment, render_html, stylesheet
from hygie.documents.checkup_view import checkup_view
from tests.documents.conftest import SECRET_NAME

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
CHECKUPS = ["calm", "blank", "perfect", "long", "hostile"]
SCREENS = [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")]


class Reader(HTMLParser):
    """Every tag with its attributes, and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag

    def handle_endtag(self, _tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.fixture(params=CHECKUPS)
def each(request: pytest.FixtureRequest) -> Checkup:
    checkup: Checkup = request.getfixturevalue(request.param)
    return checkup


def _page(chromium: Browser, checkup: Checkup, width: int = 1440, theme: str = "light") -> Page:
    """The report as a person opens it; the policy is lifted so that axe may be injected."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.set_content(render_html(checkup))
    return page


def test_the_page_needs_nothing_else(each: Checkup) -> None:
    tags = Reader(render_html(each)).tags
    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & {tag for tag, _ in tags}
    assert not any("src" in attrs or "srcset" in attrs for _, attrs in tags)
    assert "url(" not in stylesheet()[0]
    assert "@import" not in stylesheet()[0]


def test_no_element_carries_a_style_or_a_script_of_its_own(each: Checkup) -> None:
    for _, attrs in Reader(render_html(each)).tags:
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]


def test_the_policy_allows_the_inlined_style_and_nothing_more(calm: Checkup) -> None:
    page = render_html(calm)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    metas = [attrs for tag, attrs in Reader(page).tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert [meta["content"] for meta in metas] == [
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    assert style.isascii()


def test_the_reference_style_is_the_first_of_the_two() -> None:
    assert stylesheet()[0].index("--encre: #10262C") < stylesheet()[0].index(".papier-seul")


def test_links_lead_to_the_web_to_a_telephone_or_into_the_page(each: Checkup) -> None:
    tags = Reader(render_html(each)).tags
    known = {attrs["id"] for _, attrs in tags if "id" in attrs}
    for tag, attrs in tags:
        if tag == "a":
            href = attrs["href"]
            assert href.startswith(("https://", "tel:")) or href[1:] in known, href
            assert not href.startswith("tel:") or re.fullmatch(r"tel:\+?\d+", href)


def test_identifiers_are_unique_and_references_exist(each: Checkup) -> None:
    tags = Reader(render_html(each)).tags
    known = Counter(attrs["id"] for _, attrs in tags if "id" in attrs)
    assert not [name for name, count in known.items() if count > 1]
    assert {a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a} <= set(known)
    assert {a["href"] for tag, a in tags if tag == "use"} <= {f"#{name}" for name in known}


def test_headings_go_down_one_level_at_a_time(each: Checkup) -> None:
    levels = [int(tag[1]) for tag, _ in Reader(render_html(each)).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_the_skip_link_comes_first(calm: Checkup) -> None:
    first = next(attrs for tag, attrs in Reader(render_html(calm)).tags if tag == "a")
    assert first["class"] == "evitement"
    assert first["href"] == "#contenu"


def test_hostile_texts_stay_texts(hostile: Checkup) -> None:
    page = render_html(hostile)
    page.encode()
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page
    assert "{{ 7*7 }}" in page
    assert not set(page) & set("\u202e\u2066\x00\x07\x1b")


def test_file_names_are_never_written(each: Checkup) -> None:
    assert SECRET_NAME not in render_html(each)


def test_every_finding_is_told_with_its_state_and_how_it_is_known(calm: Checkup) -> None:
    text = Reader(render_html(calm)).text
    for finding in calm.findings:
        assert finding.title in text
        assert finding.check_id in text
    for word in ("Urgent", "À faire", "En attente", "Inconnu", "En ordre", "Exception", "Mesuré", "Déclaré", "Prouvé"):
        assert word in text


def test_each_part_comes_in_the_agreed_order(calm: Checkup) -> None:
    text = Reader(render_html(calm)).text
    parts = [
        checkup_view(calm)["voice"]["sentence"], "À faire, dans cet ordre", "Depuis la dernière fois",
        "Sous chaque mesure", "Fiche du", "Tout de suite", "Qui appeler", "Deux délais",
        "Le détail, pour votre prestataire", "Toutes les sources",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.rindex("Les données restent sur l’ordinateur du cabinet.") > places[-1]


def test_the_state_is_never_carried_by_colour_alone(calm: Checkup) -> None:
    for pill in re.findall(r'<span class="etat etat--\w+">(.*?)</span>', render_html(calm)):
        assert pill.startswith("<svg")
        assert re.sub(r"<[^>]+>", "", pill).strip()


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UndefinedError):
        environment().get_template("checkup.html.j2").render(view={})


def test_the_same_checkup_gives_the_same_page(calm: Checkup) -> None:
    assert render_html(calm) == render_html(calm)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme"), SCREENS)
@pytest.mark.parametrize("name", ["calm", "perfect", "hostile"])
def test_axe_finds_nothing_and_nothing_overflows(
    request: pytest.FixtureRequest, chromium: Browser, name: str, width: int, theme: str
) -> None:
    page = _page(chromium, request.getfixturevalue(name), width, theme)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [(v["id"], v["nodes"][0]["html"][:160], v["nodes"][0]["any"]) for v in found["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert told == []
    assert wide == width


@pytest.mark.browser
def test_axe_finds_nothing_when_everything_is_unfolded(chromium: Browser, calm: Checkup) -> None:
    page = _page(chromium, calm, 360)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert [violation["id"] for violation in found["violations"]] == []
    assert wide == 360


@pytest.mark.browser
def test_the_policy_blocks_nothing_the_page_needs(chromium: Browser, calm: Checkup, tmp_path: Path) -> None:
    path = tmp_path / "bilan.html"
    path.write_text(render_html(calm), "utf-8")
    context = chromium.new_context(java_script_enabled=True)
    page, told, asked = context.new_page(), [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda one: asked.append(one.url))
    page.goto(path.as_uri())
    background = page.evaluate("getComputedStyle(document.querySelector('.voix')).backgroundColor")
    context.close()
    assert told == []
    assert asked == [path.as_uri()]
    assert background == "rgb(10, 54, 64)"


@pytest.mark.browser
@pytest.mark.parametrize("name", CHECKUPS)
def test_on_paper_the_state_is_page_one_and_the_sheet_page_two(
    request: pytest.FixtureRequest, chromium: Browser, name: str, tmp_path: Path
) -> None:
    page = _page(chromium, request.getfixturevalue(name))
    page.pdf(path=str(tmp_path / "bilan.pdf"), prefer_css_page_size=True)
    page.context.close()
    pages = [_text(tmp_path / "bilan.pdf", number) for number in (1, 2, 3)]
    assert pages[0].startswith("Hygie")
    assert "Les sept mesures" in pages[0]
    assert pages[1].startswith("À afficher près du téléphone")
    assert "Deux délais de 72 heures" in pages[1]
    assert "L113-2" in pages[1]
    assert pages[2].startswith("Le détail, pour votre prestataire informatique")
    assert all("Aucun nom de patient dans ce document." in text for text in pages)


@pytest.mark.browser
def test_on_paper_the_first_page_holds_actions_measures_and_changes(
    chromium: Browser, calm: Checkup, tmp_path: Path
) -> None:
    page = _page(chromium, calm)
    page.pdf(path=str(tmp_path / "bilan.pdf"), prefer_css_page_size=True)
    page.context.close()
    first = _text(tmp_path / "bilan.pdf", 1)
    view = checkup_view(calm)
    said = [a["title"] for a in view["actions"]["list"]] + [m["sentence"] for m in view["measures"]]
    for sentence in [*said, "0 en ordre sur 7", "Moins bien"]:
        assert re.sub(r"\s+", "", sentence) in re.sub(r"\s+", "", first)


@pytest.mark.browser
def test_every_fold_is_open_on_paper(chromium: Browser, calm: Checkup, tmp_path: Path) -> None:
    page = _page(chromium, calm)
    page.pdf(path=str(tmp_path / "bilan.pdf"), prefer_css_page_size=True)
    page.context.close()
    text = re.sub(r"\s+", "", _text(tmp_path / "bilan.pdf"))
    for title in (calm.findings[0].title, "Toutes les sources", "Pour revenir en arrière"):
        assert re.sub(r"\s+", "", title) in text
    passed = next(group for m in checkup_view(calm)["detail"]["measures"] for group in m["groups"] if group["folded"])
    assert re.sub(r"\s+", "", passed["findings"][-1]["why"]) in text


def _text(path: Path, number: int = 0) -> str:
    pages = ["-f", str(number), "-l", str(number)] if number else []
    done = subprocess.run(["pdftotext", *pages, str(path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", " ", done.stdout).strip()


def test_the_view_can_be_read_by_anything(calm: Checkup) -> None:
    assert json.dumps(checkup_view(calm))
