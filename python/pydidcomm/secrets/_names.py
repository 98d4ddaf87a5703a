"""The name of a key in a store, the same for all forms of its DID."""

from pydidcomm._core import short_form

__all__ = ["entry_name"]


def entry_name(kid: str) -> str:
    """The kid with the short form of its DID, so that a key has one entry and either form finds it."""
    did, mark, fragment = kid.partition("#")
    return f"{short_form(did)}{mark}{fragment}"
