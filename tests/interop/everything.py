"""Every table that is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import forgeries
import forwards
import peer_dids
import scenarios
import v1_envelopes
from peers import IDENTUS, VERAMO_PROFILE, VERAMOS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer_process import Peer
    from rows import Table


def tables(peers: Sequence[Peer]) -> tuple[Table, ...]:
    """Every table, with the peers that take part in it."""
    speaking = [each for each in peers if each.implementation.speaks()]
    of_didcomm = [
        each
        for each in speaking
        if not each.implementation.generic and each.implementation not in (IDENTUS, *VERAMOS)
    ]
    wrapping = [each for each in speaking if each in of_didcomm or each.implementation is VERAMO_PROFILE]
    return (
        *scenarios.tables(speaking),
        *forwards.tables(wrapping),
        *peer_dids.tables(peers),
        *forgeries.tables(of_didcomm),
        *v1_envelopes.tables(speaking),
    )
