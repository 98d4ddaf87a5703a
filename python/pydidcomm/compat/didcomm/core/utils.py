"""Generate ids, and check the syntax of DIDs."""

import base64
import uuid
from typing import Any

from pydidcomm.compat.didcomm.common.types import JSON_OBJ
from pydidcomm.compat.didcomm.core.serialization import json_bytes_to_dict

__all__ = [
    "didcomm_id_generator_default",
    "get_did",
    "get_did_and_optionally_kid",
    "id_generator_default",
    "is_did",
    "is_did_or_did_url",
    "is_did_url",
    "is_did_with_uri_fragment",
    "parse_base64url_encoded_json",
]


def id_generator_default() -> str:
    """Return a new UUID."""
    return str(uuid.uuid4())


def didcomm_id_generator_default(did: str | None = None) -> str:
    """Return a new UUID, with the DID as prefix where one is given."""
    return f"{did}:{id_generator_default()}" if did else id_generator_default()


def is_did(v: Any) -> bool:  # noqa: ANN401
    """Return whether this looks like a DID or a DID URL, without parsing it."""
    parts = v.split(":") if isinstance(v, str) else []
    return len(parts) > 2 and parts[0] == "did" and all(parts)  # noqa: PLR2004, did, method and id


def is_did_with_uri_fragment(v: Any) -> bool:  # noqa: ANN401
    """Return whether this looks like the DID URL of a key."""
    before, _, fragment = v.partition("#") if isinstance(v, str) else ("", "", "")
    return bool(fragment) and is_did(before)


is_did_url = is_did_with_uri_fragment
"""The name until 0.3.1."""


def is_did_or_did_url(v: Any) -> bool:  # noqa: ANN401
    """Return whether this looks like a DID or a DID URL."""
    return is_did(v)


def get_did(did_or_did_url: str) -> str:
    """Return the DID of a DID URL."""
    return did_or_did_url.partition("#")[0]


def get_did_and_optionally_kid(did_or_kid: str) -> tuple[str, str | None]:
    """Return the DID, and the DID URL where one was given."""
    return get_did(did_or_kid), did_or_kid if is_did_with_uri_fragment(did_or_kid) else None


def parse_base64url_encoded_json(base64url: str | bytes) -> JSON_OBJ:
    """Parse a JSON object from base64url, with or without padding."""
    raw = base64url.encode() if isinstance(base64url, str) else base64url
    return json_bytes_to_dict(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))
