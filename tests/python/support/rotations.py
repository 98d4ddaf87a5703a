"""Announcements of a rotation, as Alice or a forger writes them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm.errors import (
    UntrustedMessageError,
)
from support import forge
from support.forge import plaintext

if TYPE_CHECKING:
    from support.parties import Documents, Party


NOW = int(time.time())


def claims(alice: Party, alice2: Party | None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401, claims
    return {"iss": alice.did, "sub": alice2.did if alice2 else None, "iat": NOW, **changes}


def carry(token: object, bob: Party, sender: Party | None, frm: str | None = None) -> dict[str, Any]:
    """An encrypted message with that `from_prior`."""
    frm = frm or (sender.did if sender else None)
    message = plaintext(from_=frm, to=[bob.did], from_prior=token)
    return forge.encrypt(message, bob.agreement, sender=sender.key if sender else None)


def refused(documents: Documents, bob: Party, forged: Any) -> tuple[str, str | None, str | None]:  # noqa: ANN401
    with pytest.raises(UntrustedMessageError) as caught:
        documents.unpack(bob, forged)
    return caught.value.claim, caught.value.kid, caught.value.did
