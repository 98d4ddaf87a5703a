"""QR codes, for invitations. Extra: `qr`."""

import io
from typing import TYPE_CHECKING, Final

try:
    import segno
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[qr]'"
    raise ImportError(message, name=error.name) from None

if TYPE_CHECKING:
    import os

__all__ = ["QrCode"]

MAX_BYTES: Final = 2_953
"""The longest text in bytes: that of a code of version 40 with the lowest error correction, ISO 18004."""

BORDER: Final = 4
"""The quiet zone around a code, in modules, ISO 18004."""


class QrCode:
    """A QR code of a text; a notebook displays it.

    The error correction is the lowest, so that the modules of a long URL are as large as possible. Above some
    500 characters they are hard to scan from a screen: use the short URL of an invitation.

    Args:
        text: The text to encode, for instance a URL.

    Raises:
        ValueError: The text is longer than 2,953 bytes.

    Example:
        >>> from pydidcomm.qr import QrCode
        >>> code = QrCode("https://example.com/?_oobid=5f0e3ffb")
        >>> code.svg()[:4], code.png()[1:4].decode(), code.modules
        ('<svg', 'PNG', 29)
    """

    def __init__(self, text: str) -> None:
        if len(text.encode()) > MAX_BYTES:
            message = f"`text` must have at most {MAX_BYTES} bytes, got {len(text.encode())}: use a short URL"
            raise ValueError(message)
        self.content = text
        self._code = segno.make(text, error="l", boost_error=False, micro=False)

    @property
    def modules(self) -> int:
        """The length of one side in modules, 21 to 177, without the quiet zone."""
        return int(self._code.symbol_size(border=0)[0])

    def svg(self, *, scale: float = 4) -> str:
        """Return the code as an SVG element.

        Args:
            scale: The size of a module in pixels.
        """
        return self._code.svg_inline(scale=scale, border=BORDER, light="#fff")

    def png(self, path: "str | os.PathLike[str] | None" = None, *, scale: int = 4) -> bytes:
        """Return the code as a PNG picture, and write it to a file if a path is given.

        Args:
            path: The file to write; None for no file.
            scale: The size of a module in pixels.

        Raises:
            OSError: The file cannot be written.
        """
        out = io.BytesIO()
        self._code.save(out, kind="png", scale=scale, border=BORDER)
        data = out.getvalue()
        if path is not None:
            with open(path, "wb") as file:  # noqa: PTH123, a path of any kind
                file.write(data)
        return data

    def text(self, *, width: int = 80) -> str | None:
        """Return the code in block characters for a terminal; None where the terminal is too narrow.

        Args:
            width: The columns of the terminal, for instance `shutil.get_terminal_size().columns`.
        """
        rows = [[*row] for row in self._code.matrix_iter(border=2)]
        if len(rows[0]) > width:
            return None
        # the light modules are drawn, since most terminals are dark
        rows += [[0] * len(rows[0])] * (len(rows) % 2)
        blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
        pairs = zip(rows[::2], rows[1::2], strict=True)
        return "\n".join(
            "".join(blocks[int(bool(a)), int(bool(b))] for a, b in zip(upper, lower, strict=True))
            for upper, lower in pairs
        )

    def _repr_svg_(self) -> str:
        return self.svg()
