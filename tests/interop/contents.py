"""What the messages of the scenarios have besides `id`, `type`, `from` and `to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parties import Json

ATTACHMENTS: Json = {
    "attachments": [
        {
            "id": "one",
            "media_type": "application/json",
            "data": {"json": {"deep": [1, {"er": None}], "π": 3.25}},
        },
        {
            "id": "two",
            "description": "fünf Bytes",
            "filename": "grüße.bin",
            "media_type": "application/octet-stream",
            "format": "raw",
            "lastmod_time": 1_700_000_000,
            "byte_count": 5,
            "data": {"base64": "AAEC_v8"},
        },
        {
            "id": "three",
            "data": {
                "links": ["https://example.com/a", "ipfs://bafy"],
                "hash": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            },
        },
    ]
}
HASHED: Json = {
    "attachments": [
        {
            "id": "one",
            "data": {"base64": "AAEC_v8", "hash": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"},
        }
    ]
}
# its signature is not verified here: the peers differ in the form
SIGNED_JWS: Json = {
    "header": {"kid": "did:example:carol#sign"},
    "protected": "eyJhbGciOiJFZERTQSJ9",
    "signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}
SIGNED: Json = {"attachments": [{"id": "one", "data": {"base64": "AAEC_v8", "jws": SIGNED_JWS}}]}
SIGNED_AS_TEXT: Json = {"attachments": [{"id": "one", "data": {"base64": "AAEC_v8", "jws": "eyJ9..AAAA"}}]}
HEADERS: Json = {
    "thid": "thread-1",
    "pthid": "parent-1",
    "created_time": 1_700_000_000,
    "expires_time": 4_102_444_800,
    "please_ack": ["", "an-id"],
    "ack": ["another-id"],
    "lang": "de",
    "accept_lang": ["de", "en"],
    "example-text": "a word",
    "example-number": -7,
    "example-flag": False,
    "example-list": [1, "two", None],
    "example-object": {"a": {"b": []}},
}
TEXT: Json = {
    "body": {"text": 'Grüße, 世界 \U0001f9d1\u200d\U0001f680 \u2028 \x00 \x7f \\ "', "": "empty name"}
}
DOUBLES: Json = {
    "body": {"exact": 2**53, "fraction": 0.1, "small": 5e-324, "large": 1.7976931348623157e308, "less": -1}
}
LARGE: Json = {
    "body": {"no double": 2**53 + 1, "largest of 64 bits": 2**64 - 1, "smallest of 64 bits": -(2**63)}
}
HUGE: Json = {"body": {"beyond 64 bits": 10**40}}
