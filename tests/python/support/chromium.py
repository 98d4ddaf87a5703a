"""Pages in a real Chromium without a window: what they look like, and what their scripts find."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# a new profile, no sandbox (which root has none of), and nothing that calls home
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--virtual-time-budget=2000",
)
SECONDS = 60
FOUND = re.compile(r'<html[^>]* data-found="([^"]*)"')


def program() -> str:
    """The path of Chromium; the test is skipped where it is not installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("Chromium is not installed (make system)")


def _run(folder: Path, html: str, *options: str) -> str:
    page = folder / "page.html"
    page.write_text(f"<!doctype html><html><meta charset=utf-8>{html}</html>", encoding="utf-8")
    command = [program(), *OPTIONS, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    done = subprocess.run(  # noqa: S603, Chromium
        command, capture_output=True, text=True, check=True, timeout=SECONDS
    )
    return done.stdout


def photographed(folder: Path, html: str, *, width: int = 1000, height: int = 1000) -> Path:
    """The file of a picture of the page."""
    picture = folder / "page.png"
    _run(folder, html, f"--window-size={width},{height}", f"--screenshot={picture}")
    return picture


def found(folder: Path, html: str, expression: str) -> Any:  # noqa: ANN401, any JSON
    """The value of an expression in JavaScript, once the page is laid out."""
    script = f"document.documentElement.dataset.found = JSON.stringify({expression})"
    dom = _run(folder, f"{html}<script>{script}</script>", "--dump-dom")
    match = FOUND.search(dom)
    assert match is not None, dom[:500]
    return json.loads(unescape(match[1]))
