"""Where the lines of the two history graphs go: pure geometry, in the units of the design's mock-ups.

Each graph exists twice, wide and narrow. The caller bounds the months: twelve fit.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from hygie.core.french import MONTHS, day_in_words, typeset

WIDE, NARROW = (690, 120, 680), (360, 84, 356)  # width, first and last abscissa of the steps
TOP, BOTTOM, STEP, HEIGHT = 28, 142, 38, 188
LEFT, MARGIN = 40, 10
ROWS = {"ok": 0, "nc": 0, "attente": 1, "afaire": 2, "urgent": 2}
UNKNOWN = 3
WORDS = ("En ordre", "En attente", "À faire", "Inconnu")
MEASURES = 7
SHORT = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
Line = Mapping[str, Any]


def history(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The two graphs of « n en ordre sur 7 »; a line has `day` and `good`, from the oldest to the newest."""
    told = ", ".join(f"{line['good']} en {MONTHS[line['day'].month - 1]}" for line in lines)
    label = typeset(f"Mesures en ordre à la fin de chaque mois : {told}.")
    return [_history(lines, width, right, label) for width, _, right in (WIDE, NARROW)]


def _history(lines: Sequence[Line], width: int, right: int, label: str) -> dict[str, Any]:
    step = (right - LEFT - 2 * MARGIN) / max(1, len(lines) - 1)
    points = [
        {
            "x": round(LEFT + MARGIN + step * rank),
            "y": _height(line["good"]),
            "good": line["good"],
            "month": _month(line, width),
        }
        for rank, line in enumerate(lines)
    ]
    axes = [{"y": _height(value), "value": value} for value in (0, MEASURES)]
    path = "M" + "L".join(f"{point['x']} {point['y']}" for point in points)
    return _frame(width, label) | {"left": LEFT, "right": right, "points": points, "axes": axes, "path": path}


def _frame(width: int, label: str) -> dict[str, Any]:
    return {"width": width, "height": HEIGHT, "label": label, "wide": width == WIDE[0]}


def _height(good: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * min(good, MEASURES) / MEASURES)


def _month(line: Line, width: int) -> str:
    name = SHORT[line["day"].month - 1]
    return name if width == WIDE[0] else name[0]


def states(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The two graphs of a measure's state; a line has `day` and `state` (its `id` and its `word`)."""
    told = ", ".join(f"{line['state']['word'].lower()} au {day_in_words(line['day'])}" for line in lines)
    label = typeset(f"État de la mesure, mois après mois : {told}.")
    return [_states(lines, *size, label=label) for size in (WIDE, NARROW)]


def _states(lines: Sequence[Line], width: int, left: int, right: int, label: str) -> dict[str, Any]:
    step = (right - left) / max(1, len(lines))
    steps = [
        {
            "x1": round(left + step * rank),
            "x2": round(left + step * (rank + 1)),
            "middle": round(left + step * (rank + 0.5)),
            "y": TOP + STEP * ROWS.get(line["state"]["id"], UNKNOWN),
            "state": line["state"]["id"],
            "month": _month(line, width),
        }
        for rank, line in enumerate(lines)
    ]
    return _frame(width, label) | {
        "left": left,
        "right": right,
        "steps": steps,
        "jumps": _jumps(steps),
        "rows": _rows(),
    }


def _jumps(steps: Sequence[dict[str, Any]]) -> list[dict[str, int]]:
    return [
        {"x": after["x1"], "y1": before["y"], "y2": after["y"]}
        for before, after in pairwise(steps)
        if before["y"] != after["y"]
    ]


def _rows() -> list[dict[str, Any]]:
    return [{"word": word, "y": TOP + STEP * rank, "text_y": TOP + STEP * rank + 5} for rank, word in enumerate(WORDS)]
