"""The names of headers, and the result of encrypting a forward."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydidcomm.compat.didcomm.common.types import JSON_OBJ

__all__ = ["DIDCOMM_ORG_DOMAIN", "DIDCommFields", "DIDCommGeneratorType", "EncryptResult", "JWMFields"]

DIDCOMM_ORG_DOMAIN = "didcomm.org"
DIDCommGeneratorType: TypeAlias = Callable[..., str]


class JWMFields:
    """The headers of a JWM."""

    ID = "id"
    TYPE = "type"
    BODY = "body"
    TO = "to"
    FROM = "from"
    THREAD_ID = "thread_id"
    CREATED_TIME = "created_time"
    EXPIRES_TIME = "expires_time"
    REPLY_URL = "reply_url"
    REPLY_TO = "reply_to"


class DIDCommFields:
    """The headers of a message."""

    ID = "id"
    TYPE = "type"
    TYP = "typ"
    TO = "to"
    FROM = "from"
    BODY = "body"
    THID = "thid"
    PTHID = "pthid"
    CREATED_TIME = "created_time"
    EXPIRES_TIME = "expires_time"
    FROM_PRIOR = "from_prior"
    PLEASE_ACK = "please_ack"
    ACK = "ack"
    NEXT = "next"
    ATTACHMENTS = "attachments"


@dataclass(frozen=True)
class EncryptResult:
    """An encrypted message.

    Attributes:
        msg: The envelope.
        to_kids: The keys that it is encrypted to.
        to_keys: Always empty, since keys never leave the core.
        from_kid: The key that authenticates the sender.
    """

    msg: JSON_OBJ
    to_kids: Sequence[str]
    to_keys: Sequence[Any] = ()
    from_kid: str | None = None
