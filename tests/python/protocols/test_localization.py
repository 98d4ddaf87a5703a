"""Languages: the choice of one, and translations inside of a message."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import Message
from pydidcomm.protocols.localization import (
    MAX_PATH,
    MAX_TRANSLATIONS,
    body_in,
    choose_language,
    translations_of,
    with_translations,
)

TYPE = "https://didcomm.org/chess/1.0/move"
BODY = {"move": "BC4+", "comment": "That's checkmate, buddy.", "items": [{"title": "one"}], "count": 5}


def message(inline: Any = None, lang: str | None = "en") -> Message:  # noqa: ANN401, JSON
    return Message(type=TYPE, lang=lang, body=BODY, custom_headers={"l10n": {"inline": inline}})


@pytest.mark.spec("I18N-04", "I18N-08", "AGT-12")
@pytest.mark.parametrize(
    ("available", "preferred", "chosen"),
    [
        (["de", "en"], ["fr", "de"], "de"),
        (["de", "en"], ["DE"], "de"),
        (["de", "en"], ["fr", "de-CH", "en"], "de"),
        (["de-CH", "en"], ["de-CH"], "de-CH"),
        (["de"], ["fr"], None),
        (["de"], [], None),
        ([], ["de"], None),
    ],
)
def test_the_most_preferred_language_is_chosen(
    available: list[str], preferred: list[str], chosen: str | None
) -> None:
    assert choose_language(available, preferred) == chosen


@pytest.mark.spec("LOC-01", "EXT-12")
@pytest.mark.parametrize(
    ("preferred", "comment", "title"),
    [
        (["fr"], "C'est mat.", "un"),
        (["es", "fr"], "Eso es mate.", "one"),
        (["en", "fr"], BODY["comment"], "one"),
        (["it"], BODY["comment"], "one"),
        ([], BODY["comment"], "one"),
    ],
)
def test_a_body_is_read_in_the_language_of_the_reader(preferred: list[str], comment: str, title: str) -> None:
    texts = {"fr": {"comment": "C'est mat.", "items[0].title": "un"}, "es": {"comment": "Eso es mate."}}
    both = with_translations(message(), texts)
    assert both.custom_headers["l10n"] == {
        "inline": [
            ["fr", "comment", "C'est mat."],
            ["fr", "items[0].title", "un"],
            ["es", "comment", "Eso es mate."],
        ]
    }
    assert body_in(both, preferred) == {**BODY, "comment": comment, "items": [{"title": title}]}
    assert both.body == BODY


@pytest.mark.spec("LOC-02")
@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "nowhere", "comment.more", "comment[0]", "items", "items[0]", "items[1].title"),
        *("items[9].title", "items.title", "count", "__class__", "[0]", "items[0", "items[-1].title"),
        *("." * 100_000, "a." * 50_000, "x" * (MAX_PATH + 1), "items[99999999999].title"),
    ],
)
def test_a_path_to_no_string_is_ignored(path: str) -> None:
    hostile = message([["fr", path, "mauvais"], ["fr", "comment", "bon"]])
    assert body_in(hostile, ["fr"]) == {**BODY, "comment": "bon"}
    with pytest.raises(ValueError, match="each path in `translations` must lead to a string"):
        with_translations(message(), {"fr": {path: "x"}})


@pytest.mark.spec("LOC-01")
@pytest.mark.parametrize(
    "inline", [None, "x", {}, [5], [["fr"]], [["fr", "comment", 5]], [["fr", "comment", "a", "b"]]]
)
def test_a_malformed_translation_is_ignored(inline: object) -> None:
    assert translations_of(message(inline)) == {}
    assert body_in(message(inline), ["fr"]) == BODY


@pytest.mark.parametrize(
    "header", [None, "x", {"service": "https://a.example"}, {"table": "https://a.example"}]
)
def test_the_reserved_strategies_and_other_headers_translate_nothing(header: object) -> None:
    assert translations_of(Message(type=TYPE, custom_headers={"l10n": header})) == {}


def test_the_translations_of_one_message_are_bounded() -> None:
    many = message([["fr", f"p{number}", "x"] for number in range(MAX_TRANSLATIONS + 50)])
    assert len(translations_of(many)["fr"]) == MAX_TRANSLATIONS
