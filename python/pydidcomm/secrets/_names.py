"""The name under which a store has a key: one for all forms of its DID."""

from pydidcomm._core import short_form


def entry_name(kid: str) -> str:
    """The kid in the short form of its DID, so that a key has one entry and is found under either form."""
    did, mark, fragment = kid.partition("#")
    return f"{short_form(did)}{mark}{fragment}"
