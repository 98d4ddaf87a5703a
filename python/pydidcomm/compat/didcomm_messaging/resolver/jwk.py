"""A resolver of did:jwk; it calls `pydidcomm.LocalResolver`."""

import re
from typing import ClassVar

from pydidcomm.compat.didcomm_messaging.multiformats.multibase import Base64UrlEncoder
from pydidcomm.compat.didcomm_messaging.resolver._local import LocalMethod

__all__ = ["JWKResolver"]

b64 = Base64UrlEncoder()


class JWKResolver(LocalMethod):
    """Resolves did:jwk; without `use`, the key is listed in every relationship that it supports."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"^did:jwk:(?P<did>[A-Za-z0-9\-_]+)$")
    prefix = "did:jwk:"
