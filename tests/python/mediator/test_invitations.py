"""Tokens of invitations: who is admitted how often and how long, on stores that processes share."""

from pathlib import Path

import anyio
import pytest

from pydidcomm.invitations import Invitation
from pydidcomm.mediator import InvitedOnly, MediatorStore, SqliteMediatorStore
from support.mediation import M2, M3, Clock, Wallet, mediating
from support.mediator_command import URL, called, initialized, lines
from support.mediator_stores import KINDS, Share

NOW = 1_700_000_000.0
INVITED_ONLY = '\n[admission]\nmode = "token"\n'


@pytest.mark.anyio
@pytest.mark.spec("CMX-11", "QUE-06")
async def test_a_token_admits_as_many_parties_as_it_says_and_each_again(tmp_path: Path) -> None:
    clock = Clock()
    async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
        admission = InvitedOnly(store.invitations, clock=clock)
        await store.invitations.add("token", uses=1, at=clock.now, expires=clock.now + 60)
        async with mediating(tmp_path, admission=admission, clock=clock) as mediator:
            bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
            for pthid, answer in ((None, "deny"), ("other", "deny"), ("token", "grant"), (None, "grant")):
                asked = await bob.ask(f"{M3}/mediate-request", pthid=pthid)
                assert asked.type == f"{M3}/mediate-{answer}", pthid
            assert (await carol.ask(f"{M2}/mediate-request", pthid="token")).type == f"{M2}/mediate-deny"


@pytest.mark.anyio
async def test_an_expired_or_revoked_token_admits_nothing_new(tmp_path: Path) -> None:
    clock = Clock()
    async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
        admission, end = InvitedOnly(store.invitations, clock=clock), clock.now + 60
        name = await store.invitations.add("one", uses=9, at=clock.now, expires=end)
        await store.invitations.add("two", uses=9, at=clock.now, expires=end)
        assert await admission.admits("did:example:a", "one")
        await store.invitations.revoke(name)
        assert not await admission.admits("did:example:b", "one")
        assert await admission.admits("did:example:b", "two")
        clock.now = end
        assert not await admission.admits("did:example:c", "two")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("kind", KINDS)
async def test_two_processes_admit_together_what_one_token_allows(kind: str, share: Share) -> None:
    opened = share(kind)
    async with await opened() as one, await opened() as other:
        await one.invitations.add("token", uses=5, at=NOW, expires=NOW + 60)
        admitted: list[bool] = []

        async def ask(store: MediatorStore, did: str) -> None:
            admitted.append(await store.invitations.use("token", did, NOW))

        async with anyio.create_task_group() as group:
            for number in range(20):
                for store in (one, other):
                    group.start_soon(ask, store, f"did:example:{number}")
        # each of five DIDs asked both
        assert sum(admitted) == 10
        assert [each.used for each in await other.invitations.tokens(9)] == [5]


@pytest.mark.anyio
@pytest.mark.spec("QUE-07")
async def test_the_file_has_neither_a_token_nor_the_party_that_used_it(tmp_path: Path) -> None:
    async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
        await store.invitations.add("secret-token", uses=2, at=NOW, expires=NOW + 60)
        assert await store.invitations.use("secret-token", "did:example:bob", NOW)
        written = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))  # noqa: ASYNC240, of the test
        assert b"secret-token" not in written
        assert b"did:example:bob" not in written


def test_the_command_makes_lists_and_revokes_tokens_that_admit(tmp_path: Path) -> None:
    did = initialized(tmp_path, INVITED_ONLY)
    (made,) = lines(tmp_path, "invite", "--uses", "3", "--days", "2", "--label", "team")
    (other,) = lines(tmp_path, "invite")
    assert "set `mode" not in called(tmp_path, "invite").stderr
    invitation = Invitation.from_url(made["url"])
    assert (invitation.message.frm, invitation.base_url) == (did, URL)
    assert (made["uses"], other["uses"]) == (3, 1)
    assert 1.9 * 86_400 < other["expires"] - made["expires"] - 3 * 86_400 < 2.1 * 86_400

    async def use() -> bool:
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            return await store.invitations.use(invitation.message.id, "did:example:bob", made["expires"] - 1)

    assert anyio.run(use)
    listed = {each["name"]: each for each in lines(tmp_path, "invite", "--list")}
    assert listed.keys() >= {made["name"], other["name"]}
    shown = listed[made["name"]]
    assert (shown["uses"], shown["used"], shown["label"]) == (3, 1, "team")
    assert "1 of 3" in called(tmp_path, "invite", "--list").stdout
    assert called(tmp_path, "invite", "--revoke", made["name"]).exit_code == 0
    assert not anyio.run(use)
    again = called(tmp_path, "invite", "--revoke", made["name"])
    assert (again.exit_code, "exist" in again.output) == (2, True)


def test_without_the_mode_token_the_plain_invitation_makes_none(tmp_path: Path) -> None:
    initialized(tmp_path)
    assert [each.keys() for each in lines(tmp_path, "invite")] == [{"url"}]
    assert lines(tmp_path, "invite", "--list") == []
    assert lines(tmp_path, "invite", "--uses", "2")[0]["uses"] == 2
    assert 'set `mode = "token"`' in called(tmp_path, "invite", "--uses", "2").stderr
    assert "set `mode" not in called(tmp_path, "invite").stderr
    for wrong in (("--list", "--revoke", "x"), ("--list", "--uses", "1"), ("--uses", "0"), ("--label", "\n")):
        assert called(tmp_path, "invite", *wrong).exit_code == 2, wrong
