"""The relationships of an agent move into another store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm.errors import SecretNotFoundError
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import MemoryStore
from pydidcomm.stores.askar import AskarStore
from support.agents import SECONDS, met, new_agent
from support.mediated import mediator, mobile
from support.server_process import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm.agent import Agent


def echo(store: Any = None, **options: Any) -> Agent:  # noqa: ANN401
    agent = new_agent(store, **options)

    @agent.on
    def hear(text: Text) -> Text:
        return Text(content=f"you said {text.content}")

    return agent


async def test_a_peer_talks_on_with_an_agent_that_has_moved_into_an_encrypted_store(tmp_path: Path) -> None:
    port, raw_key = free_port(), AskarStore.generate_raw_key()
    async with new_agent() as alice:
        async with new_agent(port=port) as bob:
            friend, of_bob = await met(alice, bob)
            await of_bob.rotate(timeout=SECONDS)
            await of_bob.ping(timeout=SECONDS)
            await friend.rotate(timeout=SECONDS)
            await friend.ping(timeout=SECONDS)
            standing = await bob.invite(goal="later", uses=None)
            public = await bob.did()
            before = await of_bob.relationship()
            text = json.dumps(await bob.export(private_keys=True))
        location = str(tmp_path / "bob.db")
        async with AskarStore.open(location, raw_key=raw_key) as store, echo(store, port=port) as bob:
            assert await bob.restore(json.loads(text)) == 1
            assert await bob.restore(json.loads(text)) == 0
            again = await bob.friend(of_bob.id)
            assert again is not None
            assert await again.relationship() == before
            answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
            await again.rotate(timeout=SECONDS)
            await again.ping(timeout=SECONDS)
            assert await bob.did() == public
            other = await alice.accept(standing.url)
            await other.ping(timeout=SECONDS)
            # what was imported can leave an encrypted store again
            assert len((await bob.export(private_keys=True))["private_keys"]) > 0
    assert answer == Text(content="you said hi")


async def test_an_export_has_no_private_keys_unless_they_are_asked_for() -> None:
    async with new_agent() as alice, new_agent() as bob:
        await met(alice, bob)
        without = json.dumps(await bob.export())
        private = {one["d"] for one in (await bob.export(private_keys=True))["private_keys"]}
    assert private
    assert not [one for one in private if one in without]
    assert "private_keys" not in json.loads(without)


async def test_mediators_move_too_and_are_connected(tmp_path: Path) -> None:
    async with mediator(tmp_path) as did, new_agent() as alice:
        async with mobile() as bob:
            await bob.mediate(did)
            friend, _ = await met(alice, bob)
            export = await bob.export(private_keys=True)
        async with mobile(MemoryStore()) as bob:
            await bob.restore(export)
            assert bob.mediators == [did]
            await friend.ping(timeout=SECONDS)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format": "other"}, "must have the format 'pydidcomm-agent/1', got 'other'"),
        ({"relationships": {}}, "relationships must be a list, got dict"),
        ({"relationships": ["1"]}, r"relationships\[0\] is not an object"),
        ({"relationships": [{"id": "1", "ours": "did:a:b", "name": 1}]}, "has the unknown member 'name'"),
        ({"relationships": [{"id": "1"}]}, r"relationships\[0\].ours is missing"),
        ({"relationships": [{"id": "1", "ours": 5}]}, r"relationships\[0\].ours is not a string"),
        ({"relationships": [{"id": "1", "ours": "did:a:b", "state": "x"}]}, "state is not one of invited"),
        ({"relationships": [{"id": "1", "ours": "did:a:b", "theirs": 7}]}, "theirs is not a string"),
        ({"relationships": [{"id": "1", "ours": "did:a:b", "our_history": 5}]}, "history is not an array"),
        ({"invitations": [{"id": "1"}]}, r"invitations\[0\].did is missing"),
        ({"invitations": [{"id": "1", "did": "did:a:b", "url": "u"}]}, r"invitations\[0\] is malformed"),
        ({"invitations": [{"id": 5, "did": "did:a:b", "url": "u"}]}, "id is not a string"),
        ({"mediators": ["did:a:b"]}, r"mediators\[0\] is not an object"),
        ({"mediators": [{"did": "did:a:b", "relationship": "1", "version": 4}]}, "is not one of 2, 3"),
        ({"retired": [{"did": "did:a:b", "since": "now"}]}, "since is not a whole number"),
        ({"dids": {"default": 1}}, "dids must be an object whose values are strings"),
        ({"recipients": []}, "recipients must be an object whose values are strings"),
        ({"private_keys": [{"d": "secret"}]}, r"private_keys\[0\] must be a private JWK with a `kid`"),
    ],
)
async def test_what_is_not_an_export_is_refused_and_nothing_of_it_is_stored(
    changes: dict[str, Any], problem: str
) -> None:
    good = {"id": "good", "ours": "did:example:good"}
    export: dict[str, Any] = {"format": "pydidcomm-agent/1", "relationships": [good]}
    async with new_agent(listen=None) as bob:
        with pytest.raises(ValueError, match=problem) as raised:
            await bob.restore(export | changes)
        assert "secret" not in str(raised.value)
        assert await bob.friend("good") is None
        assert await bob.restore(export) == 1


async def test_invitations_with_and_without_a_limit_move_unchanged() -> None:
    async with new_agent(listen=None) as bob, new_agent(listen=None) as moved:
        for uses in (None, 1):
            await bob.invite(uses=uses)
        export = await bob.export()
        await moved.restore(export)
        assert (await moved.export())["invitations"] == export["invitations"]


async def test_the_text_of_an_export_is_refused_as_it_has_to_be_parsed() -> None:
    text: Any = json.dumps({"format": "pydidcomm-agent/1"})
    async with new_agent(listen=None) as bob:
        with pytest.raises(TypeError, match=r"`export` must be the object .* got str"):
            await bob.restore(text)


async def test_a_did_whose_private_key_is_not_in_the_store_is_named() -> None:
    async with new_agent(listen=None) as alice, new_agent(listen=None) as bob:
        await bob.did()
        export = await bob.export()
        await alice.restore(export)
        with pytest.raises(SecretNotFoundError):
            await alice.export(private_keys=True)
