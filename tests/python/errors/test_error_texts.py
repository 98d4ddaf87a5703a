"""Errors: stable codes, texts in one line, notes on a program's own exceptions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import pydidcomm
from pydidcomm import (
    DIDCommError,
    DIDDocument,
    InMemorySecrets,
    LocalResolver,
    Message,
    Secret,
    errors,
    inspect,
    sync,
)
from support.parties import b64, hello, results, unb64

# a second log line, a terminal escape and a mark that turns the direction of writing
HOSTILE = "x\n2026-11-28 INFO login of root\x1b[2J\u202e"
CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, DIDCommError) and value.__module__ == errors.__name__
]


# codes


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_exception_has_its_own_documented_code(cls: type[DIDCommError]) -> None:
    assert "code" in vars(cls)
    assert re.fullmatch(r"e\.p\.(trust|xfer|did|msg|me|req)(\.[a-z]+(-[a-z]+)*)*", cls.code)
    assert f"| {cls.code} | {cls.__name__} |" in (errors.DIDCommError.__doc__ or "")
    assert [other for other in CLASSES if other.code == cls.code] == [cls]


# untrusted text


def test_texts_of_exceptions_escape_what_a_peer_wrote() -> None:
    party = sync.DIDCommMessaging()
    jwe = json.loads(party.pack(hello(), to=party.create_peer_did()).message)
    header = json.loads(unb64(jwe["protected"]))

    def changed(**members: Any) -> str:  # noqa: ANN401, JSON
        return json.dumps({**jwe, "protected": b64(json.dumps({**header, **members}))})

    signature = {"protected": b64(json.dumps({"alg": HOSTILE, "kid": "did:example:a#1"})), "signature": "AA"}
    jws = json.dumps({"payload": "e30", "signatures": [signature]})
    for packed in (
        jws,
        changed(enc=HOSTILE),
        changed(alg=HOSTILE),
        changed(epk={**header["epk"], "crv": HOSTILE}),
    ):
        with pytest.raises(DIDCommError) as caught:
            party.unpack(packed)
        assert str(caught.value).isprintable()
        assert r"x\n2026-11-28 INFO login of root\x1b[2J\u202e" in str(caught.value)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_text_of_every_exception_is_one_printable_line(cls: type[DIDCommError]) -> None:
    arguments: dict[str, tuple[Any, ...]] = {
        "MalformedMessageError": (HOSTILE, HOSTILE),
        "MalformedDocumentError": (HOSTILE, HOSTILE),
        "UnsupportedError": (HOSTILE, HOSTILE, {HOSTILE: HOSTILE}),
        "IncompatibleKeysError": (HOSTILE, HOSTILE, [HOSTILE], [HOSTILE]),
        "KeyNotFoundError": (HOSTILE, HOSTILE, HOSTILE, [HOSTILE]),
        "ContentNotFoundError": ([HOSTILE],),
        "SecretNotFoundError": ([HOSTILE],),
        "ResolutionError": (HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        "DeliveryError": ([(HOSTILE, HOSTILE)],),
        "UntrustedMessageError": (HOSTILE, HOSTILE, HOSTILE),
        "DecryptionError": ([HOSTILE],),
        "InvalidSignatureError": (),
    }
    error = cls(*arguments.get(cls.__name__, (HOSTILE,)))
    assert str(error).isprintable()
    assert repr(error).isprintable()


def test_representations_escape_what_a_peer_wrote() -> None:
    message = Message.from_dict({"id": "1", "type": "https://example.org/x/1.0/\x1b[2J\u202ey", "body": {}})
    endpoint = {"uri": "https://example.org/", "accept": ["didcomm/v2", HOSTILE]}
    service = {"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": endpoint}
    document = DIDDocument({"id": "did:example:bob", "service": [service]})
    for shown in (message, document, *document.services, *document.services[0].endpoints):
        assert repr(shown).isprintable()
    assert "\\x1b" in repr(message)


def test_a_quote_in_an_id_does_not_end_the_quotes_of_a_representation() -> None:
    message = Message.from_dict({"id": "1", "type": "https://example.org/',id='2", "body": {}})
    assert repr(message) == r"Message(type='https://example.org/\',id=\'2', id='1', frm=None)"


def test_a_representation_shortens_long_dids() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did(3, 3, method=4)
    packed = party.pack(hello(), to=did, frm=did)
    longest = 500
    assert len(did) > longest
    shown = [party.resolve(did), packed, *packed.deliveries, party.unpack(packed.message).message]
    for each in shown:
        assert len(repr(each)) < longest
        assert "did:peer:4" in repr(each)


def test_languages_with_combining_marks_are_shown_as_they_are() -> None:
    view = inspect({"id": "1", "type": "https://example.org/हिन्दी/1.0/e\u0301", "body": {}})
    assert "https://example.org/हिन्दी/1.0/e\u0301" in str(view)


# notes


class Failing:
    """A store and a resolver, each of whose methods fails."""

    def resolve(self, did: str) -> None:
        raise ConnectionError(did)

    def get_key(self, kid: str) -> None:
        raise PermissionError(kid)

    def get_keys(self, kids: list[str]) -> list[str]:
        raise PermissionError(kids[0])


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
async def test_an_exception_of_a_resolver_or_a_store_has_one_note_that_names_its_purpose(
    *, many: bool
) -> None:
    bob = sync.DIDCommMessaging()
    bob_did = bob.create_peer_did(method=0, auth_keys_count=0)
    packed = bob.pack(hello(), to=bob_did).message
    kid = bob.pack(hello(), to=bob_did).to_kids[0]
    unresolved = pydidcomm.DIDCommMessaging(resolver=Failing())
    unheld = pydidcomm.DIDCommMessaging(secrets=Failing(), resolver=LocalResolver())

    async def failure(party: pydidcomm.DIDCommMessaging, *, pack: bool) -> Exception:
        if many:
            outgoing = [pydidcomm.Outgoing(message=hello(), to=bob_did)]
            done: list[Any] = [
                *(
                    results(await party.pack_many(outgoing))
                    if pack
                    else results(await party.unpack_many([packed]))
                )
            ]
            assert isinstance(done[0], Exception)
            return done[0]
        with pytest.raises((ConnectionError, PermissionError)) as caught:
            await (party.pack(hello(), to=bob_did) if pack else party.unpack(packed))
        return caught.value

    for party, pack, purpose in (
        (unresolved, True, f"resolving {bob_did}"),
        (unheld, False, f"looking for the secrets of {kid[:20]}"),
    ):
        notes: list[str] = getattr(await failure(party, pack=pack), "__notes__", [])
        (note,) = [note for note in notes if not note.startswith("Traceback")]
        assert note.startswith("pydidcomm: raised while ")
        assert purpose[:50] in note


def test_a_secret_is_not_in_the_note_of_a_failing_key() -> None:
    class Vault:
        def agree(self, public_key: pydidcomm.PublicKey) -> bytes:
            raise PermissionError(public_key.curve)

    secret = Secret.generate("X25519", kid="did:example:bob#1")

    class Store(InMemorySecrets):
        def get_key(self, kid: str) -> Any:  # noqa: ANN401, a handle
            return Vault()

        def get_keys(self, kids: Any) -> list[str]:  # noqa: ANN401
            return list(kids)

    method = {"id": "#1", "type": "JsonWebKey2020", "publicKeyJwk": secret.public_jwk()}

    class Resolver:
        def resolve(self, did: str) -> dict[str, Any]:
            return {"id": did, "keyAgreement": [method]}

    party = sync.DIDCommMessaging(secrets=Store(), resolver=Resolver())
    packed = party.pack(hello(), to="did:example:bob").message
    with pytest.raises(PermissionError) as caught:
        party.unpack(packed)
    notes = getattr(caught.value, "__notes__", ["external key on X25519"])
    assert "external key on X25519" in notes[0]


# length


def test_repr_of_many_long_kids_is_bounded_and_that_of_few_is_whole() -> None:
    kids = [f"did:example:{'x' * 1000}#{number}" for number in range(1000)]
    for error in (errors.DecryptionError(kids), errors.SecretNotFoundError(kids)):
        assert len(repr(error)) <= 1000
        assert repr(error).startswith(f"{type(error).__name__}(['did:example:xxx")
        assert [*error.kids] == kids
    assert repr(errors.DecryptionError(["did:a:b#1"])) == "DecryptionError(['did:a:b#1'])"
    assert repr(errors.MalformedMessageError("x", "a\nb")) == r"MalformedMessageError('x', 'a\nb')"


@pytest.mark.parametrize(
    "secret", [{"kty": "OKP", "crv": "X25519"}, {"kty": "OKP", "crv": "X1", "x": "", "d": ""}]
)
def test_error_of_a_jwk_from_a_store_names_its_kid(secret: dict[str, Any]) -> None:
    class Store(InMemorySecrets):
        def get_key(self, kid: str) -> Any:  # noqa: ANN401
            return secret

    party = sync.DIDCommMessaging()
    alice, bob = party.create_peer_did(), party.create_peer_did()
    with pytest.raises((ValueError, DIDCommError)) as caught:
        sync.DIDCommMessaging(Store()).pack(hello(), to=bob, frm=alice)
    shown = " ".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    # the middle of a long DID is left out
    assert re.search(rf"{re.escape(alice[:20])}.*#key-1", shown)
