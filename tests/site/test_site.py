"""The built site in Chromium: wide and narrow, light and dark, its search, and nothing from other servers."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from support.devtools import Page, browser
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = ROOT / "build" / "site"
PICTURES = ROOT / "build" / "docs-pictures"
LOOKED_AT = [
    "",
    "quick-start/",
    "features/",
    "interoperability/",
    "performance/",
    "tutorials/tutorial/",
    "tutorials/external_keys/",
    "how-to/receiving/",
    "how-to/migrate-didcomm/",
    "concepts/trust/",
    "security/",
    "reference/party/",
    "reference/errors/",
    "reference/agent/",
    "reference/cli/",
]
# the search is in a shadow tree
SEARCH = "[...document.querySelectorAll('*')].find(e => e.shadowRoot)?.shadowRoot"
LUMINANCE = """(() => {
    const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(
        part => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
    ).reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const text = getComputedStyle(document.querySelector("article")).color;
    return [light(getComputedStyle(document.body).backgroundColor), light(text)];
})()"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, that of the library
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    assert (SITE / "index.html").exists(), "make docs"
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 420])
@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_page_fits_the_window_is_readable_and_loads_nothing_from_outside(
    page: Page, url: str, path: str, width: int, *, dark: bool
) -> None:
    page.look(width=width, dark=dark)
    page.requested.clear()
    page.said.clear()
    page.open(url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('h1').innerText.length") > 1
    assert page.evaluate("[...document.images].filter(one => !one.complete || !one.naturalWidth).length") == 0
    background, text = page.evaluate(LUMINANCE)
    assert (background < text) is dark
    lighter, darker = max(background, text), min(background, text)
    # WCAG 2.2, level AA
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    name = path.strip("/").replace("/", "-") or "home"
    page.photograph(PICTURES / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    assert [one for one in page.requested if not one.startswith((url, "data:"))] == []
    assert page.said == []


def test_the_inspector_is_one_click_away_and_shows_what_is_pasted(page: Page, url: str) -> None:
    page.look(width=1000)
    page.open(url)
    page.open(page.evaluate("[...document.links].find(one => one.href.endsWith('/inspector.html')).href"))
    page.requested.clear()
    text = '{"id": "1", "type": "https://example.org/a/1.0/b"}'
    page.evaluate(f"input.value = '{text}'; input.dispatchEvent(new Event('input'))")
    assert "Plaintext message" in page.until("document.querySelector('.layer')?.innerText")
    assert page.requested == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("unpack_many", "reference/"),
        ("surreptitious", "migration/differences/"),
        ("SoftHSM", "how-to/hsm/"),
        ("e.p.trust.replayed", "reference/errors/"),
    ],
)
def test_the_search_finds_a_page(page: Page, url: str, words: str, expected: str) -> None:
    page.look(width=1200)
    page.open(url)
    page.until(f"{SEARCH}")
    page.evaluate("document.querySelector('.md-search__button').click()")
    page.until(f"{SEARCH}.querySelector('dialog[open] input')")
    page.evaluate(f"{SEARCH}.querySelector('input').focus()")
    page.call("Input.insertText", text=words)
    found = page.until(
        f"[...{SEARCH}.querySelectorAll('ol a')].map(a => a.href).find(href => href.includes('{expected}'))"
    )
    page.open(found)
    assert "404" not in page.evaluate("document.title")
    assert words.lower() in page.evaluate("document.querySelector('article').innerText").lower()
