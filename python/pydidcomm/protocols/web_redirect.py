"""The header `web_redirect`: the URL for the user's browser in the last message of a flow.

DIDComm v2.1, section "Out Of Band Messages", "Reusing a Web Flow".

Example:
    >>> from pydidcomm.protocols.basic_message import Text
    >>> from pydidcomm.protocols.web_redirect import WebRedirect, web_redirect_of
    >>> back = WebRedirect("OK", "https://shop.example/thanks")
    >>> message = Text(content="done").to_message(custom_headers=back.header())
    >>> web_redirect_of(message)
    WebRedirect(status='OK', redirect_url='https://shop.example/thanks')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydidcomm import Message

__all__ = ["STATUSES", "WebRedirect", "web_redirect_of"]

STATUSES: Final = ("OK", "FAIL", "PENDING")
"""The statuses, those of the acknowledgments of Aries RFC 0015."""

MAX_LENGTH: Final = 2048
"""The maximum length of the URL, in characters: browsers and proxies cut longer ones."""


@dataclass(frozen=True, slots=True)
class WebRedirect:
    """A redirect of the user's browser. The receiver decides whether to follow it.

    Attributes:
        status: "OK", "FAIL" or "PENDING".
        redirect_url: An `https` URL, at most 2048 characters.

    Raises:
        ValueError: `status` is another one, or `redirect_url` is not such a URL.
    """

    status: str
    redirect_url: str

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            problem = f"`status` must be one of {', '.join(STATUSES)}, got {self.status!r}"
            raise ValueError(problem)
        if not _is_https(self.redirect_url):
            problem = (
                f"`redirect_url` must be an https URL of at most {MAX_LENGTH} characters without spaces, "
                f"got {self.redirect_url!r}"
            )
            raise ValueError(problem)

    def header(self) -> dict[str, Any]:
        """The header, for `custom_headers` of a message."""
        return {"web_redirect": {"status": self.status, "redirectUrl": self.redirect_url}}


def web_redirect_of(message: Message) -> WebRedirect | None:
    """The redirect in a message; None if it is absent or malformed.

    Args:
        message: The message.
    """
    found: Any = message.custom_headers.get("web_redirect")
    if not isinstance(found, Mapping):
        return None
    header = cast("Mapping[str, Any]", found)
    status, url = header.get("status"), header.get("redirectUrl")
    if not isinstance(status, str) or not isinstance(url, str):
        return None
    try:
        return WebRedirect(status, url)
    except ValueError:
        return None


def _is_https(url: str) -> bool:
    if len(url) > MAX_LENGTH or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
