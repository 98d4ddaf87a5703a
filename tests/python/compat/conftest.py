"""What programs written for SICPA's didcomm know."""

from __future__ import annotations

import pytest

from support.parties import Party
from support.sicpa import World


@pytest.fixture
def mediator() -> Party:
    return Party("did:example:mediator")


@pytest.fixture
def world(alice: Party, bob: Party, carol: Party, mallory: Party, mediator: Party) -> World:
    return World(alice, bob, carol, mallory, mediator)
