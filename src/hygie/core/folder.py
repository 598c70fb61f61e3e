"""Where Hygie keeps a practice's data, the same place for every command and for the web app."""

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """HYGIE_HOME, else the platform's user data folder."""
    if home := os.environ.get("HYGIE_HOME"):
        return Path(home)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "Hygie"
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/Hygie").expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "hygie"
