"""The parties of a rotation."""

from __future__ import annotations

import pytest

from support.parties import Documents, Party


@pytest.fixture
def alice2(documents: Documents) -> Party:
    """Alice under her new DID."""
    party = Party("did:example:alice2")
    documents.parties[party.did] = party
    return party
