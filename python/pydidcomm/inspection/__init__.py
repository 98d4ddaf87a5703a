"""Inspect an envelope: its unverified headers, without any key.

A view proves nothing: it repeats the unverified text of the envelope. Unpack the message to verify it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydidcomm.inspection.views import (
        EncryptedView,
        EnvelopeView,
        Fault,
        PlaintextView,
        SignatureView,
        SignedView,
        inspect,
    )

__all__ = [
    "EncryptedView",
    "EnvelopeView",
    "Fault",
    "PlaintextView",
    "SignatureView",
    "SignedView",
    "inspect",
]


def __getattr__(name: str) -> object:
    # a party does not need the views, whose classes take a tenth of its import time
    if name in __all__:
        from pydidcomm.inspection import views  # noqa: PLC0415

        return getattr(views, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
