"""The HTML page of a mediator: its invitation as a link and a QR code, and its public limits."""

from html import escape
from typing import Final

from pydidcomm.invitations import Invitation
from pydidcomm.mediator.records import Limits

__all__ = ["page"]

_STYLE: Final = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:40rem;margin:0 auto;padding:1rem}"
    "svg{width:min(100%,24rem);height:auto;background:#fff}"
    "code{overflow-wrap:anywhere;font-size:.8rem}"
    "table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0}"
)


def page(invitation: Invitation, limits: Limits, max_bytes: int) -> str:
    """Return a self-contained HTML page, which loads no other resources.

    Args:
        invitation: The invitation of the mediator.
        limits: The limits of one recipient.
        max_bytes: The maximum length of a message, in bytes.
    """
    url = escape(invitation.url)
    rows = (
        ("Longest message", f"{max_bytes:,} bytes"),
        ("Messages in a queue", f"{limits.messages:,}"),
        ("Bytes in a queue", f"{limits.bytes:,}"),
        ("Time in a queue", f"{limits.age // 3_600:,} hours"),
        ("DIDs of a recipient", f"{limits.routes:,}"),
    )
    table = "".join(f"<tr><td>{name}<td>{value}" for name, value in rows)
    try:
        code = invitation.qr().svg()
    except (ImportError, ValueError):
        # the extra `qr` is missing, or the URL is too long for a QR code
        code = ""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>DIDComm mediator</title><style>{_STYLE}</style>"
        "<h1>DIDComm mediator</h1>"
        "<p>This service receives encrypted DIDComm messages for the DIDs of its recipients, and keeps them "
        "until they are picked up. It cannot read them.</p>"
        f"<h2>Invitation</h2>{code}<p><a href='{url}'>Open the invitation</a></p><p><code>{url}</code></p>"
        f"<h2>Limits</h2><table>{table}</table></html>"
    )
