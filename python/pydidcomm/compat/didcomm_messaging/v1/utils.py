"""Convert verkeys to Multikeys; it calls `pydidcomm.v1`."""

from pydidcomm import v1

__all__ = ["v1_kid_to_multikey"]


def v1_kid_to_multikey(kid: str) -> str:
    """Return the Multikey of a verkey.

    Raises:
        ValueError: It is not a verkey.
    """
    return v1.public_key(kid).multikey()
