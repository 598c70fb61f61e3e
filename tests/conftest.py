"""What every test shares: no skip in CI, and more examples when the long tier is asked for."""

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tests.truth.fixtures"]
LONG = os.environ.get("HYGIE_TEST_LONG") == "1"
CORPUS_ABSENT = "corpus absent"

settings.register_profile("short", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("long" if LONG else "short")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """With HYGIE_NO_SKIP=1 a skipped test fails, unless it says that a development corpus is absent."""
    del item, call
    report = (yield).get_result()
    if report.skipped and os.environ.get("HYGIE_NO_SKIP") == "1" and CORPUS_ABSENT not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
