"""Side effects of a message: on threads that it reports a problem of, and on the peer's profile."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydidcomm.protocols import Protocols, Received, Step, Thread
from pydidcomm.protocols.problem_report import is_report
from pydidcomm.protocols.user_profile import Profile, merged
from pydidcomm.stores import Relationship, Store

__all__ = ["after_profile", "apply_report", "profile_with"]

LOG: Final = logging.getLogger("pydidcomm.agent")

MOST_PROFILE_BYTES: Final = 65_536
"""The longest profile that is stored, as JSON: it is read with each message of the peer."""


async def apply_report(
    received: Received, store: Store, protocols: Protocols, now: int
) -> list[tuple[Thread, Thread]]:
    """Return the threads that a problem report changes, each before and after.

    Args:
        received: Any message.
        store: The store of threads.
        protocols: The protocols of the program.
        now: The time, in seconds since the epoch.
    """
    peer, parent = received.relationship, received.message.pthid
    if peer is None or parent is None or received.sender is None or not is_report(received.message):
        return []
    found: list[tuple[Thread, Thread]] = []
    for protocol in protocols:
        thread = await store.thread(peer, protocol.piuri, parent.lower())
        # a thread of the report protocol itself is not a subject of reports
        if thread is None or thread.done or protocol is protocols.find(received.message.type):
            continue
        after = protocol.reported(received, thread, now).thread
        if after is not None and after != thread:
            found.append((thread, after))
    return found


def profile_with(relationship: Relationship, profile: Profile) -> Mapping[str, Any]:
    """Return a peer's profile, updated by its `profile` message; unchanged if it would be too long.

    Args:
        relationship: The relationship.
        profile: The message.
    """
    found = merged(relationship.profile, profile.profile)
    if len(json.dumps(found)) > MOST_PROFILE_BYTES:
        LOG.warning(
            "relationship %s: the new profile exceeds %s bytes, the old one is kept",
            relationship.id,
            MOST_PROFILE_BYTES,
        )
        return relationship.profile
    return found


def after_profile(relationship: Relationship | None, step: Step | None, now: int) -> Relationship | None:
    """Return the relationship with the profile that a message contains; None if nothing changes.

    Args:
        relationship: The relationship with the sender.
        step: The step of the message's protocol.
        now: The time, in seconds since the epoch.
    """
    if relationship is None or step is None:
        return None
    after = relationship
    for event in step.events:
        if event.name == "profile" and isinstance(event.data, Profile):
            after = replace(after, profile=profile_with(after, event.data), updated=now)
    return None if after.profile == relationship.profile else after
