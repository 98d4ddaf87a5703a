"""Pictures that the compiled module requests: of what is packed, and of what was unpacked."""

from pydidcomm._core import Packed, PackedPlaintext, PackedSigned
from pydidcomm.inspection._drawing import unpacked_picture
from pydidcomm.inspection.views import inspect

__all__ = ["packed_picture", "unpacked_picture"]


def packed_picture(packed: Packed | PackedSigned | PackedPlaintext) -> str:
    """The envelope of a packed message, from its open headers."""
    return inspect(packed).svg()
