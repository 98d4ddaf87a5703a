"""Check the wording of what is shipped: comments, docstrings and texts of the code, pages and notebooks.

`make lint` runs this. Names of code, text in backticks and examples are exempt.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
# the tokens of f-strings, which are strings before CPython 3.12
TEXTS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
SHIPPED = (
    "src/**/*",
    "python/**/*",
    "docs/**/*",
    "notebooks/*",
    "mk/*",
    ".github/**/*",
    "Makefile",
    "*.md",
    "*.toml",
)
SUFFIXES = {".py", ".pyi", ".rs", ".md", ".ipynb", ".toml", ".mk", ".yml", ""}

FORBIDDEN = re.compile(
    r"\b(nobody|somebody|whoever|strangers?|elsewhere|beside|told|octets?)\b"
    r"|(?<!there )\b(is|are) no\b(?! longer)",
    re.IGNORECASE,
)
EXEMPT = re.compile(
    r"`[^`]*`|^\s*(///)?\s*(>>>|\.\.\.) .*|^\s*(///)?\s*\w+: |\.octets\b|octet-stream|OCTET STRING",
    re.MULTILINE,
)
"""Code in a text: backticks, examples, the name of an argument, a media type, a type of ASN.1."""

RUST = re.compile(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
TESTS = re.compile(r"^#\[cfg\(test\)\]\n(?:#\[[^\n]*\n)*mod \w+ \{.*", re.MULTILINE | re.DOTALL)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file, each with the line on which it begins."""
    source = path.read_text()
    match path.suffix:
        case ".py" | ".pyi":
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type in TEXTS:
                    yield token.start[0], token.string
        case ".rs":
            shipped = TESTS.sub("", source)
            yield from (
                (shipped.count("\n", 0, text.start()) + 1, text[0]) for text in RUST.finditer(shipped)
            )
        case _:
            yield from enumerate(source.splitlines(), 1)


def faults(path: Path) -> Iterator[str]:
    """Yield each forbidden word of a file, with its line."""
    for line, text in texts(path):
        prose = EXEMPT.sub(lambda code: "\n" * code[0].count("\n"), text)
        # a text without a space is a name
        for word in FORBIDDEN.finditer(prose if " " in text else ""):
            at = line + prose.count("\n", 0, word.start())
            yield f"{path.relative_to(PROJECT)}:{at}: {word[0]}"


def main() -> int:
    """Print the faults, and return 1 if there are any."""
    listed = [path for pattern in SHIPPED for path in sorted(PROJECT.glob(pattern))]
    paths = [path for path in listed if path.is_file() and path.suffix in SUFFIXES]
    found = [fault for path in paths for fault in faults(path)]
    report = "\n".join(found) or f"{len(paths)} files without the forbidden words"
    sys.stdout.write(f"{report}\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
