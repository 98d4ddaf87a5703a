"""Describe arguments in error texts."""

from enum import Enum

__all__ = ["describe", "describe_member"]


def describe(value: object, *names: str) -> str:
    """Return the text of an argument where it is a DID or one of the names; else its type and length.

    Any argument may be a private key or a passphrase by mistake.
    """
    if not isinstance(value, str):
        return type(value).__name__
    return value if value.startswith("did:") or value in names else f"a str of {len(value)} characters"


def describe_member(value: object) -> str:
    """Return the name of an enum member; of another value, which may be a secret, the type and length."""
    return str(value) if isinstance(value, Enum) else describe(value)
