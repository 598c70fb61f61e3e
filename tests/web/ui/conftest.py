"""The templates that only these tests have stand beside those of the app."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def own_templates(settings: Any) -> None:
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [Path(__file__).parent / "templates"]}]
