"""Arguments of a wrong type or size: the error names the argument, what was expected and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from pydidcomm import (
    Attachment,
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    PackEncryptedConfig,
    PackEncryptedParameters,
    PrefixResolver,
    ResolversConfig,
    UnpackConfig,
    inspect,
    out_of_band,
    sync,
)
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydidcomm import PublicKey

ANY = cast("Any", None)
PARTY = sync.DIDCommMessaging()
DID = PARTY.create_peer_did()
PACKED = PARTY.pack(hello(), to=DID)


def resolvers(**options: Any) -> ResolversConfig:  # noqa: ANN401, of any type
    return ResolversConfig(secrets_resolver=InMemorySecrets(), did_resolver=LocalResolver(), **options)


@pytest.mark.parametrize("value", [{}, 0, "", {"require_signed": True}, PackEncryptedConfig(), UnpackConfig])
def test_options_of_another_type_are_refused_and_never_replaced_by_the_default(value: Any) -> None:  # noqa: ANN401
    text = PACKED.text
    calls: list[Callable[[], object]] = [
        lambda: PARTY.unpack(text, config=value),
        lambda: PARTY.receive(text, config=value),
        lambda: PARTY.unpack_many([text], config=value),
        lambda: list(PARTY.unpack_each([text], config=value)),
        lambda: PARTY.unpack_forward(text, config=value),
        lambda: PARTY.diagnose(text, config=value),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=r"^`config` must be UnpackConfig or None, got "):
            call()


@pytest.mark.parametrize("value", [{}, 0, "", {"forward": False}, UnpackConfig(), PackEncryptedConfig])
def test_options_for_packing_of_another_type_are_refused(value: Any) -> None:  # noqa: ANN401
    new = PARTY.create_peer_did()
    calls: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (PARTY.pack, {"message": hello(), "to": DID}),
        (PARTY.pack_to_each, {"message": hello(), "to": [DID]}),
        (PARTY.rotate, {"to": DID, "old": DID, "new": new}),
        (PARTY.end_relationship, {"to": DID, "frm": DID}),
    ]
    for call, arguments in calls:
        with pytest.raises(TypeError, match=r"^`config` must be PackEncryptedConfig or None, got "):
            call(**arguments, config=value)
        with pytest.raises(TypeError, match=r"^`params` must be PackEncryptedParameters or None, got "):
            call(**arguments, params=value)


COUNTS: list[tuple[str, Callable[[Any], object]]] = [
    ("max_document_entries", lambda value: resolvers(max_document_entries=value)),
    ("max_concurrency", lambda value: resolvers(max_concurrency=value)),
    ("max_keys", lambda value: PackEncryptedConfig(max_keys=value)),
    ("now", lambda value: UnpackConfig(now=value)),
    ("max_bytes", lambda value: UnpackConfig(max_bytes=value)),
    ("max_ending_age", lambda value: UnpackConfig(max_ending_age=value)),
    ("threads", lambda value: PARTY.unpack_many([], threads=value)),
    ("threads", lambda value: PARTY.pack_many([], threads=value)),
    ("at_once", lambda value: list(PARTY.unpack_each([], at_once=value))),
    ("at", lambda value: PARTY.end_relationship(to=DID, frm=DID, at=value)),
    ("capacity", lambda value: InMemoryReplayWindow(capacity=value)),
    ("total", lambda value: InMemoryReplayWindow(total=value)),
]


@pytest.mark.parametrize(("name", "call"), COUNTS)
def test_a_number_of_another_type_or_below_the_least_is_named(
    name: str, call: Callable[[Any], object]
) -> None:
    for value in ("1", 1.5, float("nan"), [1], True):
        with pytest.raises(
            TypeError, match=rf"^`{name}` must be a whole number \(int\), got {type(value).__name__}"
        ):
            call(value)
    with pytest.raises(
        ValueError, match=rf"^`{name}` must be .*, got -1|^`{name}` must be a whole number from 0"
    ):
        call(-1)


WRONG: list[tuple[str, Callable[[], object]]] = [
    ("`packed` must be str, bytes, dict or the result of packing, got int", lambda: inspect(cast("Any", 7))),
    (
        "`packed_msg` must be str, bytes, dict or the result of packing, got NoneType",
        lambda: PARTY.diagnose(ANY),
    ),
    ("`packed_msgs` must be a list of messages, got NoneType", lambda: PARTY.unpack_many(ANY)),
    ("`packed_msgs` must be a list of messages, got NoneType", lambda: list(PARTY.unpack_each(ANY))),
    ("`outgoing` must be a list of Outgoing, got NoneType", lambda: PARTY.pack_many(ANY)),
    ("`resolvers` must be a dict, got NoneType", lambda: PrefixResolver(ANY)),
    (
        "`resolvers` must be a dict with str as keys",
        lambda: PrefixResolver(cast("Any", {1: LocalResolver()})),
    ),
    (
        "`resolvers` must contain objects with the method resolve, got str for 'did:'",
        lambda: PrefixResolver(cast("Any", {"did:": "x"})),
    ),
    (
        "`forward_headers` must be a dict, got int",
        lambda: PackEncryptedParameters(forward_headers=cast("Any", 5)),
    ),
    (
        "`headers` must be a dict, got int",
        lambda: PARTY.wrap_in_forward(PACKED.text, to=DID, routing_keys=[DID], headers=cast("Any", 5)),
    ),
    ("`to` must be a str, got NoneType", lambda: PARTY.rotate(to=ANY, old=DID, new=DID)),
    ("`old` must be a str, got NoneType", lambda: PARTY.rotate(to=DID, old=ANY, new=DID)),
    ("`new` must be a str, got NoneType", lambda: PARTY.rotate(to=DID, old=DID, new=ANY)),
    ("`frm` must be a str, got NoneType", lambda: PARTY.end_relationship(to=DID, frm=ANY)),
    (
        "`message` must be Message or None, got dict",
        lambda: PARTY.end_relationship(to=DID, frm=DID, message=cast("Any", {})),
    ),
    ("`services` must be a list of dict, got NoneType", lambda: PARTY.create_peer_did(services=ANY)),
    ("`accept` must be a list of str, got NoneType", lambda: PARTY.create_peer_did(accept=ANY)),
    (
        "`auth_curves` must be a list of str, got int in it",
        lambda: PARTY.create_peer_did(auth_curves=cast("Any", [5])),
    ),
    ("`goal` must be a str, got int", lambda: out_of_band.invitation(DID, goal=cast("Any", 5))),
    ("`goal_code` must be a str, got list", lambda: out_of_band.invitation(DID, goal_code=cast("Any", []))),
    (
        "`accept` must be a list of str, got int in it",
        lambda: out_of_band.invitation(DID, accept=cast("Any", [5])),
    ),
    (
        "`invitation` must be Message, got dict",
        lambda: out_of_band.invitation_url(cast("Any", {}), "https://a.b"),
    ),
    (
        "`base_url` must be a str, got int",
        lambda: out_of_band.invitation_url(out_of_band.invitation(DID), cast("Any", 5)),
    ),
    ("`url` must be a str, got NoneType", lambda: out_of_band.invitation_from_url(ANY)),
]


@pytest.mark.parametrize(("expected", "call"), WRONG)
def test_an_argument_of_another_type_is_named(expected: str, call: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize("name", ["auth_keys_count", "agreement_keys_count"])
def test_a_did_with_more_keys_than_a_did_can_have_is_refused_before_a_key_is_made(name: str) -> None:
    secrets = InMemorySecrets()
    party = sync.DIDCommMessaging(secrets)
    with pytest.raises(ValueError, match=f"`{name}` must be at most 1000, got {10**30}"):
        party.create_peer_did(**cast("Any", {name: 10**30}))
    assert len(secrets) == 0


class Secrets:
    """Answers with anything."""

    def __init__(self, key: Any, kids: Any) -> None:  # noqa: ANN401, of any type
        self.key, self.kids = key, kids

    def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, of any type
        return self.key

    def get_keys(self, kids: list[str], /) -> Any:  # noqa: ANN401, of any type
        return self.kids


class Agreeing:
    """An external key that agrees on anything."""

    def __init__(self, agreed: Any) -> None:  # noqa: ANN401, of any type
        self.agreed = agreed

    def agree(self, public_key: PublicKey, /) -> Any:  # noqa: ANN401, of any type
        return self.agreed


ONE = PACKED.to_kids[0]
KEYS = "the secrets must have a Secret, a dict, an external key or None for did:peer:2"
SEVERAL = sync.DIDCommMessaging().create_peer_did(agreement_keys_count=2)


@pytest.mark.parametrize(
    ("to", "secrets", "expected"),
    [
        (
            DID,
            Secrets(5, [ONE]),
            KEYS,
        ),
        (
            DID,
            Secrets("S3CRET", [ONE]),
            KEYS,
        ),
        (DID, Secrets(Agreeing(None), [ONE]), "`agree` of an external key must return bytes, got None"),
        (DID, Secrets(Agreeing("S3CRET"), [ONE]), "`agree` of an external key must return bytes, got str"),
        (SEVERAL, Secrets(None, None), "`get_keys` of the secrets must return a list of kids, got NoneType"),
        (SEVERAL, Secrets(None, ONE), "`get_keys` of the secrets must return a list of kids, got str"),
    ],
)
def test_a_store_that_answers_with_another_type_is_named(to: str, secrets: Secrets, expected: str) -> None:
    packed = PARTY.pack(hello(), to=to)
    with pytest.raises(TypeError) as caught:
        sync.DIDCommMessaging(secrets).unpack(packed.text)
    assert str(caught.value).startswith(expected)
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("now", ["1", None, -1, float("nan"), float("inf"), 10**30, 2**63])
def test_a_clock_that_shows_no_time_is_named(now: Any) -> None:  # noqa: ANN401
    party = sync.DIDCommMessaging(PARTY.secrets, clock=lambda: now)
    with pytest.raises((TypeError, ValueError), match=r"^`clock` must return seconds since the epoch"):
        party.unpack(PACKED.text)


@pytest.mark.parametrize("value", [None, PACKED.text, PARTY, {}, ResolversConfig])
def test_a_value_that_is_not_a_resolvers_config_is_named(value: Any) -> None:  # noqa: ANN401, of any type
    attachment = Attachment(data={"base64": "AA"})
    calls: list[Callable[[], object]] = [
        lambda: sync.unpack(value, PACKED.text),
        lambda: sync.receive(value, PACKED.text),
        lambda: sync.unpack_many(value, [PACKED.text]),
        lambda: list(sync.unpack_each(value, [PACKED.text])),
        lambda: sync.unpack_forward(value, PACKED.text),
        lambda: sync.pack_encrypted(value, hello(), DID),
        lambda: sync.pack_many(value, []),
        lambda: sync.pack_signed(value, hello(to=[DID]), DID),
        lambda: sync.wrap_in_forward(value, PACKED.text, DID, [DID]),
        lambda: sync.sign_attachment(value, attachment, DID),
        lambda: sync.verify_attachment(value, attachment),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=r"^`resolvers_config` must be ResolversConfig, got "):
            call()
