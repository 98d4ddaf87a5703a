"""`Friend`: a peer with a relationship, to ping, send, request, rotate and end."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, overload

import anyio

from pydidcomm import FromPrior, Message
from pydidcomm.agent.consequences import profile_with
from pydidcomm.agent.effects import outbox_item
from pydidcomm.agent.events import limit_time
from pydidcomm.agent.records import FEATURES, FeaturesRecord, RetiredRecord, in_use
from pydidcomm.agent.relationships import claims, claims_of_end, unknown_relationship
from pydidcomm.agent.requests import Waiter
from pydidcomm.agent.sending import Sending
from pydidcomm.agent.services import Services
from pydidcomm.protocols import Body, Outgoing, Thread
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.protocols.discover_features import Disclose, Disclosure, Queries, Query
from pydidcomm.protocols.trust_ping import Ping, PingResponse
from pydidcomm.protocols.user_profile import Profile, RequestProfile
from pydidcomm.stores import Done, Relationship

__all__ = ["Friend", "RelationshipEndedError"]

Answer = TypeVar("Answer", bound=Body)

TIMEOUT = 30.0
"""Default seconds to wait for an answer."""


FEATURES_SECONDS = 3600.0
"""Default seconds for which the features of a peer are cached."""


class RelationshipEndedError(Exception):
    """The relationship has ended, or its peer is not known yet, so nothing can be sent."""


class _NotConfirmedError(Exception):
    """The peer has not confirmed our last rotation."""


@dataclass(frozen=True, slots=True)
class Friend:
    """A peer with which the agent has a relationship.

    Attributes:
        id: The id of the relationship, which never changes.
    """

    id: str
    _services: Services

    async def relationship(self) -> Relationship:
        """Read the relationship from the store: the current and former DIDs of both sides, the label.

        Raises:
            LookupError: The store does not have it any more.
        """
        found = await self._services.store.relationship(self.id)
        if found is None:
            raise unknown_relationship(self.id)
        return found

    async def ping(self, *, timeout: float = TIMEOUT) -> float:  # noqa: ASYNC109
        """Ping the peer, to verify that it is reachable and has its private keys. Trust Ping 2.0.

        Args:
            timeout: The maximum wait for the answer, in seconds.

        Returns:
            The round-trip time, in seconds.

        Raises:
            TimeoutError: There was no answer in time.
            NotSentError: The ping was refused, or cannot be packed.
            ProblemReported: The peer answered with a problem report.
            RelationshipEndedError: The relationship has ended.
        """
        begun = anyio.current_time()
        await self.request(Ping(), answer=PingResponse, timeout=timeout)
        return anyio.current_time() - begun

    async def send(
        self,
        body: Body | Message,
        *,
        please_ack: bool = False,
        expires_in: float | None = None,
        thid: str | None = None,
        **headers: Any,  # noqa: ANN401, those of Message
    ) -> Sending:
        """Store a message in the outbox, which sends it, also after a restart.

        Args:
            body: A typed message, or a `Message`; its `to` and `frm` are replaced by those of the
                relationship.
            please_ack: Whether to request an acknowledgment, and repeat the message until it arrives.
            expires_in: The seconds until the message expires and is not sent any more; None for no expiry.
            thid: The thread that the message continues; None for a new thread.
            headers: Further arguments of `Message`, for instance `attachments` and `lang`.

        Returns:
            The message in the outbox, to wait until it is sent or acknowledged.

        Raises:
            RelationshipEndedError: The relationship has ended.
            LocalProtocolError: The message cannot begin a thread of its protocol.
        """
        if please_ack:
            headers["please_ack"] = [""]
        sent, threads = await self._prepare(body, expires_in, thid, headers)
        await self._commit(sent, threads)
        return Sending(sent[0].message.id, self._services)

    @overload
    async def request(
        self,
        body: Body | Message,
        *,
        answer: type[Answer],
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        **headers: Any,  # noqa: ANN401
    ) -> Answer: ...
    @overload
    async def request(
        self,
        body: Body | Message,
        *,
        answer: None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        **headers: Any,  # noqa: ANN401
    ) -> Any: ...  # noqa: ANN401, the typed message of the protocol
    async def request(
        self,
        body: Body | Message,
        *,
        answer: type[Body] | None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        **headers: Any,
    ) -> Any:
        """Send a message, and wait for the answer of the peer in its thread.

        Args:
            body: The request.
            answer: The expected typed message; None for any other message of the same protocol.
            timeout: The maximum wait in seconds; the request expires shortly afterwards.
            headers: Further arguments of `Message`.

        Returns:
            The answer: a typed message, or a `Message` if neither `answer` nor a protocol of the agent
            defines its type.

        Raises:
            TimeoutError: There was no answer in time.
            NotSentError: The request was refused, or cannot be packed.
            ProblemReported: The peer answered with a problem report.
            RelationshipEndedError: The relationship has ended.
            MalformedMessageError: The body of the answer does not match its type.
        """
        sent, threads = await self._prepare(body, math.ceil(timeout) + 1, None, headers)
        waiter = Waiter(sent[0].message, self.id, answer)
        # the answer may come before the commit returns
        with self._services.requests.register(waiter), limit_time(timeout, f"no answer to {body.type}"):
            await self._commit(sent, threads)
            return await waiter.answer(self._services.protocols)

    async def features(
        self,
        match: str = "*",
        *,
        feature_type: str = "protocol",
        max_age: float = FEATURES_SECONDS,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
    ) -> tuple[Disclosure, ...]:
        """Query the features of the peer, for instance its protocols. Discover Features 2.0.

        Args:
            match: The id of a feature, or a prefix and `*`.
            feature_type: "protocol", "goal-code", "header", "constraint" or another type.
            max_age: The maximum age of a stored answer, in seconds; 0 to query in any case.
            timeout: The maximum wait for the answer, in seconds.

        Returns:
            The features that the peer discloses to this agent.

        Raises:
            TimeoutError: There was no answer in time.
            NotSentError: The query was refused, or cannot be packed.
            ProblemReported: The peer answered with a problem report.
            RelationshipEndedError: The relationship has ended.
        """
        store, key = self._services.store, f"{self.id} {feature_type} {match}"
        record = await store.record(FEATURES, key)
        stored = None if record is None else FeaturesRecord.from_record(record)
        now = self._services.now
        if stored is not None and 0 <= now - stored.at < max_age:
            return Disclose.from_body(stored.body).disclosures
        answer = await self.request(Queries((Query(feature_type, match),)), answer=Disclose, timeout=timeout)
        body = answer.to_message().body
        await store.commit(Done(records=(FeaturesRecord(key=key, at=now, body=body).record(),)))
        return answer.disclosures

    async def profile(self, *, timeout: float = TIMEOUT) -> Mapping[str, Any]:  # noqa: ASYNC109
        """Request the profile of the peer, and store it as `Relationship.profile`. User Profile 1.0.

        If the agent has the protocol `UserProfile`, it also stores profiles that the peer sends unrequested.

        Args:
            timeout: The maximum wait for the answer, in seconds.

        Returns:
            The fields, for instance `displayName`.

        Raises:
            TimeoutError: There was no answer in time; a peer that shares no profile does not answer.
            NotSentError: The request was refused, or cannot be packed.
            ProblemReported: The peer answered with a problem report.
            RelationshipEndedError: The relationship has ended.
        """
        answer = await self.request(RequestProfile(), answer=Profile, timeout=timeout)

        def done(before: Relationship) -> Done:
            return Done(relationships=(replace(before, profile=profile_with(before, answer)),))

        await self._services.relationships.change(self.id, done)
        return (await self.relationship()).profile

    async def rename(self, label: str | None) -> None:
        """Change the local name of the peer, `Relationship.label`; it is not sent to the peer.

        Args:
            label: The name, or None.

        Raises:
            LookupError: The store does not have the relationship any more.
        """
        await self._services.relationships.change(
            self.id, lambda before: Done(relationships=(replace(before, label=label),))
        )

    async def rotate(self, *, timeout: float = TIMEOUT) -> str:  # noqa: ASYNC109
        """Rotate our DID in this relationship to a new DID. DIDComm v2.1, section "DID Rotation".

        Each message announces the rotation until the peer has written to the new DID, which confirms it. The
        next rotation first waits for this confirmation.

        Args:
            timeout: The maximum wait for the confirmation of the previous rotation, in seconds.

        Returns:
            The new DID.

        Raises:
            TimeoutError: The peer has not confirmed the previous rotation in time.
            RelationshipEndedError: The relationship has ended.
            MediationError: The mediator does not register the new DID.
            DeliveryError: The mediator cannot be reached.
        """
        new: str | None = None
        while True:
            try:
                await self._wait_for_confirmation(timeout)
            except (TimeoutError, RelationshipEndedError):
                if new is not None:
                    await self._services.discard_did(new)
                raise
            new = new or await self._services.new_did()
            try:
                await self._announce(new)
            except _NotConfirmedError:
                # another task or process has rotated meanwhile
                continue
            return new

    async def _announce(self, new: str) -> None:
        now, mediator = self._services.now, await self._services.mediator_of(new)

        def done(before: Relationship) -> Done:
            if before.from_prior is not None and before.state != "ended":
                raise _NotConfirmedError
            hello = Outgoing(message=_empty(now), to=_check(before), frm=new)
            after = replace(
                before,
                ours=new,
                our_history=(*before.our_history, before.ours),
                mediator=mediator,
                from_prior=claims(FromPrior(iss=before.ours, sub=new, iat=now)),
                updated=now,
            )
            retired = RetiredRecord(did=before.ours, since=now, relationship=self.id)
            outbox = (outbox_item(hello, self.id),)
            records = (retired.record(),)
            return Done(relationships=(after,), outbox=outbox, records=records, forget=(in_use(new),))

        await self._services.relationships.change(self.id, done)
        self._services.outbox_changed()

    async def end(self) -> None:
        """End the relationship, and notify the peer. DIDComm v2.1, section "Ending a Relationship".

        Raises:
            RelationshipEndedError: The relationship has ended already.
        """
        now = self._services.now

        def done(before: Relationship) -> Done:
            to = _check(before)
            gone = claims_of_end(FromPrior(iss=before.ours, aud=to, iat=now), before.from_prior)
            after = replace(before, state="ended", from_prior=gone, updated=now)
            # a peer that has not seen our latest DID needs its announcement before the end
            hello = _empty(now)
            end = Empty().to_message(created_time=now, thid=hello.id)
            known = Outgoing(message=hello, to=to, frm=before.ours)
            last = Outgoing(message=end, to=to, frm=None, anonymous=True)
            sent = (last,) if before.from_prior is None else (known, last)
            outbox = tuple(outbox_item(one, self.id) for one in sent)
            retired = RetiredRecord(did=before.ours, since=now)
            return Done(relationships=(after,), outbox=outbox, records=(retired.record(),))

        await self._services.relationships.change(self.id, done)
        self._services.outbox_changed()

    async def _wait_for_confirmation(self, timeout: float) -> None:  # noqa: ASYNC109
        """Wait until the peer has confirmed the last rotation; request it by an acknowledgment."""
        if (await self.relationship()).from_prior is None:
            return
        await self.send(Empty(), please_ack=True)

        async def check() -> bool | None:
            return (await self.relationship()).from_prior is None or None

        with limit_time(timeout, "the peer has not confirmed the previous rotation"):
            await self._services.events.changed.until(check)

    async def _prepare(
        self,
        body: Body | Message,
        expires_in: float | None,
        thid: str | None,
        headers: dict[str, Any],
    ) -> tuple[tuple[Outgoing, ...], tuple[Thread, ...]]:
        """Prepare a message and the state of its thread, by its protocol if it begins a thread."""
        relationship = await self.relationship()
        to = _check(relationship)
        now = self._services.now
        expires = None if expires_in is None else now + math.ceil(expires_in)
        protocol = self._services.protocols.find(body.type)
        continues = thid is not None or (isinstance(body, Message) and body.thid not in {None, body.id})
        if protocol is not None and not continues:
            step = protocol.begin(
                body, peer=self.id, to=to, frm=relationship.ours, now=now, expires_time=expires, **headers
            )
            return step.send, () if step.thread is None else (step.thread,)
        values: dict[str, Any] = {"to": [to], "frm": relationship.ours, "created_time": now, **headers}
        values |= {
            name: value for name, value in (("thid", thid), ("expires_time", expires)) if value is not None
        }
        message = body.replace(**values) if isinstance(body, Message) else body.to_message(**values)
        return (Outgoing(message=message, to=to, frm=relationship.ours),), ()

    async def _commit(self, sent: tuple[Outgoing, ...], threads: tuple[Thread, ...]) -> None:
        outbox = tuple(outbox_item(one, self.id, wants_ack=bool(one.message.please_ack)) for one in sent)
        await self._services.store.commit(Done(threads=threads, outbox=outbox))
        self._services.outbox_changed()


def _check(relationship: Relationship) -> str:
    """Return the peer's DID, or raise an error if the relationship has ended."""
    if relationship.state == "ended":
        problem = f"the relationship {relationship.id} has ended"
        raise RelationshipEndedError(problem)
    return _peer(relationship)


def _peer(relationship: Relationship) -> str:
    if relationship.theirs is None:
        problem = f"the peer of relationship {relationship.id} is not known yet"
        raise RelationshipEndedError(problem)
    return relationship.theirs


def _empty(now: int) -> Message:
    return Empty().to_message(created_time=now)
