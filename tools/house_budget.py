"""Reports the house budget of ARCHITECTURE.md: sizes of functions and files, annotations, comments, tests ÷ code.

It reports and does not worship: only a function over 50 lines or a file over 400 makes it fail.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
MEDIAN, LONGEST, TALLEST, RATIO = 8, 50, 400, 1.2

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(folder: str) -> list[Path]:
    """Python files below a folder of the clone."""
    return sorted(path for path in (HERE / folder).rglob("*.py") if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[Function]:
    """Functions and methods of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of a function, its docstring and decorators left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return function.body[-1].end_lineno - body[0].lineno + 2 if body else 1  # type: ignore[operator]


def lines(paths: list[Path]) -> int:
    """Lines that are not blank."""
    return sum(1 for path in paths for line in path.read_text("utf-8").splitlines() if line.strip())


def main() -> int:
    """Print the figures; 1 when a hard limit is passed."""
    code, tests = [*sources("src"), HERE / "dev.py", *sources("tools")], sources("tests")
    found = [(path, function) for path in code for function in functions(path)]
    sizes = [length(function) for _, function in found]
    annotated = sum(1 for _, function in found if function.returns is not None or function.name == "__init__")
    ratio = lines(tests) / lines(code)
    print(
        f"fonctions : {len(sizes)}, médiane {statistics.median(sizes):.0f} (≤ {MEDIAN}), max {max(sizes)} (≤ {LONGEST})"
    )
    print(f"annotées : {100 * annotated / len(found):.0f} %; lignes : {lines(code)} de code, {lines(tests)} de tests")
    print(f"tests ÷ code : {ratio:.2f} (≥ {RATIO})")
    long = [f"{p.relative_to(HERE)}:{f.lineno} {f.name} : {length(f)} lignes" for p, f in found if length(f) > LONGEST]
    tall = [
        f"{p.relative_to(HERE)} : {n} lignes"
        for p in [*code, *tests]
        if (n := p.read_text("utf-8").count("\n")) > TALLEST
    ]
    print("\n".join([*long, *tall]) or "aucune limite dépassée")
    return 1 if long or tall else 0


if __name__ == "__main__":
    sys.exit(main())
