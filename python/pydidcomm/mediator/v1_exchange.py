"""The connection protocols of DIDComm v1: invitation, DID exchange, trust ping and discover features.

Aries RFC 0434, 0023, 0048 and 0031 or 0557. The mediator stores no connection: a recipient is the key that
encrypts its requests, before and after the exchange. The DID of the client in the exchange is ignored.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

from pydidcomm import Attachment, DIDCommMessaging, PublicKey, _core, v1
from pydidcomm.protocols import MessageType

__all__ = ["answer_other", "invitation_url", "is_request", "own_did", "response"]

FEATURES: Final = {
    "https://didcomm.org/coordinate-mediation/1.0": "mediator",
    "https://didcomm.org/messagepickup/2.0": "mediator",
    "https://didcomm.org/didexchange/1.1": "responder",
    "https://didcomm.org/trust_ping/1.0": "receiver",
    "https://didcomm.org/routing/1.0": "mediator",
}


def _did_key(key: PublicKey) -> str:
    return f"did:key:{key.multikey()}"


def _new_id() -> str:
    return secrets.token_urlsafe(16)


def invitation_url(verkey: str, base_url: str, oobid: str) -> str:
    """Return the URL of an invitation to DID exchange. Aries RFC 0434.

    Args:
        verkey: The key of the mediator for DIDComm v1.
        base_url: The URL of the mediator, to which the parameter `oob` is added.
        oobid: The id of the invitation, for instance a token of `pydidcomm mediator invite`.
    """
    message = {
        "@type": "https://didcomm.org/out-of-band/1.1/invitation",
        "@id": oobid,
        "label": "DIDComm mediator",
        "goal_code": "request-mediate",
        "goal": "Mediate messages",
        "accept": ["didcomm/aip1", "didcomm/aip2;env=rfc19"],
        "handshake_protocols": ["https://didcomm.org/didexchange/1.1", "https://didcomm.org/didexchange/1.0"],
        "services": [
            {
                "id": "#inline",
                "type": "did-communication",
                "recipientKeys": [_did_key(v1.public_key(verkey))],
                "routingKeys": [],
                "serviceEndpoint": base_url,
            }
        ],
    }
    text = base64.urlsafe_b64encode(json.dumps(message, separators=(",", ":")).encode()).decode()
    base = urlsplit(base_url)
    parameter = f"oob={text.rstrip('=')}"
    return urlunsplit(base._replace(query=f"{base.query}&{parameter}" if base.query else parameter))


def own_did(key: PublicKey, endpoint: str) -> str:
    """Return the did:peer:2 of the mediator for clients of DIDComm v1, with its key and endpoints.

    Args:
        key: The key of the mediator for DIDComm v1.
        endpoint: The URL of the mediator.
    """
    # clients need a WebSocket endpoint for live mode
    services = [
        {
            "id": f"#{scheme}",
            "type": "did-communication",
            "priority": priority,
            "recipientKeys": ["#key-1"],
            "routingKeys": [],
            "serviceEndpoint": scheme + endpoint.removeprefix("http"),
        }
        for priority, scheme in enumerate(("http", "ws"))
    ]
    did, _, _ = _core.encode_peer_public_keys(2, [], [key], services)
    return did


def is_request(kind: MessageType) -> bool:
    """Return whether a message begins a DID exchange.

    Args:
        kind: The parts of `@type`.
    """
    return (kind.protocol, kind.major, kind.name) == ("didexchange", 1, "request")


async def response(party: DIDCommMessaging, piuri: str, key: PublicKey, endpoint: str) -> dict[str, Any]:
    """Return the response to a request of DID exchange, without its `~thread`.

    The key of the invitation signs the DID of the response. Aries RFC 0023, section "Exchange Response".

    Args:
        party: Signs the attachment; its secrets must contain the key.
        piuri: The protocol identifier URI of the request, as it was sent.
        key: The key of the mediator for DIDComm v1.
        endpoint: The URL of the mediator.
    """
    did = own_did(key, endpoint)
    signed = await party.sign_attachment(Attachment.from_bytes(did.encode()), sign_frm=_did_key(key))
    data = signed.as_dict()["data"]
    # Aries RFC 0017: `kid` in the unprotected header is the DID of the signer
    jws = {**data["jws"], "header": {"kid": _did_key(key)}}
    attached = {"@id": _new_id(), "mime-type": "text/string", "data": {"base64": data["base64"], "jws": jws}}
    return {"@type": f"{piuri}/response", "@id": _new_id(), "did": did, "did_rotate~attach": attached}


def answer_other(kind: MessageType, message: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the name and the members of the answer to a ping or a features query; None for other messages.

    The name is empty for a ping with `response_requested` false, which gets no answer.

    Args:
        kind: The parts of `@type`.
        message: The message.
    """
    match kind.protocol, kind.major, kind.name:
        case "trust_ping", 1, "ping":
            return ("" if message.get("response_requested") is False else "ping_response"), {"@id": _new_id()}
        case "discover-features", 1, "query":
            found = [{"pid": pid, "roles": [role]} for pid, role in _features(message.get("query"))]
            return "disclose", {"@id": _new_id(), "protocols": found}
        case "discover-features", 2, "queries":
            named = dict.fromkeys(
                pair for match in _matches(message.get("queries")) for pair in _features(match)
            )
            disclosed = [{"feature-type": "protocol", "id": pid, "roles": [role]} for pid, role in named]
            return "disclosures", {"@id": _new_id(), "disclosures": disclosed}
        case _:
            return None


def _matches(queries: object) -> list[object]:
    """Return the `match` of each query for protocols."""
    listed = cast("list[object]", queries) if isinstance(queries, list) else []
    objects = [cast("dict[str, object]", each) for each in listed if isinstance(each, dict)]
    return [each.get("match") for each in objects if each.get("feature-type") == "protocol"]


def _features(match: object) -> list[tuple[str, str]]:
    """Return the features that a query matches; a `*` at its end is the only wildcard."""
    if not isinstance(match, str):
        return []
    beginning, star, _ = match.partition("*")
    return [
        (pid, role) for pid, role in FEATURES.items() if pid == match or (star and pid.startswith(beginning))
    ]
