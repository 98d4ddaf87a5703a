"""Arguments as errors show them."""

from enum import Enum


def describe(value: object, *names: str) -> str:
    """The text of an argument where it is a DID or one of the names; else its type and length.

    A private key or a passphrase may stand in the place of any argument.
    """
    if not isinstance(value, str):
        return type(value).__name__
    return value if value.startswith("did:") or value in names else f"a str of {len(value)} characters"


def describe_member(value: object) -> str:
    """The member of an enumeration; of another value, which may be a secret, the type and length."""
    return str(value) if isinstance(value, Enum) else describe(value)
