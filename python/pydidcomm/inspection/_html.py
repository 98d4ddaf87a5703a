"""Render tables for notebooks, with every text sanitized and escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pydidcomm._shown import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydidcomm._core import DIDDocument, Message, Metadata

__all__ = ["document_table", "message_table", "metadata_table", "table"]


_MOST_ROWS = 20
"""The most keys or services in a table; the object has all."""

_CELL = "text-align:left;padding:2px 8px;font-family:ui-monospace,Menlo,Consolas,monospace"


def table(title: str, rows: Iterable[tuple[str, ...]]) -> str:
    """Render a table with a caption and one row for each tuple, whose first text is the label."""
    listed = [*rows]
    lines = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(sanitize(cell, 200))}</td>' for cell in row) + "</tr>"
        for row in listed[:_MOST_ROWS]
    )
    more = len(listed) - _MOST_ROWS
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    caption = f'<caption style="text-align:left">{escape(sanitize(title, 200))}</caption>'
    return f"<table>{caption}<tbody>{lines}</tbody></table>{rest}"


def message_table(message: Message) -> str:
    """Render the headers of a message, without its body and the content of its attachments."""
    headers = {
        "type": message.type,
        "id": message.id,
        "from": message.frm,
        "to": ", ".join(message.to) if message.to else None,
        "thid": message.thid,
        "pthid": message.pthid,
        "created_time": message.created_time,
        "expires_time": message.expires_time,
        "body": f"{len(message.body)} members",
        "attachments": len(message.attachments) or None,
        "custom headers": ", ".join(message.custom_headers) or None,
    }
    rows = [(name, str(value)) for name, value in headers.items() if value is not None]
    return table("Message (`from` is claimed; `unpack` proves it)", rows)


def document_table(document: DIDDocument) -> str:
    """Render the keys and the services of a DID document."""
    rows = [("keyAgreement", kid) for kid in document.key_agreement]
    rows += [("authentication", kid) for kid in document.authentication]
    rows += [("service", endpoint.uri) for service in document.services for endpoint in service.endpoints]
    return table(f"DID document of {sanitize(document.id)}", rows)


def metadata_table(metadata: Metadata) -> str:
    """Render the proved facts about a message."""
    facts = {
        "encrypted": metadata.encrypted,
        "authenticated": metadata.authenticated,
        "sender": metadata.sender or "not proved",
        "non_repudiation": metadata.non_repudiation,
        "encrypted_from": metadata.encrypted_from,
        "recipient_kid": metadata.recipient_kid,
        "sign_from": metadata.sign_from,
        "expired": metadata.expired,
        "warnings": "; ".join(map(str, metadata.warnings)) or None,
    }
    return table("Proved", [(name, str(value)) for name, value in facts.items() if value is not None])
