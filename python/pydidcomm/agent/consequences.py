"""What a message changes in addition to its own thread: threads that it reports on, the peer's profile."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydidcomm.protocols import Protocols, Received, Step, Thread
from pydidcomm.protocols.problem_report import is_report
from pydidcomm.protocols.user_profile import Profile, merged
from pydidcomm.stores import Relationship, Store

__all__ = ["after_profile", "profile_with", "reported"]

LOG: Final = logging.getLogger("pydidcomm.agent")

MOST_PROFILE_BYTES: Final = 65_536
"""The longest profile that is kept, as JSON: it is read with each message of the peer."""


async def reported(
    received: Received, store: Store, protocols: Protocols, now: int
) -> list[tuple[Thread, Thread]]:
    """The threads that a problem report ends or sets back, each as it was and as it is then.

    Args:
        received: Any message.
        store: Where threads are kept.
        protocols: Those of the program.
        now: The time, in seconds since the epoch.
    """
    peer, parent = received.relationship, received.message.pthid
    if peer is None or parent is None or received.sender is None or not is_report(received.message):
        return []
    found: list[tuple[Thread, Thread]] = []
    for protocol in protocols:
        thread = await store.thread(peer, protocol.piuri, parent.lower())
        # the thread of the report itself is not about one
        if thread is None or thread.done or protocol is protocols.find(received.message.type):
            continue
        after = protocol.reported(received, thread, now).thread
        if after is not None and after != thread:
            found.append((thread, after))
    return found


def profile_with(relationship: Relationship, profile: Profile) -> Mapping[str, Any]:
    """The profile of a peer after what it says of itself; as it was where that would be too long.

    Args:
        relationship: The relationship.
        profile: The message.
    """
    found = merged(relationship.profile, profile.profile)
    if len(json.dumps(found)) > MOST_PROFILE_BYTES:
        LOG.warning("the profile of relationship %s is too long, and is left as it was", relationship.id)
        return relationship.profile
    return found


def after_profile(relationship: Relationship | None, step: Step | None, now: int) -> Relationship | None:
    """The relationship after what the peer has said about itself; None where that changes nothing.

    Args:
        relationship: The relationship with the sender.
        step: What the protocol of the message made of it.
        now: The time, in seconds since the epoch.
    """
    if relationship is None or step is None:
        return None
    after = relationship
    for event in step.events:
        if event.name == "profile" and isinstance(event.data, Profile):
            after = replace(after, profile=profile_with(after, event.data), updated=now)
    return None if after.profile == relationship.profile else after
