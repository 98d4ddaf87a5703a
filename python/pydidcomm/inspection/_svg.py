"""Pictures for the compiled module: of packed and unpacked messages."""

from pydidcomm._core import Packed, PackedPlaintext, PackedSigned
from pydidcomm.inspection._drawing import unpacked_picture
from pydidcomm.inspection.views import inspect

__all__ = ["packed_picture", "unpacked_picture"]


def packed_picture(packed: Packed | PackedSigned | PackedPlaintext) -> str:
    """Draw the envelope of a packed message from its unencrypted headers."""
    return inspect(packed).svg()
