"""Text that a stranger wrote, fit to be shown in a line."""

_LONGEST = 64
"""The most characters that are shown of one text: enough to tell two kids apart, few enough for a line."""


def shown(text: str, length: int = _LONGEST) -> str:
    """The text with its middle left out where it is long.

    What is not printable (control characters, marks that turn the direction of writing, what XML does not
    allow) is replaced: it could make a terminal, a picture or a reader believe that it says something else.
    """
    if len(text) > length:
        tail = length // 3
        text = f"{text[: length - tail - 1]}…{text[-tail:]}"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
