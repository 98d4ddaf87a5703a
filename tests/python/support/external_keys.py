"""A secrets resolver for external keys, and the verification method of a public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydidcomm import PublicKey


class Keys:
    """A secrets resolver with any objects as keys."""

    def __init__(self, keys: dict[str, Any]) -> None:
        self.keys = keys

    def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, any object as key
        return self.keys.get(kid)

    def get_keys(self, kids: list[str], /) -> list[str]:
        return [kid for kid in kids if kid in self.keys]


def method(kid: str, key: PublicKey) -> dict[str, Any]:
    """The verification method of a public key."""
    return {"id": kid, "type": "JsonWebKey2020", "publicKeyJwk": key.jwk()}
