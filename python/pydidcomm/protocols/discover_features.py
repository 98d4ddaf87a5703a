"""Discover features 2.0: which protocols, headers and goal codes a peer supports.

Each feature has an audience. A feature outside of the requester's audience is never matched, so the answer
does not reveal whether it exists. DIDComm v2.1, section "Discover Features Protocol 2.0".

Example:
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.discover_features import Audience, DiscoverFeatures, Feature, Queries, Query
    >>> discovery = DiscoverFeatures(lambda: [
    ...     Feature("protocol", "https://didcomm.org/trust-ping/2.0", audience=Audience.PUBLIC),
    ...     Feature("goal-code", "org.example.sell", audience=Audience.TRUSTED)])
    >>> queries = Queries(queries=(Query("protocol", "*"), Query("goal-code", "*"))).to_message(id="one")
    >>> received = Received(message=queries, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> step = discovery.receive(received, None, 1_700_000_000)
    >>> [feature["id"] for feature in step.send[0].message.body["disclosures"]]
    ['https://didcomm.org/trust-ping/2.0']
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.problem import RemoteProtocolError
from pydidcomm.protocols.received import Received, Trust
from pydidcomm.protocols.registry import Protocols

__all__ = [
    "MAX_QUERIES",
    "PIURI",
    "Audience",
    "Disclose",
    "Disclosure",
    "Disclosures",
    "DiscoverFeatures",
    "Feature",
    "Queries",
    "Query",
    "features_of",
]

PIURI: Final = "https://didcomm.org/discover-features/2.0"
"""The protocol identifier URI."""

MAX_QUERIES: Final = 100
"""The maximum number of queries in one message; few are needed, since `*` matches all features of a type."""

TOO_MANY: Final = "e.m.req.too-many-queries"


class Audience(StrEnum):
    """The peers that a feature is disclosed to, in rising order of trust; `NONE` hides it from all."""

    PUBLIC = "public"
    KNOWN = "known"
    TRUSTED = "trusted"
    NONE = "none"

    def sees(self, feature: "Feature") -> bool:
        """Whether a feature is disclosed to peers of this audience.

        Args:
            feature: The feature.
        """
        order = list(Audience)
        return feature.audience is not Audience.NONE and order.index(self) >= order.index(feature.audience)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of this program.

    Attributes:
        feature_type: "protocol", "header", "goal-code", "constraint" or another type.
        id: The protocol identifier URI, the name of the header, or the goal code.
        roles: Our roles in the protocol; None to omit them.
        audience: The peers that it is disclosed to.
        members: Further members of the disclosure, for instance `max_receive_bytes` of that constraint.
    """

    feature_type: str
    id: str
    roles: tuple[str, ...] | None = None
    audience: Audience = Audience.KNOWN
    members: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Query:
    """A query for features.

    Attributes:
        feature_type: The type of the features.
        match: The id of a feature, or the beginning of an id and `*`.
    """

    feature_type: str = field(metadata={"name": "feature-type"})
    match: str

    def matches(self, feature: Feature) -> bool:
        """Whether the query matches a feature; only a `*` at the end is a wildcard.

        Args:
            feature: The feature.
        """
        if feature.feature_type != self.feature_type:
            return False
        if self.match.endswith("*"):
            return feature.id.startswith(self.match[:-1])
        return feature.id == self.match


@dataclass(frozen=True, slots=True)
class Queries(Body, type=f"{PIURI}/queries"):
    """Queries for features.

    Attributes:
        queries: The queries, at least one.
    """

    queries: tuple[Query, ...]

    def __post_init__(self) -> None:
        if not self.queries:
            problem = "`queries` must not be empty"
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A feature of the peer. The peer may also support features that it does not disclose.

    Attributes:
        feature_type: The type of the feature.
        id: The id of the feature.
        roles: The roles of the peer in the protocol; None if it names none.
        members: Further members.
    """

    feature_type: str = field(metadata={"name": "feature-type"})
    id: str
    roles: tuple[str, ...] | None = None
    members: Mapping[str, Any] = field(default_factory=dict[str, Any], metadata={"others": True})

    @property
    def max_receive_bytes(self) -> int | None:
        """The longest message that the peer accepts, in bytes; None if it is absent or malformed."""
        value: Any = self.members.get("max_receive_bytes")
        # the specification's example has a string
        text = str(value) if isinstance(value, int | str) else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**63)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclose(Body, type=f"{PIURI}/disclose"):
    """The answer to queries, or features disclosed without a query.

    Attributes:
        disclosures: The features.
    """

    disclosures: tuple[Disclosure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosures(Disclose, type=f"{PIURI}/disclosures"):
    """`Disclose` under its name in DIDComm v1: read, never sent.

    Attributes:
        disclosures: The features.
    """


def features_of(protocols: Protocols, audience: Audience = Audience.KNOWN) -> list[Feature]:
    """The protocols of a program as features.

    Args:
        protocols: The protocols.
        audience: The peers that they are disclosed to.
    """
    roles = protocols.disclosures().items()
    return [Feature("protocol", piuri, roles or None, audience) for piuri, roles in roles]


def _audience_of(received: Received) -> Audience:
    return Audience.PUBLIC if received.relationship is None else Audience.KNOWN


class DiscoverFeatures(Protocol, piuri=PIURI, roles=("requester", "responder")):
    """Discover features 2.0 in both roles.

    The requester's states are "waiting" and "done"; the responder has none. Events: "disclosed" with a
    `Disclose`, "timeout".

    Args:
        features: Returns our features; called for each answer. By default there are none; in an `Agent` they
            are its protocols and those of its handlers, disclosed to peers with a relationship.
        audience_of: Returns the audience of a requester: by default a peer with a relationship is `KNOWN`,
            and any other is `PUBLIC`.
        shuffle: Shuffles a list in place, so that the order of the answer does not identify the program.
    """

    def __init__(
        self,
        features: Callable[[], Iterable[Feature]] | None = None,
        *,
        audience_of: Callable[[Received], Audience] = _audience_of,
        shuffle: Callable[[list[Disclosure]], None] = random.shuffle,
    ) -> None:
        self._features = features
        self._audience_of = audience_of
        self._shuffle = shuffle

    def disclose_by_default(self, features: Callable[[], Iterable[Feature]]) -> None:
        """Set the features, unless they were an argument of the constructor.

        Args:
            features: Returns our features; called for each answer.
        """
        if self._features is None:
            self._features = features

    @begins(role="requester")
    def start(self, thread: Conversation, queries: Queries) -> None:
        """Query features; `expires_time` of `begin` is the deadline of the answer.

        Args:
            thread: The thread.
            queries: The queries.
        """
        thread.send(queries)
        thread.set("waiting")

    @begins(role="responder")
    def tell(self, thread: Conversation, disclose: Disclose) -> None:
        """Disclose features without a query.

        Args:
            thread: The thread.
            disclose: The features.
        """
        thread.send(disclose)

    @on("queries", trust=Trust.ANONYMOUS, role="responder")
    def queries(self, thread: Conversation, queries: Queries) -> None:
        """Answer with the matching features that the requester may see; without a proved sender do nothing.

        Args:
            thread: The thread.
            queries: The queries.

        Raises:
            RemoteProtocolError: There are more than `MAX_QUERIES` queries.
        """
        if len(queries.queries) > MAX_QUERIES:
            comment = "A message may have {1} queries."
            raise RemoteProtocolError(TOO_MANY, comment, [str(MAX_QUERIES)])
        if thread.received is None or thread.received.sender is None:
            return
        standing = self._audience_of(thread.received)
        ours = () if self._features is None else self._features()
        visible = [feature for feature in ours if standing.sees(feature)]
        found = {
            (feature.feature_type, feature.id): Disclosure(
                feature.feature_type, feature.id, feature.roles, feature.members
            )
            for feature in visible
            if any(query.matches(feature) for query in queries.queries)
        }
        disclosures = list(found.values())
        self._shuffle(disclosures)
        thread.reply(Disclose(disclosures=tuple(disclosures)))

    @on("disclose", role="requester", state=("", "waiting"), quiet=True)
    def disclose(self, thread: Conversation, disclose: Disclose) -> None:
        """Report the answer to the program, or features disclosed without a query.

        Args:
            thread: The thread.
            disclose: The features.
        """
        if thread.state == "waiting":
            thread.finish()
        thread.emit("disclosed", disclose)

    @on("disclosures", role="requester", state=("", "waiting"), quiet=True)
    def disclosures(self, thread: Conversation, disclosures: Disclosures) -> None:
        """Report the answer under its former name to the program.

        Args:
            thread: The thread.
            disclosures: The features.
        """
        self.disclose(thread, disclosures)
