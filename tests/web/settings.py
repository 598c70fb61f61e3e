"""The app's own settings on a data folder of the tests' own; HYGIE_DATABASE_URL runs the same suite on PostgreSQL."""

import os
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="hygie-tests-"))
_BEFORE = dict(os.environ)
os.environ.update(HYGIE_HOME=str(_FOLDER), HYGIE_KEYS="file")
from hygie.web.settings import *  # noqa: E402, F403
from hygie.web.settings import DATABASES, HYGIE_FOLDER  # noqa: E402

os.environ.pop("HYGIE_HOME", None)
os.environ.pop("HYGIE_KEYS", None)
os.environ.update({name: _BEFORE[name] for name in ("HYGIE_HOME", "HYGIE_KEYS") if name in _BEFORE})
# Playwright keeps an event loop in the thread of the tests, which uses the database as any other test does.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
# A real file: what is tested is SQLite with its log and its locks, not a database in memory.
if "sqlite3" in str(DATABASES["default"]["ENGINE"]):
    DATABASES["default"]["TEST"] = {"NAME": HYGIE_FOLDER / "test.sqlite3"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
