"""Languages: `lang`, `accept-lang`, and the extension `l10n` with translations in a message.

DIDComm v2.1, section "Internationalization", and the extension "l10n".

Example:
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols.localization import body_in, with_translations
    >>> mate = Message(type="https://didcomm.org/chess/1.0/move", lang="en", body={"comment": "Checkmate."})
    >>> both = with_translations(mate, {"fr": {"comment": "Echec et mat."}})
    >>> body_in(both, ["fr", "en"]), body_in(both, ["en"])
    ({'comment': 'Echec et mat.'}, {'comment': 'Checkmate.'})
"""

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from pydidcomm import Message

__all__ = ["body_in", "choose_language", "translations_of", "with_translations"]

MAX_TRANSLATIONS: Final = 1_000
"""The maximum number of translations read from one message."""

MAX_PATH: Final = 512
"""The maximum length of a translation's path, in characters; texts for display are not nested deeper."""

_STEP: Final = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>\d{1,6})\]|\.")


def choose_language(available: Iterable[str], preferred: Sequence[str]) -> str | None:
    """The most preferred language that is available; `de` also fits the preference `de-CH`.

    Args:
        available: The languages of the available texts.
        preferred: The languages of the peer, most preferred first (`Conversation.languages`).

    Returns:
        The language as it is spelled in `available`; None if none fits.

    Example:
        >>> from pydidcomm.protocols.localization import choose_language
        >>> choose_language(["de", "en"], ["fr", "de-CH", "en"])
        'de'
    """
    known = {language.lower(): language for language in available}
    for wanted in preferred:
        found = known.get(wanted.lower()) or known.get(wanted.lower().partition("-")[0])
        if found is not None:
            return found
    return None


def with_translations(message: Message, translations: Mapping[str, Mapping[str, str]]) -> Message:
    """The message with translations of strings of its body.

    Args:
        message: The message; its `lang` is the language of its body.
        translations: The translations by language, then by path, for instance `comment` or `items[0].title`.

    Raises:
        ValueError: A path does not lead to a string of the body.
    """
    inline: list[list[str]] = []
    for language, texts in translations.items():
        for path, text in texts.items():
            if type(_follow(message.body, _steps(path))) is not str:
                problem = f"each path in `translations` must lead to a string of the body, got {path!r}"
                raise ValueError(problem)
            inline.append([language, path, text])
    return message.replace(custom_headers={**message.custom_headers, "l10n": {"inline": inline}})


def translations_of(message: Message) -> dict[str, dict[str, str]]:
    """The translations that a message contains, by language and path; malformed ones are left out.

    Args:
        message: The message.
    """
    header: object = message.custom_headers.get("l10n")
    found: dict[str, dict[str, str]] = {}
    if not isinstance(header, Mapping):
        return found
    inline = cast("Mapping[str, object]", header).get("inline")
    if not isinstance(inline, list):
        return found
    for entry in cast("list[object]", inline)[:MAX_TRANSLATIONS]:
        match entry:
            case [str(language), str(path), str(text)]:
                found.setdefault(language, {})[path] = text
            case _:
                continue
    return found


def body_in(message: Message, preferred: Sequence[str]) -> dict[str, Any]:
    """The body with its strings in the reader's preferred language, as far as there are translations.

    A translation whose path does not lead to a string is ignored.

    Args:
        message: The message.
        preferred: The languages of the reader, most preferred first.
    """
    body: dict[str, Any] = copy.deepcopy(dict(message.body))
    translations = translations_of(message)
    own = [] if message.lang is None else [message.lang]
    chosen = choose_language([*translations, *own], preferred)
    for path, text in translations.get(chosen or "", {}).items():
        steps = _steps(path)
        if steps and isinstance(_follow(body, steps), str):
            _follow(body, steps[:-1])[steps[-1]] = text
    return body


def _steps(path: str) -> list[str | int]:
    """The names and indexes of a path; an empty list if it is malformed."""
    if len(path) > MAX_PATH:
        return []
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            return []
        place = step.end()
        if step["name"] is not None:
            steps.append(step["name"])
        elif step["index"] is not None:
            steps.append(int(step["index"]))
    return steps


def _follow(value: Any, steps: Sequence[str | int]) -> Any:  # noqa: ANN401, JSON
    """The value at a path; None if there is none."""
    for step in steps:
        if not isinstance(value, dict if isinstance(step, str) else list):
            return None
        try:
            value = cast("Any", value)[step]
        except (KeyError, IndexError):
            return None
    return value
