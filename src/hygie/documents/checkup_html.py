"""The check-up as one HTML file that needs nothing else: no script, no remote resource, styles inlined and hashed.

The page says which style it allows by its SHA-256, so that even a text that slipped through could not add another.
"""

import base64
import hashlib
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hygie.checkup.run import Checkup
from hygie.documents.checkup_view import checkup_view

HERE = Path(__file__).parent
STYLES = ("hygie.css", "rosace.css", "rapport.css")
CENTRE, RADIUS = 120.0, 94.0
PARTS, HALF_PART, HALF_INNER = 7, 21.2, 20.2  # degrees on each side of a part's middle
TEXT_DROP = 6.5
LINES = {"action": 1.6, "source": 2.0, "gap": 0.6, "title": 1.8}
DENSITIES = ((40.0, "aere"), (48.0, "serre"), (math.inf, "tres-serre"))


def render_html(checkup: Checkup) -> str:
    """The whole report as one self-contained HTML page."""
    style, digest = stylesheet()
    template = environment().get_template("checkup.html.j2")
    view = checkup_view(checkup)
    return template.render(
        view=view,
        style=Markup(style),  # noqa: S704 - our own file, without any value from outside
        sprite=Markup((HERE / "templates" / "sprite.svg").read_text("utf-8")),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
        arcs=ring_arcs(),
        density=density(view),
    )


@cache
def environment() -> Environment:
    """Templates that escape every value and refuse a name that does not exist."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def stylesheet() -> tuple[str, str]:
    """The stylesheet and its base64 SHA-256. It is ASCII, so that no re-encoding of the page changes the digest."""
    text = "\n".join((HERE / "static" / name).read_text("utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\n\s*\n+", "\n", text).strip()
    text = "".join(c if c.isascii() else f"\\{ord(c):x} " for c in text)
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def density(view: dict[str, Any]) -> str:
    """How tight the first page must be printed to hold on one sheet: CSS cannot measure, so lines are counted here."""
    lines = sum(LINES["action"] + _lines(action["title"], 70) for action in view["actions"]["list"])
    lines += sum(max(_lines(m["sentence"], 40), LINES["source"]) + LINES["gap"] for m in view["measures"])
    lines += sum(_lines(change["text"], 90) for change in view["since"]["sentences"]) if view["since"] else 0
    lines += LINES["title"] * _lines(view["voice"]["sentence"], 46) + _lines(view["voice"]["help"], 85)
    return next(name for limit, name in DENSITIES if lines <= limit)


def _lines(text: str, width: int) -> float:
    return math.ceil(len(text) / width)


@cache
def ring_arcs() -> dict[int, dict[str, Any]]:
    """Where each of the seven parts of the ring is drawn: its arc, a slightly shorter one, and its number."""
    return {number: _arcs(360 / PARTS * (number - 1)) for number in range(1, PARTS + 1)}


def _arcs(middle: float) -> dict[str, Any]:
    x, y = _point(middle)
    return {
        "arc": _arc(middle - HALF_PART, middle + HALF_PART),
        "inner": _arc(middle - HALF_INNER, middle + HALF_INNER),
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "text_y": f"{y + TEXT_DROP:.1f}",
    }


def _arc(start: float, end: float) -> str:
    (x1, y1), (x2, y2) = _point(start), _point(end)
    return f"M{x1:.1f} {y1:.1f}A{RADIUS:.0f} {RADIUS:.0f} 0 0 1 {x2:.1f} {y2:.1f}"


def _point(degrees: float) -> tuple[float, float]:
    """A point of the ring, 0 being the top, turning clockwise."""
    angle = math.radians(degrees)
    return CENTRE + RADIUS * math.sin(angle), CENTRE - RADIUS * math.cos(angle)
